/** The names near a cursor: what a person has in mind there. */

export interface NearName {
  name: string;
  /** Of its first letter, in UTF-16 units from the beginning of the text before the cursor. */
  at: number;
}

const NAME = /[\p{L}_$][\p{L}\p{N}_$]*/gu;
/** Lines before the cursor that are looked at. */
const LINES = 12;
const SHORTEST = 3;
/** Words of many languages: a name that is none says more. */
const KEYWORDS = new Set(
  `abstract and any array async await bool boolean break byte case catch char class const constructor continue debugger def
  default defer del delete do double elif else end enum err error except export extends extern false final finally float fn for
  foreach from func function get global goto if impl implements import in include instanceof int interface is lambda let long
  loop match mod module mut namespace new nil none not null number object of or package pass print private protected pub
  public raise readonly ref require return self set short static str string struct super switch then this throw throws trait true
  try type typeof undefined union unknown unless until use using val var void when where while with yield`.split(/\s+/),
);

/** The names of a text, in their order, with repetitions; neither words of languages nor short ones. */
export function namesOf(text: string): string[] {
  return (text.match(NAME) ?? []).filter(isTelling);
}

const isTelling = (name: string): boolean => name.length >= SHORTEST && !KEYWORDS.has(name.toLowerCase());

/** The names before a cursor, the nearest first, each once. @param most of them. */
export function namesBefore(prefix: string, most: number): NearName[] {
  const from = startOfLines(prefix, LINES);
  const found = new Map<string, NearName>();
  const matches = [...prefix.slice(from).matchAll(NAME)].reverse();
  for (const { 0: name, index } of matches) {
    if (found.size === most) break;
    if (isTelling(name) && !found.has(name)) found.set(name, { name, at: from + index });
  }
  return [...found.values()];
}

/** Where the last `lines` lines of a text begin, the one that is not ended counted in. */
export function startOfLines(text: string, lines: number): number {
  let at = text.length;
  for (let left = lines; left > 0 && at > 0; left--) at = text.lastIndexOf('\n', at - 1);
  return at <= 0 ? 0 : at + 1;
}
