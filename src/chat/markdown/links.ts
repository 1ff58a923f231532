/** Which addresses in a model's text become links, and which words are taken for places in files. Everything else is text. */

export type Link =
  /** To be asked about before it is opened. */
  | { kind: 'web'; href: string }
  /** Below the workspace: `src/a.ts`, `src/a.ts#L10`, `src/a.ts#L10-L20`. */
  | { kind: 'file'; href: string }
  /** `symbol:name`: to be looked for by name. */
  | { kind: 'symbol'; href: string };

const LONGEST = 2000;

/** @returns the link that `href` may become, or null: it stays text. The one list of what is allowed. */
export function allowedLink(href: string): Link | null {
  const text = href.trim();
  if (text === '' || text.length > LONGEST || hasControls(text)) return null;
  if (/^(?:https?:\/\/[^\s/]|mailto:[^\s@]+@)/i.test(text)) return webAddress(text);
  return fileLink(text);
}

function webAddress(text: string): Link | null {
  try {
    return { kind: 'web', href: new URL(text).href };
  } catch {
    return null;
  }
}

function fileLink(text: string): Link | null {
  let path: string;
  try {
    path = decodeURIComponent(text);
  } catch {
    return null;
  }
  if (hasControls(path)) return null;
  const found = /^([^#?:]+)(?:#L(\d{1,7})(?:C\d+)?(?:-L?(\d{1,7})(?:C\d+)?)?|:(\d{1,7})(?:[-–](\d{1,7})|:\d+)?)?$/.exec(
    path,
  );
  const name = found?.[1]?.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
  // No scheme, no drive, no root, no way out of the folder.
  if (!found || !name || name.startsWith('/') || name.startsWith('~') || name.split('/').includes('..')) return null;
  const [from, to] = [found[2] ?? found[4], found[3] ?? found[5]];
  return { kind: 'file', href: name + (from ? `#L${from}${to ? `-L${to}` : ''}` : '') };
}

function hasControls(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: browsers skip them inside a scheme.
  return /[\x00-\x1f\x7f-\x9f]/.test(text);
}

const ENDINGS =
  '(?:[cm]?[jt]sx?|py|rs|go|java|kts?|swift|c|h|cc|cpp|cxx|hpp|cs|rb|php|lua|scala|dart|ex|exs|zig|sql|html?|css|scss|less|vue|svelte|json[c5]?|ya?ml|toml|xml|md|mdx|txt|sh|bash|ps1|ini|cfg|conf|gradle|proto|graphql|tf|ipynb|lock)';
const LINES = '(?::\\d{1,7}(?:[-–:]\\d{1,7})?|#L\\d{1,7}(?:-L?\\d{1,7})?)';
const PLACE = new RegExp(
  // With a folder, or a line; a name alone, `a.ts`, is as often a word.
  `(?<![\\w/@.:#?=&%-])(?:(?:[\\w@.+-]{1,80}/){1,20}[\\w@.+-]{0,80}\\.${ENDINGS}(?:${LINES})?|[\\w@+-][\\w@.+-]{0,80}\\.${ENDINGS}${LINES})(?![\\w/])`,
  'g',
);

/** Places in files that plain words name, each with where it stands in the text. */
export function placesIn(text: string): { start: number; end: number; href: string }[] {
  if (!text.includes('.') || text.length > 10_000) return [];
  return [...text.matchAll(PLACE)].flatMap((found) => {
    const link = fileLink(found[0]);
    return link ? [{ start: found.index, end: found.index + found[0].length, href: link.href }] : [];
  });
}

const NAME_ALONE = new RegExp(`^[\\w@.+-]{1,80}\\.${ENDINGS}$`);

/** What code within a line names: a file, or something that is called (`parse()`, `Parser.next()`). */
export function linkOfCode(code: string): Link | null {
  if (code.length > 300) return null;
  const [place] = placesIn(code);
  if (place?.start === 0 && place.end === code.length) return { kind: 'file', href: place.href };
  if (NAME_ALONE.test(code)) return fileLink(code);
  const called = /^((?:[A-Za-z_$][\w$]*(?:\.|::|#))*[A-Za-z_$][\w$]{2,})\(\)$/.exec(code);
  return called ? { kind: 'symbol', href: `symbol:${called[1]}` } : null;
}
