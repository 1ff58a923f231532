/** How a language marks strings and comments, as far as brackets are concerned. */

import type { Indentation } from './request.ts';

export interface Marks {
  /** What strings of any length stand between. */
  quotes: string;
  /** Begins a comment to the end of its line. */
  comment: string;
  /** Strings without escapes that begin otherwise than they end, of any number of lines. */
  raw?: RawString;
}

export interface RawString {
  /** The letters that one may begin with. */
  first: string;
  /** Sticky, both: its beginning, and one that is whole. */
  begins: RegExp;
  whole: RegExp;
}

export const COMMON: Marks = { quotes: '"\'`', comment: '//' };
/** An apostrophe begins a lifetime or a quoted name, and no string. */
const TICKED: Marks = { quotes: '"', comment: '//' };
/** `r#"…"#`. */
const RUST: Marks = {
  ...TICKED,
  raw: { first: 'brc', begins: /(?<!\w)[bc]?r#*"/y, whole: /(?<!\w)[bc]?r(#*)"[\s\S]*?"\1/y },
};
/** `R"(…)"`. */
const C: Marks = {
  ...COMMON,
  raw: { first: 'R', begins: /R"[^()\\\s]{0,16}\(/y, whole: /R"([^()\\\s]{0,16})\([\s\S]*?\)\1"/y },
};
/** `@"…"`, in which `""` is a quote. */
const C_SHARP: Marks = {
  ...COMMON,
  raw: { first: '@', begins: /@\$?"/y, whole: /@\$?"(?:[^"]|"")*"(?!")/y },
};
const HASH: Marks = { quotes: '"\'`', comment: '#' };
const DASHES: Marks = { quotes: '"\'', comment: '--' };
/** `[[…]]`, `[=[…]=]`. */
const LUA: Marks = { ...DASHES, raw: { first: '[', begins: /\[=*\[/y, whole: /\[(=*)\[[\s\S]*?\]\1\]/y } };
const TICKS: Marks = { quotes: '"', comment: '--' };
const LISP: Marks = { quotes: '"', comment: ';' };

const OF: readonly [marks: Marks, names: string][] = [
  [RUST, 'rust rs'],
  [TICKED, 'ocaml ml mli fsharp fs fsi scala sc'],
  [C, 'c cpp cc cxx h hpp hh hxx cuda-cpp cu objective-cpp mm'],
  [C_SHARP, 'csharp cs'],
  [
    HASH,
    'python py pyi ruby rb rake gemspec shellscript sh bash zsh fish yaml yml toml r perl pl pm makefile mk dockerfile elixir ex exs julia jl powershell ps1 psm1 nim cmake gdscript gd coffeescript coffee tcl properties dotenv ignore',
  ],
  [LUA, 'lua luau'],
  [DASHES, 'sql ada adb ads vhdl vhd'],
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
