/** Chats beside which somebody types; they go on until they are stopped. */
import { bundledModel } from '../helpers/engine.ts';
import { smallShape } from '../helpers/randomModel.ts';
import type { Random } from '../traces/random.ts';
import type { Bed } from './bed.ts';
import { ChatTexts } from './corpus.ts';

/** Tokens of a prompt that takes long, where the context has room for it, and of one that does not. */
const LONG_PROMPT = 4_096;
const SHORT_PROMPT = 100;
const LONGEST_ANSWER = 2_000;
/** What a prompt may turn out longer than it was meant to be. */
const MARGIN = 1.15;

export interface Load {
  /** Ends the chats. @returns how many tokens they have generated in all. */
  stop(): Promise<number>;
}

/** Tokens of the prompt that {@link prefilling} sends to a model. */
export const longPrompt = ({ model }: Bed): number =>
  Math.min(LONG_PROMPT, Math.floor((model.contextTokens - 1) / MARGIN));

/** One chat whose prompt, always a new one, is computed; nothing is answered. Resolves when the first was sent. */
export async function prefilling(bed: Bed, random: Random): Promise<Load> {
  const texts = await ChatTexts.of(bed, random);
  return begin(bed, 1, () => ({ text: texts.next(longPrompt(bed)), maxTokens: 1 })).load;
}

/**
 * The same engine with a second model, which is opened when it is first wanted: one of random weights that is slower than
 * the bundled one, or the bundled one where another is measured.
 */
export async function another(bed: Bed): Promise<Bed> {
  const path = bed.model.path === bundledModel ? await smallShape() : bundledModel;
  return { ...bed, model: await bed.client.openModel({ path, contextTokens: 0 }) };
}

/** So many chats that generate long answers to short prompts. Resolves when all of them do. */
export async function decoding(bed: Bed, chats: number, random: Random): Promise<Load> {
  const texts = await ChatTexts.of(bed, random);
  const maxTokens = Math.min(LONGEST_ANSWER, bed.model.contextTokens - Math.ceil(MARGIN * SHORT_PROMPT));
  const { load, answering } = begin(bed, chats, () => ({ text: texts.next(SHORT_PROMPT), maxTokens }));
  await answering;
  return load;
}

/** `answering` resolves when each chat has had text. */
function begin({ client, model, workspace }: Bed, chats: number, next: () => { text: string; maxTokens: number }) {
  const stop = new AbortController();
  let generated = 0;
  const first = Array.from({ length: chats }, () => Promise.withResolvers<void>());
  const chat = async (index: number): Promise<void> => {
    while (!stop.signal.aborted) {
      const { text, maxTokens } = next();
      const result = await client.generate(
        {
          model: model.id,
          workspace,
          class: 'chat',
          prompt: { text },
          maxTokens,
          sampling: { temperature: 0.8, seed: index },
        },
        { signal: stop.signal, onText: () => first[index]!.resolve() },
      );
      generated += result.generatedTokens;
    }
  };
  const running = Promise.all(first.map((_, index) => chat(index)));
  running.catch(() => undefined); // whoever stops the load hears of it
  const load = {
    async stop() {
      stop.abort();
      await running;
      return generated;
    },
  };
  return { load, answering: Promise.race([Promise.all(first.map(({ promise }) => promise)), running]) };
}
