import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Arbiter } from '../../../../../../src/engine/server/core/arbiter.ts';
import { CheckpointCache } from '../../../../../../src/engine/server/core/kv/checkpointCache.ts';
import { Decisions } from '../../../../../../src/engine/server/core/scheduler/decisions.ts';
import { LatencyProfile } from '../../../../../../src/engine/server/core/scheduler/latencyProfile.ts';
import { Loop } from '../../../../../../src/engine/server/core/scheduler/loop.ts';
import type { Request, RequestInput } from '../../../../../../src/engine/server/core/scheduler/request.ts';
import { SimulatedBackend } from '../../../../../../src/engine/server/core/simulated/backend.ts';
import { simulatedTokenizer } from '../../../../../../src/engine/server/core/simulated/tokenizer.ts';

/** A loop over a simulated model that cannot remove a part of a sequence. */
function setUp({ cells = 4096, maxBytes = 1 << 20 } = {}) {
  const backend = new SimulatedBackend({ cells, sequences: 4, sharesPages: false, endEvery: 40 });
  const cache = new CheckpointCache(backend, { leases: 4, maxBytes });
  const loop = new Loop({
    backend,
    tokenizer: simulatedTokenizer,
    cache,
    profile: new LatencyProfile(backend),
    policy: 'preemptive',
    decisions: new Decisions(() => backend.now()),
    device: new Arbiter(),
  });
  const submit = (text: string, more: Partial<RequestInput> = {}, keep?: number): Request =>
    loop.submit({
      workspace: 'w',
      class: 'chat',
      maxTokens: 8,
      prompt: [...simulatedTokenizer.encode(text)],
      ...(keep === undefined ? {} : { keep }),
      sampler: backend.createSampler({}),
      onText: () => undefined,
      ...more,
    });
  return { backend, cache, loop, submit };
}

const alone = async (text: string): Promise<string> => (await setUp().submit(text, { reuse: false }).done).text;

describe('CheckpointCache', () => {
  it('goes on from a state that was saved a little before the end of the last prompt', async () => {
    const { submit } = setUp();
    const head = 'const a = 1;\n'.repeat(60);
    await submit(head, {}, head.length).done;
    const { cachedTokens, text } = await submit(`${head}const`, {}, head.length + 5).done;
    assert.equal(cachedTokens, Math.floor((head.length - 8) / 64) * 64);
    assert.equal(text, await alone(`${head}const`));
  });

  it('goes on behind the answer of a chat', async () => {
    const { submit } = setUp();
    const first = await submit('a question').done;
    const next = `a question${first.text}, and another`;
    const { cachedTokens, text } = await submit(next).done;
    assert.ok(cachedTokens >= 'a question'.length);
    assert.equal(text, await alone(next));
  });

  it('goes on from an earlier state where the cursor jumped back', async () => {
    const { submit } = setUp();
    const long = 'let x = y;\n'.repeat(200);
    await submit(long, {}, long.length).done;
    const back = `${long.slice(0, 1500)}elsewhere`;
    const { cachedTokens, text } = await submit(back, {}, back.length).done;
    assert.ok(cachedTokens === 512 || cachedTokens === 1024, `${cachedTokens}`);
    assert.equal(text, await alone(back));
  });

  it('never goes on from another workspace, nor without reuse', async () => {
    const { submit } = setUp();
    const head = 'same '.repeat(100);
    await submit(head).done;
    assert.equal((await submit(head, { workspace: 'other' }).done).cachedTokens, 0);
    assert.equal((await submit(head, { reuse: false }).done).cachedTokens, 0);
  });

  it('goes on from the last step at every key, with room for few states', async () => {
    const { submit, cache } = setUp({ maxBytes: 45_000 });
    const text = 'let x = y;\n'.repeat(120);
    for (let typed = 600; typed < text.length; typed += 5) {
      const { cachedTokens } = await submit(text.slice(0, typed), { maxTokens: 1 }, typed).done;
      if (typed > 600) assert.ok(cachedTokens >= typed - 64 - 8 - 5, `${cachedTokens} of ${typed}`);
    }
    assert.ok(cache.status().ram.pages <= 4, `${cache.status().ram.pages}`);
  });

  it('drops a workspace, and takes nothing more from who still runs in it', async () => {
    for (const leave of ['forgetWorkspace', 'closeWorkspace'] as const) {
      const { submit, cache, backend } = setUp();
      const head = 'same '.repeat(100);
      await submit(head, { workspace: 'other' }).done;
      const { text } = await submit(head).done;
      const running = submit(head, { maxTokens: 20 });
      while (running.generatedTokens < 3) await new Promise(setImmediate);
      cache[leave]('w');
      assert.ok((await running.done).text.startsWith(text));
      assert.equal((await submit(head, { workspace: 'other' }).done).cachedTokens > 0, true);
      assert.equal((await submit(head).done).cachedTokens, 0);
      assert.equal(backend.usedCells, 0);
    }
  });

  it('says so in its status', () => {
    assert.equal(setUp().cache.status().strategy, 'checkpoints');
  });

  it('says the same as a model of its own, whatever is saved, lost or cancelled', async () => {
    const part = fc.constantFrom('if (a) ', 'b(); ', 'x '.repeat(40), 'long line of code;\n'.repeat(12));
    const request = fc.record({ parts: fc.array(part, { minLength: 1, maxLength: 6 }), cancel: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 10 }),
        fc.nat(20_000),
        async (requests, maxBytes) => {
          const { submit, loop, backend } = setUp({ cells: 2048, maxBytes: maxBytes + 1 });
          const pending = requests.map(({ parts, cancel }) => {
            const text = parts.join('');
            const running = submit(text);
            if (cancel) setImmediate(() => loop.cancel(running));
            return { text, running };
          });
          for (const { text, running } of pending) {
            const result = await running.done;
            const expected = await alone(text);
            if (result.finish === 'cancelled') assert.ok(expected.startsWith(result.text.replace(/\uFFFD$/, '')));
            else assert.equal(result.text, expected);
          }
          assert.equal(backend.usedCells, 0);
          backend.checkIntegrity();
        },
      ),
      { numRuns: 60 },
    );
  });
});
