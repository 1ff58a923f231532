/** The hashes of a file and of all its symbols, made once, and the anchors that are made of them. */
import type { Grammars } from '../../../../../syntax/grammars.ts';
import type { CodeSymbol, SymbolKind } from '../../../../../syntax/outline.ts';
import { type SyntaxTokens, syntaxTokens } from '../../../../../syntax/tokens.ts';
import type { MemoryAnchor } from '../../../../protocol/index.ts';
import { wordsOf } from '../../search/words.ts';
import type { SourceText } from '../items.ts';
import { textHash, treeHash } from './syntaxHash.ts';

/** A symbol with all that is declared under its name: overloads, a getter and its setter, a type and its namespace. */
export interface AnchoredSymbol {
  /** `A.m`. */
  symbol: string;
  /** Without what it is in. */
  name: string;
  kind: SymbolKind;
  hash: string;
  /** From its first declaration to the end of its last, from 1. */
  lines: [number, number];
  /** Tokens that it has: what is tiny is like much else. */
  size: number;
}

/** The code of a file as it was when it was read. */
export class FileAnchors {
  readonly path: string;
  /** Of the file as a whole: the leaf of the Merkle tree. */
  readonly treeHash: string;
  /** In the order of the text, each before those that are in it. */
  readonly symbols: readonly AnchoredSymbol[];
  readonly lines: number;
  readonly #byName: ReadonlyMap<string, AnchoredSymbol>;

  constructor(path: string, treeHash: string, symbols: readonly AnchoredSymbol[], lines: number) {
    this.path = path;
    this.treeHash = treeHash;
    this.symbols = symbols;
    this.lines = lines;
    this.#byName = new Map(symbols.map((one) => [one.symbol, one]));
  }

  symbol(symbol: string): AnchoredSymbol | undefined {
    return this.#byName.get(symbol);
  }

  /** An anchor to a symbol, or to the file (null); undefined where there is no such symbol. */
  anchor(symbol: string | null): MemoryAnchor | undefined {
    const hash = symbol === null ? this.treeHash : this.#byName.get(symbol)?.hash;
    return hash === undefined ? undefined : { path: this.path, symbol, hash };
  }

  /**
   * Anchors to what lines are about: the innermost symbol around them, else the outermost that begin or end in them, else
   * the file. @param lines first and last, from 1.
   */
  anchorsAt([first, last]: [number, number]): MemoryAnchor[] {
    const around = this.symbols.findLast(({ lines }) => lines[0] <= first && last <= lines[1]);
    const touched: AnchoredSymbol[] = [];
    for (const one of this.symbols) {
      const outer = touched.at(-1)?.symbol;
      if (outer !== undefined && one.symbol.startsWith(`${outer}.`)) continue;
      if (one.lines[0] <= last && first <= one.lines[1]) touched.push(one);
    }
    const chosen = around ? [around] : touched;
    return chosen.length === 0
      ? [{ path: this.path, symbol: null, hash: this.treeHash }]
      : chosen.map(({ symbol, hash }) => ({ path: this.path, symbol, hash }));
  }
}

export interface ReadCode {
  anchors: FileAnchors;
  /** What the anchors were made of, imports left out; undefined where there is no grammar, or reading takes too long. */
  outline: CodeSymbol[] | undefined;
  /** That the code has, comments left out; all words of the text where there is no outline. */
  words(): ReadonlySet<string>;
}

/** Makes {@link FileAnchors}. */
export class AnchorMaker {
  readonly #grammars: Grammars;

  constructor(grammars: Grammars) {
    this.#grammars = grammars;
  }

  /** @param source its text has LF. */
  async anchorsOf(source: SourceText): Promise<FileAnchors> {
    return (await this.read(source)).anchors;
  }

  /** In one reading: outlines and words are large, and not kept. */
  async read({ path, text }: SourceText): Promise<ReadCode> {
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    const read = await this.#grammars.reader({ path }, syntaxTokens);
    const found = read && tokensOf(read, text);
    let known: ReadonlySet<string> | undefined;
    const words = () => {
      known ??= new Set(
        found === undefined ? wordsOf(text) : found.tokens.flatMap((token) => wordsOf(token.text ?? '')),
      );
      return known;
    };
    if (found === undefined) {
      return { anchors: new FileAnchors(path, textHash(text), [], lines), outline: undefined, words };
    }
    const hash = found.faulty ? textHash(text) : treeHash(found.tokens);
    const anchors = new FileAnchors(path, hash, symbolsIn(found, text), lines);
    return { anchors, outline: found.symbols.map(({ symbol }) => symbol), words };
  }

  /** Words that the code of a file has, comments left out; all words of it where there is no grammar. */
  async namesOf(source: SourceText): Promise<ReadonlySet<string>> {
    return (await this.read(source)).words();
  }

  /** Anchors to a symbol (`A.m`), to the file (null), or to what is at lines; none where there is no such symbol. */
  async anchorAt(source: SourceText, at: string | null | [number, number]): Promise<MemoryAnchor[]> {
    const file = await this.anchorsOf(source);
    if (Array.isArray(at)) return file.anchorsAt(at);
    const anchor = file.anchor(at);
    return anchor === undefined ? [] : [anchor];
  }
}

/** A tree may be deeper than calls can be: it is text then. */
function tokensOf(read: (text: string) => SyntaxTokens | undefined, text: string): SyntaxTokens | undefined {
  try {
    return read(text);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function symbolsIn({ tokens, symbols }: SyntaxTokens, text: string): AnchoredSymbol[] {
  const lineOf = linesOf(text);
  // Several names in brackets are no name: they are the file's.
  const named = symbols.filter(({ symbol: { kind, name } }) => kind !== 'variable' || !/^[[{(]/.test(name));
  const byName = Map.groupBy(named, ({ symbol }) => nameOf(symbol));
  return [...byName].map(([symbol, all]) => {
    const { name, kind } = all[0]!.symbol;
    const hashes = all.map(({ symbol: one, from, to }) =>
      one.faulty ? textHash(text.slice(one.start, one.end)) : treeHash(tokens.slice(from, to), one.name),
    );
    return {
      symbol,
      name,
      kind,
      hash: hashes.length === 1 ? hashes[0]! : textHash(hashes.join('\n')),
      lines: [
        Math.min(...all.map(({ symbol: one }) => lineOf(one.start))),
        Math.max(...all.map(({ symbol: one }) => lineOf(Math.max(one.start, one.end - 1)))),
      ],
      size: all.reduce((sum, { from, to }) => sum + to - from, 0),
    };
  });
}

const nameOf = ({ container, name }: CodeSymbol): string => [...container, name].join('.');

/** Which line an offset is in, from 1. */
function linesOf(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
