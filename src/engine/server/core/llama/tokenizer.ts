/** Text to tokens and back, by the model's own vocabulary. */
import type { FimMarkers, SpecialToken } from '../../../protocol/index.ts';
import type { Tokenizer } from '../backend.ts';
import { chunksOf } from '../chunks.ts';
import type { TextSequence } from '../embedder.ts';
import { EngineFailure } from '../failure.ts';
import { findMarkers } from './fimMarkers.ts';
import type { NativeFunctions } from './functions.ts';
import type { Pointer } from './structs.ts';

/** `LLAMA_TOKEN_ATTR_UNKNOWN | LLAMA_TOKEN_ATTR_CONTROL`: never parsed out of plain text. */
const ATTR_CONTROL = 1 | 8;

/** `LLAMA_VOCAB_TYPE_WPM`: words by themselves, whatever is between them. */
const WORD_PIECES = 3;

/** A character that no vocabulary merges with what follows. */
const GUARD = '\u{1F531}';

export class LlamaTokenizer implements Tokenizer {
  /** Number of tokens in the vocabulary. */
  readonly size: number;
  readonly #functions: NativeFunctions;
  readonly #pointer: Pointer;
  #closed = false;
  readonly #special: ReadonlyMap<SpecialToken, number>;
  /** How the markers of a place to fill in are spelled; undefined where there are none, or others. */
  readonly fimMarkers: FimMarkers | undefined;
  /** Spellings of special tokens that the model's file does not mark as such; see {@link encode}. */
  readonly #markers: string[];
  /** Tokens of {@link GUARD}, where the vocabulary puts a space before a text; see {@link encode}. */
  readonly #guard: Int32Array | undefined;
  /** What the model wants around a whole text: a beginning, a separator, an end. */
  #frame: { before: Int32Array; behind: Int32Array } | undefined;
  readonly #bytes: (Uint8Array | undefined)[] = [];
  readonly #end: Int8Array;
  readonly #markerEnds: ReadonlySet<number>;
  #tokens = new Int32Array(1024);

  constructor(functions: NativeFunctions, vocab: Pointer) {
    this.#functions = functions;
    this.#pointer = vocab;
    this.size = functions.llama_vocab_n_tokens(vocab);
    this.#end = new Int8Array(this.size);
    const bos = functions.llama_vocab_get_add_bos(vocab) ? functions.llama_vocab_bos(vocab) : -1;
    const named = new Map<SpecialToken, number>();
    for (const [name, token] of [
      ['bos', bos],
      ['fimPrefix', functions.llama_vocab_fim_pre(vocab)],
      ['fimSuffix', functions.llama_vocab_fim_suf(vocab)],
      ['fimMiddle', functions.llama_vocab_fim_mid(vocab)],
      ['fimRepo', functions.llama_vocab_fim_rep(vocab)],
      ['fimSeparator', functions.llama_vocab_fim_sep(vocab)],
    ] as [SpecialToken, number][]) {
      if (token >= 0) named.set(name, token);
    }
    const spelledAs = (token: number): string => functions.llama_vocab_get_text(vocab, token);
    const { kind, tokens, ends } = findMarkers(named, spelledAs, (spelling) => {
      const [token, ...more] = this.#tokenize(spelling, true);
      return token !== undefined && more.length === 0 && spelledAs(token) === spelling ? token : undefined;
    });
    this.fimMarkers = kind;
    this.#special = tokens;
    this.#markerEnds = new Set(ends);
    const marked = [...tokens.values(), ...ends, functions.llama_vocab_eos(vocab), functions.llama_vocab_eot(vocab)];
    this.#markers = [...new Set(marked)]
      .filter((token) => token >= 0 && (functions.llama_vocab_get_attr(vocab, token) & ATTR_CONTROL) === 0)
      .map(spelledAs)
      .filter((text) => text.length > 1);
    this.#guard = this.#putsSpaceFirst() ? this.#tokenize(GUARD, false) : undefined;
  }

  /** A text that begins a sequence is written with a space before it. */
  get putsSpaceFirst(): boolean {
    return this.#guard !== undefined;
  }

  get #vocab(): Pointer {
    if (this.#closed) throw new EngineFailure('engineStopped', 'The model was unloaded.');
    return this.#pointer;
  }

  /** The model is freed: whoever still works on a text fails, instead of reading what is no more. */
  close(): void {
    this.#closed = true;
  }

