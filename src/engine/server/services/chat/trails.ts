/**
 * What a model has read and said, text and tokens. A text can be spelt in more ways than one, and a model does not always
 * choose the way of the tokenizer: a later prompt that begins with the same text begins with these tokens, so that it is
 * what the cache has.
 */
import type { Tokenizer } from '../../core/backend.ts';

export interface Trail {
  text: string;
  tokens: readonly number[];
}

/** Trails that are kept, and their characters: a few for each conversation that is under way. */
const MOST = { trails: 64, characters: 8 << 20 };

export class Trails {
  /** By their text, latest last. */
  readonly #kept = new Map<string, Trail>();
  #characters = 0;

  /** The longest that `text` begins with; it counts as used. */
  longest(text: string): Trail | undefined {
    let found: Trail | undefined;
    for (const trail of this.#kept.values()) {
      if (trail.text.length > (found?.text.length ?? 0) && text.startsWith(trail.text)) found = trail;
    }
    if (found) this.#keep(found);
    return found;
  }

  /**
   * A prompt was answered.
   * @param answer its text, and the tokens that were made.
   */
  add(tokenizer: Pick<Tokenizer, 'bytes'>, prompt: Trail, answer: Trail): void {
    this.#keep(prompt);
    for (const said of sayings(tokenizer, answer)) {
      this.#keep({ text: prompt.text + said.text, tokens: [...prompt.tokens, ...said.tokens] });
    }
    for (const { text } of this.#kept.values()) {
      if (this.#kept.size <= MOST.trails && this.#characters <= MOST.characters) return;
      this.#kept.delete(text);
      this.#characters -= text.length;
    }
  }

  #keep(trail: Trail): void {
    if (this.#kept.delete(trail.text)) this.#characters -= trail.text.length;
    this.#kept.set(trail.text, trail);
    this.#characters += trail.text.length;
  }
}

/**
 * An answer as its tokens spell it, and as they do without the space at its end, which many templates leave out: up to the
 * last token that ends there. Where they spell its beginning only (behind a marker, or inside a torn letter, they are other
 * text), that beginning.
 */
function sayings(tokenizer: Pick<Tokenizer, 'bytes'>, { text, tokens }: Trail): Trail[] {
  const bytes = Buffer.from(text);
  const trimmed = Buffer.byteLength(text.trimEnd());
  const found = new Map<number, Trail>();
  const keep = (end: number, count: number): void => {
    if (end > 0) found.set(end, { text: bytes.toString('utf8', 0, end), tokens: tokens.slice(0, count) });
  };
  // The last whole letters before the trimmed end, and before the end.
  let [before, whole] = [
    { end: 0, count: 0 },
    { end: 0, count: 0 },
  ];
  let end = 0;
  for (const [index, token] of tokens.entries()) {
    const piece = tokenizer.bytes(token);
    // A marker has no bytes: as text it is not there.
    if (piece.length === 0 || !bytes.subarray(end, end + piece.length).equals(piece)) break;
    end += piece.length;
    // Not inside a letter.
    if (end < bytes.length && (bytes[end]! & 0xc0) === 0x80) continue;
    whole = { end, count: index + 1 };
    if (end <= trimmed) before = whole;
  }
  keep(before.end, before.count);
  keep(whole.end, whole.count);
  return [...found.values()];
}
