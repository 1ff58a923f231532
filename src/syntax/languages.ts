/** Which grammar reads a language, and the words that the layout of its blocks turns on. */

/** A grammar of `@vscode/tree-sitter-wasm`, by the name in its file's name. */
export type GrammarName =
  | 'bash'
  | 'c-sharp'
  | 'cpp'
  | 'css'
  | 'go'
  | 'java'
  | 'javascript'
  | 'php'
  | 'powershell'
  | 'python'
  | 'ruby'
  | 'rust'
  | 'tsx'
  | 'typescript';

export interface Grammar {
  name: GrammarName;
  /** VS Code's ids of the languages that it reads. */
  languageIds: readonly string[];
  /** Endings of their files, without the dot. */
  extensions: readonly string[];
  /** Words that begin the line which closes a block; brackets and tags close theirs in any language. */
  closers: ReadonlySet<string>;
  /** Words that begin a line which goes on with a block, as deep as the line that opened it. */
  clauses: ReadonlySet<string>;
  /** Words that begin a block anywhere, with those that end it. */
  pairs: ReadonlyMap<string, string>;
  /** Has to stand before text that does not begin where its file begins. */
  preamble: string;
}

const words = (text: string): ReadonlySet<string> => new Set(text === '' ? [] : text.split(' '));

function grammar(
  name: GrammarName,
  languageIds: string,
  extensions: string,
  { closers = '', clauses = '', preamble = '', pairs = {} } = {},
): Grammar {
  return {
    name,
    languageIds: languageIds.split(' '),
    extensions: extensions.split(' '),
    closers: words(closers),
    clauses: words(clauses),
    pairs: new Map(Object.entries(pairs)),
    preamble,
  };
}

const RUBY_PAIRS = Object.fromEntries(
  'def class module begin do if unless while until for case'.split(' ').map((word) => [word, 'end']),
);
const CASES = { clauses: 'case default' };

export const GRAMMARS: readonly Grammar[] = [
  grammar('bash', 'shellscript', 'sh bash zsh', {
    closers: 'fi done esac',
    clauses: 'else elif',
    pairs: { if: 'fi', do: 'done', case: 'esac' },
  }),
  grammar('c-sharp', 'csharp', 'cs', CASES),
  // C is read as C++, as Copilot does.
  grammar('cpp', 'cpp c cuda-cpp', 'cpp cc cxx c++ c h hpp hh hxx cu', {
    clauses: 'case default public private protected',
  }),
  grammar('css', 'css scss less', 'css scss less'),
  grammar('go', 'go', 'go', CASES),
  grammar('java', 'java', 'java', CASES),
  grammar('javascript', 'javascript javascriptreact', 'js jsx mjs cjs', CASES),
  grammar('php', 'php', 'php', { ...CASES, preamble: '<?php ' }),
  grammar('powershell', 'powershell', 'ps1 psm1'),
  grammar('python', 'python', 'py pyi', { clauses: 'else elif except finally', pairs: { try: 'except' } }),
  grammar('ruby', 'ruby', 'rb rake gemspec', {
    closers: 'end',
    clauses: 'else elsif when in rescue ensure',
    pairs: RUBY_PAIRS,
  }),
  grammar('rust', 'rust', 'rs'),
  grammar('tsx', 'typescriptreact', 'tsx', CASES),
  grammar('typescript', 'typescript', 'ts mts cts', CASES),
];

/** The grammar for a language, or for a file's name where the language is not told; undefined where none ships. */
export function grammarFor(languageId: string | undefined, path: string): Grammar | undefined {
  if (languageId !== undefined) return GRAMMARS.find(({ languageIds }) => languageIds.includes(languageId));
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase();
  return extension === undefined ? undefined : GRAMMARS.find(({ extensions }) => extensions.includes(extension));
}