  /** Names of the special tokens that the model has. */
  get specialTokens(): SpecialToken[] {
    return [...this.#special.keys()];
  }

  /**
   * Special tokens are never parsed out of `text`. Some files mark their markers as ordinary words, which libllama then
   * finds in plain text; those spellings are cut in two and encoded piece by piece. Some vocabularies put a space
   * before every text; a guard character in front takes it, and is dropped.
   */
  encode(text: string): Int32Array {
    const pieces = chunksOf(text, false).flatMap((chunk) => this.#split(chunk));
    return joined(pieces.map((piece) => this.#encodePlain(piece)));
  }

  encodeTemplate(text: string): Int32Array {
    return joined(chunksOf(text, true).map((chunk) => this.#tokenize(chunk, true)));
  }

  /**
   * A text as the whole sequence that a model is given to make a vector of it: between the tokens that the model wants
   * around it. No special tokens are parsed out of `text`.
   * @param longest tokens; of a longer text the end is `cut`.
   */
  encodeSequence(text: string, longest: number): TextSequence {
    this.#frame ??= this.#readFrame();
    const { before, behind } = this.#frame;
    const room = longest - before.length - behind.length;
    const pieces: Int32Array[] = [];
    let length = 0;
    for (const [index, chunk] of chunksOf(text, false).entries()) {
      if (length > room) break;
      for (const piece of this.#split(chunk)) {
        // Where the vocabulary puts a space before a text, the model was trained with it.
        pieces.push(index === 0 ? this.#tokenize(piece, false) : this.#encodePlain(piece));
        length += pieces.at(-1)!.length;
      }
    }
    const plain = joined(pieces);
    return { tokens: joined([before, plain.subarray(0, room), behind]), cut: length > room };
  }

  bytes(token: number): Uint8Array {
    this.#check(token);
    const known = this.#bytes[token];
    if (known) return known;
    let buffer = new Uint8Array(32);
    let length = this.#piece(token, buffer);
    if (length < 0) {
      buffer = new Uint8Array(-length);
      length = this.#piece(token, buffer);
    }
    const bytes = buffer.slice(0, length);
    this.#bytes[token] = bytes;
    return bytes;
  }

  isEnd(token: number, atCursor = false): boolean {
    this.#check(token);
    if (atCursor && this.#markerEnds.has(token)) return true;
    const known = this.#end[token];
    if (known !== 0) return known === 1;
    const end = this.#functions.llama_vocab_is_eog(this.#vocab, token);
    this.#end[token] = end ? 1 : -1;
    return end;
  }

  special(name: SpecialToken): number | undefined {
    return this.#special.get(name);
  }

  #check(token: number): void {
    if (!Number.isInteger(token) || token < 0 || token >= this.size) throw new RangeError(`No token ${token}.`);
  }

  #piece(token: number, buffer: Uint8Array): number {
    return this.#functions.llama_token_to_piece(this.#vocab, token, buffer, buffer.length, 0, false);
  }

  #encodePlain(text: string): Int32Array {
    const guard = this.#guard;
    if (!guard) return this.#tokenize(text, false);
    const tokens = this.#tokenize(GUARD + text, false);
    const kept = guard.every((token, index) => tokens[index] === token);
    return kept ? tokens.slice(guard.length) : this.#tokenize(text, false);
  }

  #tokenize(text: string, parseSpecial: boolean, addSpecial = false): Int32Array {
    const source = Buffer.from(text, 'utf8');
    const run = (): number =>
      this.#functions.llama_tokenize(
        this.#vocab,
        source,
        source.length,
        this.#tokens,
        this.#tokens.length,
        addSpecial,
        parseSpecial,
      );
    let count = run();
    if (count < 0) {
      this.#tokens = new Int32Array(-count);
      count = run();
    }
    return this.#tokens.slice(0, count);
  }

  #putsSpaceFirst(): boolean {
    if (this.#functions.llama_vocab_type(this.#vocab) === WORD_PIECES) return false;
    const tokens = this.#tokenize('x', false);
    return tokens.length > 0 && this.bytes(tokens[0]!)[0] === 0x20;
  }

  #readFrame(): { before: Int32Array; behind: Int32Array } {
    const { llama_vocab_get_add_bos, llama_vocab_get_add_eos, llama_vocab_get_add_sep } = this.#functions;
    const { llama_vocab_bos, llama_vocab_eos, llama_vocab_sep } = this.#functions;
    // libllama ends the process where it shall add a token that the file does not name.
    const missing = [
      [llama_vocab_get_add_bos, llama_vocab_bos] as const,
      [llama_vocab_get_add_eos, llama_vocab_eos] as const,
      [llama_vocab_get_add_sep, llama_vocab_sep] as const,
    ].some(([adds, token]) => adds(this.#vocab) && token(this.#vocab) < 0);
    if (missing) return { before: new Int32Array(0), behind: new Int32Array(0) };
    const bare = this.#tokenize('x', false);
    const framed = this.#tokenize('x', false, true);
    const start = Math.max(
      0,
      framed.findIndex((_, at) => bare.every((token, index) => framed[at + index] === token)),
    );
    return { before: framed.slice(0, start), behind: framed.slice(start + bare.length) };
  }

  /** Cuts after the first character of every marker's spelling. */
  #split(text: string): string[] {
    const cuts = new Set<number>();
    for (const marker of this.#markers) {
      for (let at = text.indexOf(marker); at >= 0; at = text.indexOf(marker, at + 1)) cuts.add(at + 1);
    }
    const edges = [0, ...[...cuts].sort((a, b) => a - b), text.length];
    return edges.slice(1).map((edge, index) => text.slice(edges[index], edge));
  }
}

function joined(pieces: readonly Int32Array[]): Int32Array {
  if (pieces.length === 1) return pieces[0]!;
  const all = new Int32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
