/** How a language marks strings and comments, as far as brackets are concerned. */

import type { Indentation } from './request.ts';

export interface Marks {
  /** What strings of any length stand between. */
  quotes: string;
  /** Begins a comment to the end of its line. */
  comment: string;
}

export const COMMON: Marks = { quotes: '"\'`', comment: '//' };
/** An apostrophe begins a lifetime or a quoted name, and no string. */
const RUST: Marks = { quotes: '"', comment: '//' };
const HASH: Marks = { quotes: '"\'`', comment: '#' };
const DASHES: Marks = { quotes: '"\'', comment: '--' };
const TICKS: Marks = { quotes: '"', comment: '--' };
const LISP: Marks = { quotes: '"', comment: ';' };

const OF: readonly [marks: Marks, names: string][] = [
  [RUST, 'rust rs ocaml ml mli fsharp fs fsi scala sc'],
  [
    HASH,
    'python py pyi ruby rb rake gemspec shellscript sh bash zsh fish yaml yml toml r perl pl pm makefile mk dockerfile elixir ex exs julia jl powershell ps1 psm1 nim cmake gdscript gd coffeescript coffee tcl properties dotenv ignore',
  ],
  [DASHES, 'sql lua ada adb ads vhdl vhd'],
  [TICKS, 'haskell hs elm'],
  [LISP, 'clojure clj cljs cljc edn lisp lsp scheme scm racket rkt elisp el'],
];
const BY_NAME = new Map(OF.flatMap(([marks, names]) => names.split(' ').map((name) => [name, marks] as const)));

/** A file's language by its id, or else by the ending of its name. */
export interface FileKind {
  path?: string | undefined;
  languageId?: string | undefined;
}

/** The id, or the ending without its dot, in lower case. */
export function kindOf({ path = '', languageId }: FileKind): string {
  return (languageId ?? /\.?([^./\\]*)$/.exec(path)?.[1] ?? '').toLowerCase();
}

/** Languages whose files are laid out alike everywhere; those of the others mostly have two spaces. */
const FOUR = new Set('python py pyi rust rs java csharp cs kotlin kt swift php zig'.split(' '));
const TABS = new Set('go makefile mk'.split(' '));

/** How a file is indented that has no indented line yet. */
export function usualIndentation(file: FileKind): Indentation {
  const kind = kindOf(file);
  return { tabs: TABS.has(kind), width: FOUR.has(kind) || TABS.has(kind) ? 4 : 2 };
}

export const marksOf = (file: FileKind): Marks => BY_NAME.get(kindOf(file)) ?? COMMON;
