import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { LlamaModel } from '../../../src/engine/server/core/llama/model.ts';
import { serve } from '../../engine/serve.ts';
import { LOGIT_DISTANCE, lead, Recorder, type Step } from '../../helpers/alike.ts';
import { openBundled } from '../../helpers/native.ts';
import { assertSameUnlessNear, isSayable } from '../../helpers/sayable.ts';

const SEGMENTS = [{ text: 'export function add(left: number, right: number): number {\n  return left' }];

describe('what a model would say', () => {
  let model: LlamaModel;
  let prompt: number[];
  let steps: Step[];
  let text: string;
  before(async () => {
    model = await openBundled();
    prompt = [...model.tokenizer.encode(SEGMENTS[0]!.text)];
    const { backend, submit } = serve(model, { cells: 1024 });
    const sampler = new Recorder(backend);
    text = (await submit(prompt, { sampler, maxTokens: 40 }).done).text;
    steps = sampler.steps;
    backend.dispose();
  });
  after(() => model.dispose());

  const bytesOf = (tokens: readonly number[]): Buffer => Buffer.concat(tokens.map((t) => model.tokenizer.bytes(t)));
  /** The text up to a step, and there the second likeliest token. */
  const second = (at: number): Buffer => {
    const logits = Float32Array.from(steps[at]!.logits);
    logits[steps[at]!.token] = Number.NEGATIVE_INFINITY;
    const other = logits.indexOf(logits.reduce((most, logit) => Math.max(most, logit)));
    return bytesOf([...steps.slice(0, at).map(({ token }) => token), other]);
  };

  it('is its likeliest text', () => {
    assert.equal(isSayable(model, prompt, Buffer.from(text)), true);
  });

  it('is another where two tokens are near, and not where they are far', () => {
    const leads = steps.map(({ logits }) => lead(logits));
    const near = leads.findIndex((each) => each < LOGIT_DISTANCE);
    const far = leads.findIndex((each) => each > 4 * LOGIT_DISTANCE);
    assert.ok(near >= 0 && far >= 0, leads.join());
    assert.equal(isSayable(model, prompt, second(near)), true);
    assert.equal(isSayable(model, prompt, second(far)), false);
    assertSameUnlessNear(model, SEGMENTS, text, text);
    assertSameUnlessNear(model, SEGMENTS, second(near).toString(), text);
    assert.throws(() => assertSameUnlessNear(model, SEGMENTS, second(far).toString(), text), /would not say/);
    assert.throws(() => assertSameUnlessNear(model, SEGMENTS, text, `${text.slice(0, 4)}☃`), /would not say/);
  });
});
