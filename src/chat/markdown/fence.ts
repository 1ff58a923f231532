/** What the line that opens a fenced block says of it: the language, and the file that it is of. */

export interface FenceInfo {
  /** In lower case, as written: `ts`, `python`; empty where none is named. */
  language: string;
  /** The file that it names, with forward slashes. */
  file?: string;
}

const LONGEST_FILE = 300;

/**
 * Reads what follows the ticks: `ts`, `ts src/a.ts`, `ts:src/a.ts`, `src/a.ts`, `ts title="src/a.ts"`, `{.python}`,
 * `rust,ignore`, `js (src/a.js)`, `12:20:src/a.ts`. Only a name with an ending or a folder counts as a file. The name is a
 * model's: whoever opens it checks it.
 */
export function fenceInfo(info: string): FenceInfo {
  const text = info.trim().slice(0, 2 * LONGEST_FILE);
  const named = /(?:^|\s)(?:title|file|filename|path|filepath)\s*[=:]\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))/i.exec(text);
  const [first = '', ...rest] = text.split(/\s+/).map(unwrapped);
  const [before = '', ...after] = isFile(first) ? [first] : first.split(':');
  let file = named?.[1] ?? named?.[2] ?? named?.[3] ?? [first, after.join(':'), ...rest].find(isFile);
  let language = /^\{?\.?([\w+#.-]*)/.exec(before)?.[1] ?? '';
  if (isFile(before) || named?.index === 0) language = endingOf(isFile(before) ? before : (file ?? ''));
  if (language.length > 30) language = '';
  file = file?.trim().replaceAll('\\', '/').replace(/^\.\//, '');
  return { language: language.toLowerCase(), ...(file && file.length <= LONGEST_FILE ? { file } : {}) };
}

const endingOf = (file: string): string => /\.([\w+#-]*)$/.exec(file)?.[1] ?? '';

/** A word without brackets, quotes or stars around it, and a path without the lines of it that are meant. */
function unwrapped(word: string): string {
  const inner = /^(?:\((.+)\)|\[(.+)\]|<(.+)>|"(.+)"|'(.+)'|\*{1,2}(.+?)\*{1,2}):?$/.exec(word)?.slice(1).find(Boolean);
  return (inner ?? word)
    .replace(/^\d+:\d+:(?=.)/, '')
    .replace(/(?<=[\w)\]])(?::\d+(?:[-:]\d+)?|#L\d+(?:-L?\d+)?|:)$/, '');
}

/** The ending of a name is no number: that of `python3.11` is none. */
function isFile(word: string): boolean {
  return /^(?:[a-z]:[\\/])?(?:[^\s{}"'=:]*[^\s{}"'=:./\\]\.(?!\d+$)\w{1,12}|[^\s{}"'=:]+[/\\][^\s{}"'=:]+)$/i.test(
    word,
  );
}

const SHELLS = new Set(['sh', 'bash', 'zsh', 'fish', 'shell', 'console', 'powershell', 'pwsh', 'ps1', 'bat', 'cmd']);

/** Whether a block of this language can be run in a terminal. */
export function isShell(language: string): boolean {
  return SHELLS.has(language);
}
