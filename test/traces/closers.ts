/** What VS Code puts behind the cursor by itself while one types brackets and quotes. */

const BRACKETS: Record<string, string> = { '(': ')', '[': ']', '{': '}' };
const QUOTES = new Set(["'", '"', '`']);
/** `editor.autoClosingBrackets: languageDefined`, as TypeScript defines it: only before these, or at a line's end. */
const BEFORE = new Set(';:.,=}])>` \n\r\t');
const COMMENT = /^\s*(?:\/\/|\/?\*|#)/;

/**
 * The closer that comes with a typed character, or undefined.
 * @param before the text before the cursor, without the character; `after` the character behind the cursor.
 * @param inString true between quotes that were closed by themselves.
 */
export function closerOf(
  character: string,
  before: string,
  after: string | undefined,
  inString: boolean,
): string | undefined {
  if (after !== undefined && !BEFORE.has(after)) return undefined;
  const bracket = BRACKETS[character];
  if (bracket !== undefined) return bracket;
  if (!QUOTES.has(character) || inString) return undefined;
  const line = before.slice(before.lastIndexOf('\n') + 1);
  const closesWord = /[\w'"`]$/.test(line);
  return closesWord || COMMENT.test(line) ? undefined : character;
}

/** True between brackets such as `{|}`: Enter there makes an empty line of it. */
export const isBetween = (before: string | undefined, closer: string): boolean =>
  before !== undefined && BRACKETS[before] === closer;
