/** Words of a sentence that look like names of code, and whether the code that it is about has them. */

/** By a capital inside, `_` or `$`, or by being called. */
const SPELLED_AS_CODE = [
  /[\p{L}_$][\p{L}\p{N}_$]*(?=\(\))/gu,
  /[\p{L}\p{N}_$]*\p{Ll}\p{Lu}[\p{L}\p{N}_$]*/gu,
  /[\p{L}\p{N}]*[_$][\p{L}\p{N}_$]*[\p{L}\p{N}]/gu,
];
/** What a model may mean as code as well: in quotes of code, with a dot or a slash inside, in capitals, with digits. */
const PERHAPS_CODE = [
  /`[^`]+`/g,
  /[\p{L}_$#][\p{L}\p{N}_$#]*(?:[./:#]+[\p{L}\p{N}_$#-]+)+/gu,
  /[\p{L}_$][\p{L}\p{N}_$]*(?=\()/gu,
  /\p{Lu}[\p{Lu}\p{N}_]{2,}/gu,
  /\p{L}+\p{N}+[\p{L}\p{N}]*/gu,
];
/** Spelled as code is, and no code. */
const PROPER =
  /^(?:JavaScript|TypeScript|CoffeeScript|ECMAScript|AppleScript|Git(?:Hub|Lab)|OpenAI|DeepSeek|WebAssembly|Web(?:Socket|GL|View|RTC|Pack|Kit)s?|Postgre(?:SQL|s)|MySQL|NoSQL|SQLite|GraphQL|MongoDB|DevTools|macOS|iOS|iPadOS|iPhones?|iPads?|LaTeX|YouTube|LinkedIn|PayPal|JetBrains|IntelliJ|PowerShell|OpenSSL|OpenGL|OAuth|gRPC|jQuery|TensorFlow|PyTorch|NumPy|PhD|IDs|URLs|APIs|UUIDs|URIs|PRs|LLMs|IDEs|PDFs)$/;

const found = (text: string, patterns: readonly RegExp[]): string[] => [
  ...new Set(patterns.flatMap((pattern) => text.match(pattern) ?? []).map((name) => name.replace(/`/g, ''))),
];
const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{N}_$]+/gu) ?? [];

/** Words of a file, its comments left out, that names of a quoted comment are held against. */
export function knownWords(code: string, path: string): ReadonlySet<string> {
  return new Set([...wordsOf(code), ...wordsOf(path)]);
}

/** Whether all names of a quoted sentence are there. */
export function namesExist(sentence: string, known: () => ReadonlySet<string>): boolean {
  const names = found(sentence, SPELLED_AS_CODE).filter((name) => !PROPER.test(name));
  return names.length === 0 || names.every((name) => wordsOf(name).every((word) => known().has(word)));
}

/** Names in a model's sentence that the code does not have. @param code text of what the anchors are about, and their names. */
export function absentNames(sentence: string, code: string): string[] {
  const words = new Set(wordsOf(code));
  const names = found(sentence, [...SPELLED_AS_CODE, ...PERHAPS_CODE]);
  return names.filter((name) => !wordsOf(name).every((word) => words.has(word)));
}
