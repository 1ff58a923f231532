import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TimedGenerator, type Times } from '../../../src/cli/timed.ts';
import type { GenerateParams, GenerateResult } from '../../../src/engine/protocol/index.ts';

const params: GenerateParams = {
  model: 'm',
  workspace: 'w',
  class: 'keystroke',
  prompt: { text: '' },
  maxTokens: 1,
};

/** Times of a request whose texts arrive at `texts` and whose result at `answered`, by a clock that starts at 100. */
async function timed(
  texts: number[],
  answered: number,
  engine: Pick<GenerateResult, 'firstTokenMs' | 'totalMs'>,
): Promise<Times | undefined> {
  let now = 100;
  const heard: string[] = [];
  const result = {
    text: 'xx',
    finish: 'stop',
    promptTokens: 1,
    cachedTokens: 0,
    computedTokens: 1,
    cutTokens: 0,
    generatedTokens: 1,
    queuedMs: 0,
    ...engine,
  } as const;
  const generator = new TimedGenerator(
    {
      complete: () => assert.fail('nothing is completed'),
      generate: async (given, options) => {
        assert.equal(given, params);
        for (const at of texts) {
          now = at;
          options?.onText?.('x');
        }
        now = answered;
        return result;
      },
    },
    () => now,
  );
  assert.equal(generator.times, undefined);
  assert.equal(await generator.generate(params, { onText: (delta) => heard.push(delta) }), result);
  assert.equal(heard.length, texts.length);
  return generator.times;
}

describe('TimedGenerator', () => {
  it('takes the first text where it arrives', async () => {
    const times = await timed([112, 130], 150, { firstTokenMs: 5, totalMs: 45 });
    assert.deepEqual(times, { firstTokenMs: 12, totalMs: 50 });
  });

  it('places a token without text by the account of the engine', async () => {
    const times = await timed([], 150, { firstTokenMs: 30, totalMs: 40 });
    assert.deepEqual(times, { firstTokenMs: 40, totalMs: 50 });
  });

  it('has no first token where none was made', async () => {
    const times = await timed([], 150, { firstTokenMs: null, totalMs: 40 });
    assert.deepEqual(times, { firstTokenMs: null, totalMs: 50 });
  });
});
