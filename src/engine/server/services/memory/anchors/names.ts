/** Names of code that a sentence speaks of, told by how they are spelled. */

const NAME = /[\p{L}_$][\p{L}\p{N}_$]*/gu;
const CODE = /`([^`\n]+)`/g;
/** `src/a.ts`, `a.test.ts`. */
const FILE = /(?<![\p{L}\p{N}_$./-])(?:[\w@.-]+\/)*[\w@-][\w@.-]*\.(?!\d)[a-z]{1,4}(?![\p{L}\p{N}_$/])/gu;
/** Without a folder before it a word with another ending is a member of something. */
const KNOWN_ENDING = /\.(?:[cm]?[jt]s|[jt]sx|py|rb|go|rs|java|cs|cpp|hpp|php|css|json|ya?ml|html?|toml|md|sh)$/;
/** Spelled as code is, and no code. */
const PROPER = new Set(
  'JavaScript TypeScript GitHub GitLab OpenAI WebAssembly PostgreSQL MySQL SQLite GraphQL MongoDB DevTools macOS iOS iPadOS npm LaTeX YouTube'.split(
    ' ',
  ),
);

export interface Names {
  /** Identifiers, the parts of `a.b` each for itself. */
  names: string[];
  /** Paths and names of files. */
  files: string[];
}

/** Names in quotes of code; of other words those with a capital inside, with `_` or `$`, and those that are called. */
export function namesIn(text: string): Names {
  const files = new Set<string>();
  const rest = text.replace(FILE, (file) => {
    if (!file.includes('/') && !KNOWN_ENDING.test(file)) return file;
    files.add(file);
    return ' ';
  });
  const names = new Set<string>();
  const words = rest.replace(CODE, (_, code: string) => {
    for (const [name] of code.matchAll(NAME)) names.add(name);
    return ' ';
  });
  for (const { 0: name, index } of words.matchAll(NAME)) {
    const isCalled = words[index + name.length] === '(' && words[index + name.length + 1] === ')';
    const isCode = /\p{Ll}\p{Lu}|[\p{L}\p{N}][_$]|[_$][\p{L}\p{N}]/u.test(name);
    if ((isCalled || isCode) && !PROPER.has(name)) names.add(name);
  }
  return { names: [...names], files: [...files] };
}
