/**
 * Texts that came out of an engine, whose logits nobody sees: they may part where the model finds two tokens nearly equal
 * (`alike.ts` says why), and nowhere else. The same model, opened here, tells.
 */
import assert from 'node:assert/strict';
import type { PromptSegment } from '../../src/engine/protocol/index.ts';
import type { LlamaModel } from '../../src/engine/server/core/llama/model.ts';
import { fitPrompt } from '../../src/engine/server/services/completion/prompt.ts';
import { LOGIT_DISTANCE } from './alike.ts';

/** Logits after the last token, computed from nothing. */
function after(model: LlamaModel, tokens: readonly number[]): Float32Array {
  const backend = model.createBackend({ cells: tokens.length, sequences: 1 });
  const batch = backend.createBatch();
  let row = -1;
  for (let at = 0; at < tokens.length; ) {
    batch.clear();
    for (; at < tokens.length && batch.length < batch.capacity; at++) {
      row = batch.add(tokens[at]!, at, [0], at + 1 === tokens.length);
    }
    assert.equal(backend.decode(batch), 'ok');
  }
  const logits = backend.logits(row);
  backend.dispose();
  return logits;
}

/**
 * True where a text can be spelled, to its last byte, with tokens that are the likeliest or whose logits are no more than
 * twice {@link LOGIT_DISTANCE} below it. That an answer ended there is not looked at.
 */
export function isSayable(model: LlamaModel, prompt: readonly number[], text: Uint8Array): boolean {
  if (text.length === 0) return true;
  const logits = after(model, prompt);
  const least = logits.reduce((most, logit) => Math.max(most, logit)) - 2 * LOGIT_DISTANCE;
  for (const [token, logit] of logits.entries()) {
    if (!(logit >= least)) continue;
    const bytes = Buffer.from(model.tokenizer.bytes(token));
    const common = Math.min(bytes.length, text.length);
    if (common === 0 || bytes.compare(text, 0, common, 0, common) !== 0) continue;
    if (isSayable(model, [...prompt, token], text.subarray(common))) return true;
  }
  return false;
}

/** @throws AssertionError where texts of the same prompt differ, and the model would not say both of them. */
export function assertSameUnlessNear(
  model: LlamaModel,
  segments: PromptSegment[],
  text: string,
  expected: string,
): void {
  if (text === expected) return;
  const { tokens } = fitPrompt(model.tokenizer, segments, Number.MAX_SAFE_INTEGER, () => assert.fail('texts only'));
  for (const said of [text, expected]) {
    // A character whose last bytes are missing was written as one that stands for it.
    const whole = Buffer.from(said.replace(/\uFFFD+$/, ''));
    assert.ok(isSayable(model, tokens, whole), `the model would not say ${JSON.stringify(said)}`);
  }
}
