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

/** An answer, behind what it answers. */
interface Saying {
  prompt: Trail;
  answer: Trail;
  /** Where its first tokens end in its text: those that spell it, and none inside a letter. */
  ends: readonly { tokens: number; characters: number }[];
}

/** Answers that are kept, and their characters with what they answer: a few for each conversation that is under way. */
const MOST = { sayings: 64, characters: 8 << 20 };

export class Trails {
  /** By their text, latest last. */
  readonly #kept = new Map<string, Saying>();
  #characters = 0;

  /**
   * The most that `text` begins with: a prompt, with its answer or the beginning of that. An answer is often told again in
   * part: without the space at its end, which many templates leave out, or only as far as it was when it was stopped.
   * It counts as used.
   */
  longest(text: string): Trail | undefined {
    let found: { said: Saying; tokens: number; characters: number } | undefined;
    let most = -1;
    for (const said of this.#kept.values()) {
      if (!text.startsWith(said.prompt.text)) continue;
      const alike = commonLength(said.answer.text, text, said.prompt.text.length);
      const end = said.ends.findLast(({ characters }) => characters <= alike) ?? { tokens: 0, characters: 0 };
      const length = said.prompt.text.length + end.characters;
      if (length <= most) continue;
      most = length;
      found = { said, ...end };
    }
    if (!found) return;
    const { said, tokens, characters } = found;
    this.#keep(said);
    return {
      text: said.prompt.text + said.answer.text.slice(0, characters),
      tokens: [...said.prompt.tokens, ...said.answer.tokens.slice(0, tokens)],
    };
  }

  /**
   * A prompt was answered.
   * @param answer its text, and the tokens that were made.
   */
  add(tokenizer: Pick<Tokenizer, 'bytes'>, prompt: Trail, answer: Trail): void {
    this.#keep({ prompt, answer, ends: endsOf(tokenizer, answer) });
    for (const said of this.#kept.values()) {
      if (this.#kept.size <= MOST.sayings && this.#characters <= MOST.characters) return;
      this.#kept.delete(textOf(said));
      this.#characters -= lengthOf(said);
    }
  }

  #keep(said: Saying): void {
    const text = textOf(said);
    if (this.#kept.delete(text)) this.#characters -= lengthOf(said);
    this.#kept.set(text, said);
    this.#characters += lengthOf(said);
  }
}

const textOf = ({ prompt, answer }: Saying): string => prompt.text + answer.text;
const lengthOf = ({ prompt, answer }: Saying): number => prompt.text.length + answer.text.length;

/** How many characters of `part` stand in `text` from `start` on. */
function commonLength(part: string, text: string, start: number): number {
  if (text.startsWith(part, start)) return part.length;
  let length = 0;
  while (length < part.length && part[length] === text[start + length]) length++;
  return length;
}

/** Up to a marker, or a torn letter: what is behind it is told again as other text. */
function endsOf(tokenizer: Pick<Tokenizer, 'bytes'>, { text, tokens }: Trail): Saying['ends'] {
  const bytes = Buffer.from(text);
  const ends: { tokens: number; characters: number }[] = [];
  let [end, whole, characters] = [0, 0, 0];
  for (const [index, token] of tokens.entries()) {
    const piece = tokenizer.bytes(token);
    // A marker has no bytes: as text it is not there.
    if (piece.length === 0 || !bytes.subarray(end, end + piece.length).equals(piece)) break;
    end += piece.length;
    if (end < bytes.length && (bytes[end]! & 0xc0) === 0x80) continue;
    characters += bytes.toString('utf8', whole, end).length;
    whole = end;
    ends.push({ tokens: index + 1, characters });
  }
  return ends;
}
