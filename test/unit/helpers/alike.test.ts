import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { LlamaModel } from '../../../src/engine/server/core/llama/model.ts';
import { serve } from '../../engine/serve.ts';
import { assertAlike, distance, LOGIT_DISTANCE, lead, Recorder, type Step, together } from '../../helpers/alike.ts';
import { repository } from '../../helpers/engine.ts';
import { openBundled } from '../../helpers/native.ts';

const step = (token: number, ...logits: number[]): Step => ({ token, logits: Float32Array.from(logits) });

describe('two runs', () => {
  it('are apart by their largest difference', () => {
    assert.equal(distance(Float32Array.of(1, -2, 3), Float32Array.of(1.25, -2.5, 3)), 0.5);
    assert.ok(Number.isNaN(distance(Float32Array.of(1, 2), Float32Array.of(Number.NaN, 2))));
    assert.throws(() => distance(Float32Array.of(1), Float32Array.of(1, 2)));
    assert.equal(lead(Float32Array.of(1, 4, 2.5, 4.5)), 0.5);
    assert.equal(lead(Float32Array.of(4, 4)), 0);
  });

  it('are alike where logits are near, and tokens the same unless two of them are', () => {
    const expected = [step(1, 0, 2), step(0, 1, 0.9)];
    assert.deepEqual(assertAlike([step(1, 0.125, 2), step(1, 0.9, 1)], expected, 0.25), {
      distance: 0.125,
      steps: 2,
      clear: 1,
      others: 1,
    });
    const parts = [assertAlike(expected, expected, 0), assertAlike([step(1, 0.125, 2)], [step(1, 0, 2)], 0.25)];
    assert.deepEqual(together(parts), { distance: 0.125, steps: 3, clear: 3, others: 0 });
  });

  it('are not where a logit is far or none, a token another without need, or one is missing', () => {
    const expected = [step(1, 0, 2)];
    assert.throws(() => assertAlike([step(1, 0.375, 2)], expected, 0.25), /token 0: logits are 0.375 apart/);
    assert.throws(() => assertAlike([step(1, Number.NaN, 2)], expected, 0.25), /NaN apart/);
    assert.throws(() => assertAlike([step(0, 0, 2)], expected, 0.25), /token 0: another one/);
    assert.throws(() => assertAlike([], expected, 0.25), /another number/);
  });
});

describe('a run that took over what is not its own', () => {
  let model: LlamaModel;
  let texts: number[][];
  before(async () => {
    model = await openBundled();
    const file = path.join(repository, 'src/engine/client/client.ts');
    const tokens = [...model.tokenizer.encode(readFileSync(file, 'utf8'))];
    texts = [tokens.slice(200, 330), tokens.slice(900, 1030)];
  });
  after(() => model.dispose());

  /** The first text computed alone, and from a cache that has both, into which `fault` is built. */
  async function compared(
    fault: (backend: ReturnType<typeof serve>['backend'], prompt: number[]) => void,
  ): Promise<{ run: Step[]; expected: Step[] }> {
    const { backend, submit } = serve(model, { cells: 1024 });
    const alone = new Recorder(backend);
    await submit(texts[0]!, { sampler: alone, reuse: false }).done;
    for (const text of texts) await submit(text).done;
    const prompt = [...texts[0]!];
    fault(backend, prompt);
    const sampler = new Recorder(backend, alone.steps);
    const { cachedTokens } = await submit(prompt, { sampler }).done;
    assert.ok(cachedTokens >= 32);
    backend.dispose();
    return { run: sampler.steps, expected: alone.steps };
  }

  it('is alike where nothing is wrong', async () => {
    const { run, expected } = await compared(() => undefined);
    assert.ok(assertAlike(run, expected).distance <= LOGIT_DISTANCE);
  });

  it('is noticed: one page of another text in its place', async () => {
    const { run, expected } = await compared((backend) => {
      const computed = backend.createBatch();
      for (const [at, token] of texts[1]!.entries()) computed.add(token, at, [15], false);
      assert.equal(backend.decode(computed), 'ok');
      const copyRange = backend.copyRange.bind(backend);
      backend.copyRange = (source, target, start, end) => {
        if (start > 96 || end < 128) return copyRange(source, target, start, end);
        copyRange(source, target, start, 96);
        copyRange(15, target, 96, 128);
        copyRange(source, target, 128, end);
      };
    });
    assert.throws(() => assertAlike(run, expected), /apart/);
  });

  it('is noticed: one token of the prompt is another', async () => {
    const { run, expected } = await compared((_, prompt) => {
      prompt[100] = texts[1]![7]!;
    });
    assert.throws(() => assertAlike(run, expected), /apart/);
  });
});
