import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RequestClass } from '../../../../../../src/engine/protocol/index.ts';
import type { Generation } from '../../../../../../src/engine/server/core/scheduler/request.ts';
import type { DraftSource } from '../../../../../../src/engine/server/core/speculation/draft.ts';
import { TextSource } from '../../../../../../src/engine/server/core/speculation/textSource.ts';
import { checkIntegrity } from '../../../../../helpers/cacheIntegrity.ts';
import { random } from '../scheduler/machine.ts';
import { CLASSES, indexOf, Liar, Oracle, Repeater, world } from './world.ts';

const REQUESTS = 10_000;
/** Requests that are submitted together. */
const TOGETHER = 8;

interface Ask {
  class: RequestClass;
  prompt: number[];
  maxTokens: number;
  stop: string[];
  temperature: number;
  seed: number;
  share: number;
  sources: number;
  /** Tokens after which it is cancelled; 0: it is not. */
  cancelledAt: number;
}

function asks(seed: number, count: number): Ask[] {
  const draw = random(seed);
  const below = (n: number) => Math.floor(n * draw());
  const vocabulary = 'const value = (a, b);\n  return next.line\n}';
  return Array.from({ length: count }, (_, number) => ({
    class: CLASSES[below(3)]!,
    prompt: [...Buffer.from(`${below(50)} ${vocabulary.slice(below(20), 20 + below(20)).repeat(1 + below(3))}`)],
    maxTokens: 1 + below(24),
    stop: draw() < 0.3 ? ['\n', 're'].slice(below(2)) : [],
    temperature: draw() < 0.5 ? 0 : 0.8,
    seed: number,
    share: 0.4 * draw(),
    sources: below(4),
    cancelledAt: draw() < 0.1 ? 1 + below(20) : 0,
  }));
}

/** Runs them, some at a time. `answers` are those of a run before, for the source that knows them. */
async function run(all: readonly Ask[], speculate: boolean, answers?: readonly number[][]) {
  const { loop, backend, cache, speculation } = world({ speculate });
  const results: (Pick<Generation, 'text' | 'finish'> & { tokens: number[] })[] = [];
  for (let first = 0; first < all.length; first += TOGETHER) {
    const running = all.slice(first, first + TOGETHER).map(async (ask, i) => {
      const number = first + i;
      const tokens: number[] = [];
      const { class: kind, prompt, maxTokens, stop, temperature, seed, share, cancelledAt } = ask;
      const request = loop.submit({
        workspace: `w${number % 3}`,
        class: kind,
        prompt,
        maxTokens,
        stop,
        sampler: new Repeater(backend.createSampler({ temperature, seed }), prompt, share),
        sources: speculate ? sourcesOf(ask, answers?.[number] ?? [], number) : undefined,
        onText: (_, more) => {
          tokens.push(...more);
          if (cancelledAt > 0 && tokens.length >= cancelledAt) loop.cancel(request);
        },
      });
      const { text, finish } = await request.done;
      results[number] = { text, finish, tokens };
    });
    await Promise.all(running);
    if (first % 800 === 0) {
      backend.checkIntegrity();
      checkIntegrity(cache);
      assert.equal(cache.leases.size, 0);
    }
  }
  return { results, speculation };
}

function sourcesOf({ prompt, sources }: Ask, answer: readonly number[], seed: number): DraftSource[] {
  const text = new TextSource('text', prompt);
  const old = new TextSource('answer', prompt, indexOf([...prompt, ...answer]));
  const all = [[text], [text, new Oracle(answer, seed, 0.2)], [new Liar(seed)], [old, text, new Liar(seed)]];
  return all[sources]!;
}

describe('drafts and texts', () => {
  it(`says the same in ${REQUESTS} requests of all classes, seeds, temperatures, stops, sources and cancels`, async () => {
    const all = asks(1, REQUESTS);
    const plain = await run(all, false);
    const answers = plain.results.map(({ tokens }) => tokens);
    const drafted = await run(all, true, answers);
    assert.deepEqual(drafted.results, plain.results);
    const { drafted: computed, right } = drafted.speculation!.status();
    assert(computed > 10_000 && right > 5_000, `${right} of ${computed} were right`);
  });
});
