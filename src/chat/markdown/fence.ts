/** What the line that opens a fenced block says of it: the language, and the file that it is of. */

export interface FenceInfo {
  /** In lower case, as written: `ts`, `python`; empty where none is named. */
  language: string;
  /** The file that it names, with forward slashes. */
  file?: string;
}

const LONGEST_FILE = 300;

/**
 * Reads what follows the ticks: `ts`, `ts src/a.ts`, `ts:src/a.ts`, `src/a.ts`, `ts title="src/a.ts"`, `{.python}`.
 * Only a name with an ending or a folder counts as a file. The name is a model's: whoever opens it checks it.
 */
export function fenceInfo(info: string): FenceInfo {
  const text = info.trim().slice(0, 2 * LONGEST_FILE);
  const named = /(?:^|\s)(?:title|file|filename|path|filepath)\s*[=:]\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))/i.exec(text);
  const [first = '', ...rest] = text.split(/\s+/);
  const [before = '', ...after] = first.split(':');
  let language = before.replace(/^\{?\.?|\}?$/g, '');
  let file = named?.[1] ?? named?.[2] ?? named?.[3] ?? (isFile(after.join(':')) ? after.join(':') : undefined);
  if (file === undefined && isFile(first)) {
    file = first;
    language = first.slice(first.lastIndexOf('.') + 1);
  }
  file ??= rest.find((word) => isFile(word) && !/^\{|[=]/.test(word));
  if (isFile(language)) language = language.slice(language.lastIndexOf('.') + 1);
  if (!/^[\w+#.-]{0,30}$/.test(language)) language = '';
  const name = file?.trim().replaceAll('\\', '/').replace(/^\.\//, '');
  return { language: language.toLowerCase(), ...(name && name.length <= LONGEST_FILE ? { file: name } : {}) };
}

function isFile(word: string): boolean {
  return /^[^\s{}"'=:]*[^\s{}"'=:./\\]\.\w{1,12}$/.test(word) || /^[^\s{}"'=:]+[/\\][^\s{}"'=:]+$/.test(word);
}

const SHELLS = new Set(['sh', 'bash', 'zsh', 'fish', 'shell', 'console', 'powershell', 'pwsh', 'ps1', 'bat', 'cmd']);

/** Whether a block of this language can be run in a terminal. */
export function isShell(language: string): boolean {
  return SHELLS.has(language);
}
