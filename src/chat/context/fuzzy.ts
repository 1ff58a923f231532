/** Ranks paths and names by letters that were typed, in their order, as in the editor's own Go to File. */

export interface Ranked<Item> {
  item: Item;
  score: number;
}

/**
 * The items that have all letters of the query in order, best first; equal ones in the order in which they came.
 * @param textOf with '/' between folders: letters in the last name count more than those in its folders.
 */
export function rank<Item>(query: string, items: Iterable<Item>, textOf: (item: Item) => string): Ranked<Item>[] {
  const wanted = query.replace(/\s+/g, '').replaceAll('\\', '/').toLowerCase();
  const ranked: Ranked<Item>[] = [];
  for (const item of items) {
    const score = scoreOf(wanted, textOf(item));
    if (score !== undefined) ranked.push({ item, score });
  }
  return ranked.sort((a, b) => b.score - a.score);
}

/** Undefined where the letters are not there. @param wanted in lower case, without spaces. */
export function scoreOf(wanted: string, text: string): number | undefined {
  if (wanted === '') return 0;
  const lower = text.toLowerCase();
  if (!isSubsequence(wanted, lower)) return undefined;
  const nameAt = lower.lastIndexOf('/') + 1;
  const name = lower.slice(nameAt);
  // Short names first among equals; never enough to outweigh a letter.
  const brevity = 1 / (1 + text.length / 16);
  if (!wanted.includes('/')) {
    const stem = name.replace(/\.[^.]*$/, '');
    if (name === wanted || stem === wanted) return 1_000 + brevity;
    if (name.startsWith(wanted)) return 800 + brevity;
    if (name.includes(wanted)) return (atWord(text, nameAt + name.indexOf(wanted)) ? 600 : 500) + brevity;
    if (isSubsequence(wanted, name)) return 200 + runs(wanted, text.slice(nameAt)) + brevity;
  } else if (lower.endsWith(wanted)) return 900 + brevity;
  else if (lower.includes(wanted)) return 500 + brevity;
  return runs(wanted, text) + brevity;
}

function isSubsequence(wanted: string, text: string): boolean {
  let at = 0;
  for (const letter of wanted) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/**
 * 0 to 100: how many of the letters follow each other or begin words, taken greedily from the end, where names are.
 * The text has them all.
 */
function runs(wanted: string, text: string): number {
  const lower = text.toLowerCase();
  let good = 0;
  let last = lower.length;
  for (let letter = wanted.length - 1; letter >= 0; letter--) {
    const at = lower.lastIndexOf(wanted[letter]!, last - 1);
    if (at === last - 1 || atWord(text, at)) good++;
    last = at;
  }
  return (100 * good) / wanted.length;
}

/** The letter begins a word: of a path, of snake_case, or of camelCase. */
function atWord(text: string, at: number): boolean {
  if (at === 0) return true;
  const before = text[at - 1]!;
  if (!/[\p{L}\p{N}]/u.test(before)) return true;
  const letter = text[at]!;
  return letter !== letter.toLowerCase() && before === before.toLowerCase();
}
