/** What `@quire` is given of the memory, and what of it is remembered: by the same steps as in Quire's own chat. */
import { randomUUID } from 'node:crypto';
import type { KeptMemory } from '../conversation/entries.ts';
import { wordsOf } from '../errorWords.ts';
import { type ChatMemory, recalledIn, turnsOf, withMemories } from '../memory.ts';
import { memoryTokens } from '../prompt/budget.ts';

/** Where a turn stands; the editor keeps it with the answer, for it has no ids of its own to give. */
export interface TurnPlace {
  conversation: string;
  message: string;
}

export interface NativeRecalled {
  memories: KeptMemory[];
  /** As it stands in the prompt. */
  text: string;
}

export interface NativeTurn {
  /** Turns of the same conversation that were before. */
  before: readonly TurnPlace[];
  question: string;
  /** Undefined: it is not whole, and is not remembered. */
  answer: string | undefined;
  recalled: readonly KeptMemory[];
  attached: string[];
}

/** Who waits for an answer waits no longer than this for memories. */
const PATIENCE_MS = 4_000;

export const isPlace = (value: unknown): value is TurnPlace => {
  const { conversation, message } = Object(value) as Partial<TurnPlace>;
  return typeof conversation === 'string' && typeof message === 'string';
};

export class NativeMemory {
  readonly #memory: Pick<ChatMemory, 'recall' | 'record'>;
  readonly #log: (line: string) => void;

  constructor(memory: Pick<ChatMemory, 'recall' | 'record'>, log: (line: string) => void) {
    this.#memory = memory;
    this.#log = log;
  }

  /**
   * @param before turns that are in the prompt anyway.
   * @param count exact tokens of a text.
   * @returns undefined where nothing fits the question, or nothing can be recalled.
   */
  async recall(
    question: string,
    before: readonly TurnPlace[],
    contextTokens: number,
    count: (text: string) => Promise<number>,
    signal: AbortSignal,
  ): Promise<NativeRecalled | undefined> {
    const tokens = memoryTokens(contextTokens, contextTokens);
    if (tokens === 0 || question.trim() === '') return undefined;
    try {
      const conversation = before.at(-1)?.conversation;
      const without = before.flatMap((turn) => turnsOf(turn.conversation, [{ type: 'assistant', id: turn.message }]));
      const result = await this.#memory.recall(
        { query: question, without, tokens, ...(conversation === undefined ? {} : { conversation }) },
        { signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) },
      );
      if (!result) return undefined;
      const counter = { texts: (texts: readonly string[]) => Promise.all(texts.map(count)) };
      const asked = await withMemories({ text: question, attachments: [] }, result, tokens, counter);
      const [attachment] = asked.attachments;
      return attachment && { memories: recalledIn(asked), text: attachment.text };
    } catch (error) {
      this.#log(`nothing was remembered: ${wordsOf(error)}`);
      return undefined;
    }
  }

  /** Nobody waits for it. @returns where the turn stands from now on. */
  record({ before, question, answer, recalled, attached }: NativeTurn): TurnPlace {
    const place = { conversation: before.at(-1)?.conversation ?? randomUUID(), message: randomUUID() };
    if (answer !== undefined && answer.trim() !== '')
      this.#memory
        .record({ ...place, question, answer, recalled: recalled.map(({ item }) => item.id), attached })
        .catch((error) => this.#log(`a turn was not remembered: ${wordsOf(error)}`));
    return place;
  }
}
