/** Text to measure with: the files of a committed trace, which do not change while the project does. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TraceEvent } from '../../src/cli/trace.ts';
import { repository } from '../helpers/engine.ts';
import type { Random } from '../traces/random.ts';
import type { Bed } from './bed.ts';

export const tracePath = (name: string): string => path.join(repository, 'test/traces', `${name}.jsonl`);

let text: string | undefined;

/** Some 36,000 UTF-16 units of TypeScript. */
export function corpus(): string {
  text ??= readFileSync(tracePath('ten-files'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): TraceEvent => JSON.parse(line))
    .flatMap((event) => (event.type === 'open' ? event.text : []))
    .join('\n');
  return text;
}

/** UTF-16 units to a token, by model. */
const lengths = new Map<string, number>();

/** Prompts of chats: source text of about a given length in tokens, no two with the same beginning. */
export class ChatTexts {
  readonly #unitsPerToken: number;
  readonly #random: Random;

  /** Asks the engine, once, how long the model's tokens are. */
  static async of({ client, model, workspace }: Bed, random: Random): Promise<ChatTexts> {
    let unitsPerToken = lengths.get(model.id);
    if (unitsPerToken === undefined) {
      const text = corpus().slice(0, 600);
      const request = { model: model.id, workspace, class: 'chat', maxTokens: 1, reuse: false } as const;
      const { promptTokens } = await client.generate({ ...request, prompt: { text } });
      unitsPerToken = text.length / promptTokens;
      lengths.set(model.id, unitsPerToken);
    }
    return new ChatTexts(unitsPerToken, random);
  }

  private constructor(unitsPerToken: number, random: Random) {
    this.#unitsPerToken = unitsPerToken;
    this.#random = random;
  }

  next(tokens: number): string {
    const from = this.#random.integer(0, corpus().length - 1);
    const units = Math.round(tokens * this.#unitsPerToken);
    const beginning = `${this.#random.integer(0, 1e9)}\n`;
    return (beginning + corpus().slice(from) + corpus()).slice(0, units);
  }
}
