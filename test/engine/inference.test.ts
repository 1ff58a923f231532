/** Cache and scheduler on the real library: whatever is shared, saved, taken away or forked, the text stays the same. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { RequestClass } from '../../src/engine/protocol/index.ts';
import { Arbiter } from '../../src/engine/server/core/arbiter.ts';
import { checkIntegrity } from '../../src/engine/server/core/kv/integrity.ts';
import { KvCache } from '../../src/engine/server/core/kv/kvCache.ts';
import { PageTiers } from '../../src/engine/server/core/kv/tiers.ts';
import type { LlamaBackend } from '../../src/engine/server/core/llama/backend.ts';
import type { LlamaModel } from '../../src/engine/server/core/llama/model.ts';
import { Decisions } from '../../src/engine/server/core/scheduler/decisions.ts';
import { LatencyProfile } from '../../src/engine/server/core/scheduler/latencyProfile.ts';
import { Loop } from '../../src/engine/server/core/scheduler/loop.ts';
import type { Request, RequestInput } from '../../src/engine/server/core/scheduler/request.ts';
import { repository } from '../helpers/engine.ts';
import { openBundled } from '../helpers/native.ts';

const LEASES = 16;

/** A cache and a loop over the bundled model. */
function serve(model: LlamaModel, { cells = 4096, ramBytes = 64 << 20 } = {}) {
  const backend = model.createBackend({ cells, sequences: 64 });
  const profile = new LatencyProfile(backend.batchTokens);
  const decisions = new Decisions(() => backend.now());
  const cache = new KvCache(backend, {
    leases: LEASES,
    tiers: (onLost) => new PageTiers({ ramBytes, onLost }),
    computeMs: (start) => profile.prompt(32, start, 512),
  });
  const loop = new Loop({
    backend,
    tokenizer: model.tokenizer,
    cache,
    profile,
    policy: 'preemptive',
    decisions,
    device: new Arbiter(),
  });
  const submit = (prompt: number[], more: Partial<RequestInput> = {}): Request =>
    loop.submit({
      workspace: 'w',
      class: 'chat',
      maxTokens: 24,
      prompt,
      sampler: backend.createSampler({}),
      onText: () => undefined,
      ...more,
    });
  return { backend, cache, loop, submit, decisions };
}

describe('inference core on libllama', () => {
  let model: LlamaModel;
  let source: number[];
  const backends: LlamaBackend[] = [];
  const started = (options?: Parameters<typeof serve>[1]) => {
    const served = serve(model, options);
    backends.push(served.backend);
    return served;
  };

  before(async () => {
    model = await openBundled();
    source = [...model.tokenizer.encode(readFileSync(path.join(repository, 'src/engine/client/client.ts'), 'utf8'))];
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

  /** What the model says to each of them, computed from nothing. */
  const fresh = async (): Promise<string[]> => {
    const { submit } = started();
    const texts: string[] = [];
    for (const prompt of prompts()) texts.push((await submit(prompt, { reuse: false }).done).text);
    return texts;
  };

  it('says the same with reuse, alone and side by side', async () => {
    const expected = await fresh();
    const { submit, cache } = started();
    for (const [i, prompt] of prompts().entries()) assert.equal((await submit(prompt).done).text, expected[i]);
    const again = await Promise.all(prompts().map((prompt) => submit(prompt).done));
    assert.deepEqual(
      again.map(({ text }) => text),
      expected,
    );
    assert.ok(again.every(({ cachedTokens, promptTokens }) => cachedTokens >= promptTokens - 32));
    checkIntegrity(cache);
  });

  it('says the same after its pages were saved and brought back', async () => {
    const expected = await fresh();
    const { submit, cache } = started({ cells: 2048 });
    for (const prompt of prompts()) await submit(prompt).done;
    cache.branches.makeRoom(cache.pool.total);
    assert.equal(cache.pool.free, cache.pool.total);
    checkIntegrity(cache);
    for (const [i, prompt] of prompts().entries()) {
      const { text, cachedTokens } = await submit(prompt).done;
      assert.equal(text, expected[i]);
      assert.ok(cachedTokens >= 32, `${cachedTokens}`);
    }
    assert.ok(cache.status().restores > 20);
    checkIntegrity(cache);
  });

  it('says the same when a keystroke takes its pages in the middle', async () => {
    const prompt = source.slice(0, 500);
    const { submit: alone } = started();
    const expected = (await alone(prompt, { maxTokens: 200 }).done).text;
    const { submit, loop, cache } = started({ cells: 1024 });
    const chat = submit(prompt, { maxTokens: 200 });
    while (chat.generatedTokens < 20) await new Promise((resolve) => setImmediate(resolve));
    await submit(source.slice(700, 1500), { class: 'keystroke', maxTokens: 4 }).done;
    assert.equal((await chat.done).text, expected);
    assert.ok(loop.status().preemptions > 0);
    checkIntegrity(cache);
  });

  it('forks: both branches say what they would say alone', () => {
    const { backend, cache } = started();
    const batch = backend.createBatch();
    const sampler = backend.createSampler({});
    const next = (sequence: number, tokens: readonly number[], from: number): number => {
      batch.clear();
      let row = -1;
      for (let i = from; i < tokens.length; i++) row = batch.add(tokens[i]!, i, [sequence], i === tokens.length - 1);
      assert.equal(backend.decode(batch), 'ok');
      return sampler.sample(row);
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
      const token = next(branch.sequence, tokens, head.length);
      cache.commit(branch, tokens, tokens.length);
      return token;
    });
    checkIntegrity(cache);
    for (const { lease: branch, tokens } of branches) cache.release(branch, tokens);
    const expected = branches.map(({ tokens }) => {
      const own = cache.acquire(tokens, { ...options, reuse: false })!;
      assert.ok(cache.extend(own, tokens.length));
      const token = next(own.sequence, tokens, 0);
      cache.release(own, tokens);
      return token;
    });
    assert.deepEqual(said, expected);
    checkIntegrity(cache);
  });

  it('serves 2,000 mixed requests with cancels, and neither leaks a page nor grows', async () => {
    const { submit, loop, cache } = started({ cells: 2048, ramBytes: 4 << 20 });
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    const classes: RequestClass[] = ['keystroke', 'keystroke', 'chat', 'background'];
    const running: Promise<unknown>[] = [];
    let resident = 0;
    for (let i = 0; i < 2000; i++) {
      const from = random(6) * 150;
      const kind = classes[random(4)]!;
      const request = submit([...source.slice(from, from + 30 + random(250)), random(2000)], {
        class: kind,
        workspace: `w${random(2)}`,
        maxTokens: 1 + random(12),
        ...(kind === 'keystroke' ? { supersedes: `editor ${random(3)}` } : {}),
      });
      running.push(request.done);
      for (let turns = random(3); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
      if (random(5) === 0) loop.cancel(request);
      if (i % 100 === 99) {
        await Promise.all(running.splice(0));
        checkIntegrity(cache);
      }
      if (i === 999) resident = process.memoryUsage.rss();
    }
    await Promise.all(running);
    checkIntegrity(cache);
    assert.equal(cache.pool.leased, 0);
    assert.equal(cache.pool.free + cache.pool.idle, cache.pool.total);
    assert.ok(process.memoryUsage.rss() - resident < 32 << 20, 'resident memory grows');
  });
});
