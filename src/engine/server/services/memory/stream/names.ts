/** Names of code and paths of files in what people and models write. */

const QUOTED = /`([^`\n]{2,80})`/g;
/** `src/a.ts`, `a.test.ts`: with an ending that files of code have. */
const PATH =
  /(?:^|[\s(["'`])((?:[\w@.-]+\/)*[\w@.-]+\.(?:[cm]?[jt]sx?|json|py|rs|go|java|kt|cs|cpp|cc|c|h|hpp|rb|php|swift|scala|sh|sql|md|ya?ml|toml|css|scss|html|vue|svelte))(?=$|[\s)\]"'`,;:!?]|\.(?:\s|$))/gm;
/** `maxTokens`, `PagePool.take`, `max_tokens`, `MAX_TOKENS`: no word of a language looks like it. */
const IDENTIFIER =
  /(?<![\w$./-])(?:[a-z_$][a-z0-9$]*(?:[A-Z][a-z0-9$]*)+|(?:[A-Z][a-z0-9]+){2,}|[A-Za-z]\w*_\w+|[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+(?=\()|[A-Za-z_$][\w$]*(?=\(\)))(?:\.[A-Za-z_$][\w$]*)*/g;
const NAME = /^[A-Za-z_$#@][\w$.#/@:-]*(?:\(\))?$/;
const MOST = 24;

/** Each once, in their order; calls without their parentheses. */
export function namesIn(text: string): string[] {
  const found: { at: number; name: string }[] = [];
  const add = (at: number, name: string) => {
    const bare = name.replace(/\(\)$/, '').replace(/[.:]+$/, '');
    if (bare.length > 1 && NAME.test(bare)) found.push({ at, name: bare });
  };
  for (const match of text.matchAll(QUOTED)) add(match.index, match[1]!.trim());
  for (const match of text.matchAll(PATH)) add(match.index, match[1]!);
  for (const match of text.matchAll(IDENTIFIER)) add(match.index, match[0]);
  return [...new Set(found.sort((a, b) => a.at - b.at).map(({ name }) => name))].slice(0, MOST);
}
