/** Cache and scheduler on the real library: whatever is shared, saved, taken away or forked, the model says the same. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { LlamaBackend } from '../../src/engine/server/core/llama/backend.ts';
import type { LlamaModel } from '../../src/engine/server/core/llama/model.ts';
import type { Generation, RequestInput } from '../../src/engine/server/core/scheduler/request.ts';
import {
  assertAlike,
  distance,
  type Likeness,
  LOGIT_DISTANCE,
  Recorder,
  type Step,
  together,
} from '../helpers/alike.ts';
import { checkIntegrity } from '../helpers/cacheIntegrity.ts';
import { repository } from '../helpers/engine.ts';
import { openBundled } from '../helpers/native.ts';
import { serve } from './serve.ts';

type Served = ReturnType<typeof serve>;

describe('inference core on libllama', () => {
  let model: LlamaModel;
  let source: number[];
  /** What the model says to each of the prompts, computed from nothing. */
  const expected: Step[][] = [];
  const backends: LlamaBackend[] = [];
  const started = (options?: Parameters<typeof serve>[1]): Served => {
    const served = serve(model, options);
    backends.push(served.backend);
    return served;
  };

  before(async () => {
    model = await openBundled();
    source = [...model.tokenizer.encode(readFileSync(path.join(repository, 'src/engine/client/client.ts'), 'utf8'))];
    const served = started();
    for (const prompt of prompts()) expected.push((await run(served, prompt, [], { reuse: false })).steps);
  });
  after(() => {
    for (const backend of backends) backend.dispose();
    model.dispose();
  });

  /** Prompts that share beginnings of many lengths. */
  const prompts = (): number[][] =>
    Array.from({ length: 12 }, (_, i) => [
      ...source.slice(0, 40 + 53 * (i % 4)),
      ...source.slice(900 + 70 * i, 940 + 75 * i),
    ]);

  /** Asks, and writes down what the model says while it follows the text of `leader`. */
  async function run(
    { backend, submit }: Served,
    prompt: number[],
    leader?: readonly Step[],
    more: Partial<RequestInput> = {},
  ): Promise<Generation & { steps: Step[] }> {
    const sampler = new Recorder(backend, leader);
    const generation = await submit(prompt, { sampler, ...more }).done;
    return { ...generation, steps: sampler.steps };
  }

  /** The figures, for who reads the output; and a comparison in which nothing was clear has shown nothing. */
  function report(test: TestContext, parts: Likeness[]): void {
    const { distance: apart, steps, clear, others } = together(parts);
    test.diagnostic(`logits at most ${apart.toFixed(3)} apart; ${clear} of ${steps} tokens clear, ${others} others`);
    assert.ok(clear > steps / 4, `${clear} of ${steps} tokens are clear`);
  }

  /** Prefills in chunks and goes on token by token; the logits of the last tokens. */
  function decoded(tokens: readonly number[], chunk: number): Step[] {
    const { backend } = started();
    const batch = backend.createBatch();
    const recorder = new Recorder(backend);
    const prompt = tokens.length - 8;
    for (let at = 0; at < tokens.length; ) {
      const end = at < prompt ? Math.min(prompt, at + chunk) : at + 1;
      let row = -1;
      for (batch.clear(); at < end; at++) row = batch.add(tokens[at]!, at, [0], at + 1 === end);
      assert.equal(backend.decode(batch), 'ok');
      if (at >= prompt) recorder.sample(row);
    }
    backend.dispose();
    return recorder.steps;
  }

  it('says the same to the last bit where cells, order and chunks are the same', () => {
    for (const [at, prompt] of prompts().slice(0, 3).entries()) {
      const chunk = [512, 32, 1][at]!;
      assert.equal(assertAlike(decoded(prompt, chunk), decoded(prompt, chunk), 0).distance, 0);
    }
  });

  it('says the same whatever the chunks', (test) => {
    const text = source.slice(0, 320);
    const whole = decoded(text, 512);
    const parts = [1, 32, 100].map((chunk) => assertAlike(decoded(text, chunk), whole));
    report(test, parts);
  });

  it('says the same with reuse, alone and side by side', async (test) => {
    const served = started();
    const alone: Likeness[] = [];
    for (const [i, prompt] of prompts().entries()) {
      alone.push(assertAlike((await run(served, prompt, expected[i])).steps, expected[i]!));
    }
    report(test, alone);
    const again = await Promise.all(prompts().map((prompt, i) => run(served, prompt, expected[i])));
    report(
      test,
      again.map(({ steps }, i) => assertAlike(steps, expected[i]!)),
    );
    assert.ok(again.every(({ cachedTokens, promptTokens }) => cachedTokens >= promptTokens - 32));
    checkIntegrity(served.cache);
  });

  it('says the same after its pages were saved and brought back', async (test) => {
    const served = started({ cells: 2048 });
    const { cache, submit } = served;
    for (const prompt of prompts()) await submit(prompt).done;
    cache.branches.makeRoom(cache.pool.total);
    assert.equal(cache.pool.free, cache.pool.total);
    checkIntegrity(cache);
    const parts: Likeness[] = [];
    for (const [i, prompt] of prompts().entries()) {
      const { steps, cachedTokens } = await run(served, prompt, expected[i]);
      parts.push(assertAlike(steps, expected[i]!));
      assert.ok(cachedTokens >= 32, `${cachedTokens}`);
    }
    report(test, parts);
    assert.ok(cache.status().restores > 20);
    checkIntegrity(cache);
  });

  it('says the same when a keystroke takes its pages in the middle', async (test) => {
    const prompt = source.slice(0, 500);
    const leader = (await run(started(), prompt, [], { maxTokens: 200 })).steps;
    const served = started({ cells: 1024 });
    const sampler = new Recorder(served.backend, leader);
    const chat = served.submit(prompt, { maxTokens: 200, sampler });
    while (chat.generatedTokens < 20) await new Promise((resolve) => setImmediate(resolve));
    await served.submit(source.slice(700, 1500), { class: 'keystroke', maxTokens: 4 }).done;
    await chat.done;
    report(test, [assertAlike(sampler.steps, leader)]);
    assert.ok(served.loop.status().preemptions > 0);
    checkIntegrity(served.cache);
  });

  it('forks: both branches say what they would say alone', (test) => {
    const { backend, cache } = started();
    const batch = backend.createBatch();
    const next = (sequence: number, tokens: readonly number[], from: number): Step[] => {
      batch.clear();
      const rows: number[] = [];
      for (let i = from; i < tokens.length; i++) {
        const last = i >= tokens.length - 16;
        const row = batch.add(tokens[i]!, i, [sequence], last);
        if (last) rows.push(row);
      }
      assert.equal(backend.decode(batch), 'ok');
      const recorder = new Recorder(backend);
      for (const row of rows) recorder.sample(row);
      return recorder.steps;
    };
    const head = source.slice(0, 140);
    const options = { workspace: 'w', reuse: true, reserve: 300 };
    const lease = cache.acquire(head, options)!;
    assert.ok(cache.extend(lease, head.length));
    next(lease.sequence, head, 0);
    cache.commit(lease, head, head.length);
    const twin = cache.fork(lease, head)!;
    const branches = [
      { lease, tokens: [...head, ...source.slice(300, 350)] },
      { lease: twin, tokens: [...head, ...source.slice(500, 570)] },
    ];
    const said = branches.map(({ lease: branch, tokens }) => {
      assert.ok(cache.extend(branch, tokens.length));
      const steps = next(branch.sequence, tokens, head.length);
      cache.commit(branch, tokens, tokens.length);
      return steps;
    });
    checkIntegrity(cache);
    for (const { lease: branch, tokens } of branches) cache.release(branch, tokens);
    const alone = branches.map(({ tokens }) => {
      const own = cache.acquire(tokens, { ...options, reuse: false })!;
      assert.ok(cache.extend(own, tokens.length));
      const steps = next(own.sequence, tokens, 0);
      cache.release(own, tokens);
      return steps;
    });
    report(
      test,
      said.map((steps, i) => assertAlike(steps, alone[i]!)),
    );
    assert.ok(distance(said[0]!.at(-1)!.logits, said[1]!.at(-1)!.logits) > LOGIT_DISTANCE, 'the branches are the same');
    checkIntegrity(cache);
  });
});
