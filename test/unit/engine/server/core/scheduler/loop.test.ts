import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { RequestClass } from '../../../../../../src/engine/protocol/index.ts';
import { Arbiter } from '../../../../../../src/engine/server/core/arbiter.ts';
import type { Sampler } from '../../../../../../src/engine/server/core/backend.ts';
import { KvCache } from '../../../../../../src/engine/server/core/kv/kvCache.ts';
import { Decisions } from '../../../../../../src/engine/server/core/scheduler/decisions.ts';
import { LatencyProfile } from '../../../../../../src/engine/server/core/scheduler/latencyProfile.ts';
import { Loop } from '../../../../../../src/engine/server/core/scheduler/loop.ts';
import type { Policy } from '../../../../../../src/engine/server/core/scheduler/planner.ts';
import type { Generation, Request, RequestInput } from '../../../../../../src/engine/server/core/scheduler/request.ts';
import { type CostModel, SimulatedBackend } from '../../../../../../src/engine/server/core/simulated/backend.ts';
import { simulatedTokenizer } from '../../../../../../src/engine/server/core/simulated/tokenizer.ts';
import { checkIntegrity } from '../../../../../helpers/cacheIntegrity.ts';

const LEASES = 6;
/** Iterations run beside the event loop. */
const SLOW: Partial<CostModel> = { fixedMs: 50 };

interface SetUp {
  cells?: number;
  endEvery?: number;
  leases?: number;
  policy?: Policy;
  abortable?: boolean;
  costs?: Partial<CostModel>;
}

/** A loop over the simulated model: its next token is a function of everything before it, so a wrong cache shows. */
function setUp({
  cells = 1024,
  endEvery = 40,
  leases = LEASES,
  policy = 'preemptive',
  abortable = false,
  costs = {},
}: SetUp = {}) {
  const backend = new SimulatedBackend({ cells, sequences: 2 * leases, endEvery, abortable, costs });
  const profile = new LatencyProfile(backend);
  const decisions = new Decisions(() => backend.now());
  const cache = new KvCache(backend, { leases, computeMs: (start) => profile.prompt(32, start, 512) });
  const loop = new Loop({
    backend,
    tokenizer: simulatedTokenizer,
    cache,
    profile,
    policy,
    decisions,
    device: new Arbiter(),
  });
  const submit = (text: string, more: Partial<RequestInput> = {}): Request =>
    loop.submit({
      workspace: 'w',
      class: 'chat',
      maxTokens: 8,
      prompt: [...simulatedTokenizer.encode(text)],
      sampler: backend.createSampler({}),
      onText: () => undefined,
      ...more,
    });
  return { backend, loop, submit, cache, decisions };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** What the model says to `text` when nothing else was ever computed. */
async function alone(text: string, maxTokens = 8, endEvery?: number): Promise<string> {
  const result = await setUp(endEvery === undefined ? {} : { endEvery }).submit(text, { maxTokens }).done;
  return result.text;
}

describe('Loop', () => {
  it('computes a prompt once: what it continues is taken from the cache, with the same text', async () => {
    const { submit } = setUp();
    const first = await submit('const answer = 4').done;
    assert.equal(first.cachedTokens, 0);
    const longer = await submit('const answer = 42').done;
    assert.equal(longer.cachedTokens, 16);
    assert.equal(longer.computedTokens, 1);
    assert.equal(longer.text, await alone('const answer = 42'));
  });

  it('keeps two files that begin alike, and shares their beginning', async () => {
    const { submit, cache } = setUp();
    const head = 'import a from "a";\n'.repeat(4);
    const [one, two] = [`${head}${'one '.repeat(20)}`, `${head}${'two '.repeat(20)}`];
    await submit(one).done;
    const used = cache.pool.total - cache.pool.free;
    const second = await submit(two, { maxTokens: 1 }).done;
    assert.equal(second.cachedTokens, head.length);
    assert.ok(cache.pool.total - cache.pool.free - used <= 4, 'three pages of its own, and a tail');
    const again = await submit(one).done;
    assert.equal(again.cachedTokens, one.length - 1);
  });

  it('leaves and forgets workspaces between iterations only, and in the order in which it was told', async () => {
    const { submit, loop, cache, backend } = setUp({ cells: 8192, endEvery: 0, abortable: true, costs: SLOW });
    const others = ['left', 'forgotten', 'left, and open again'];
    for (const workspace of others) await submit('const answer = 42;\n'.repeat(8), { workspace }).done;
    const [left, forgotten, again] = others as [string, string, string];
    const changes: Promise<void>[] = [];
    const decodeAsync = backend.decodeAsync.bind(backend);
    backend.decodeAsync = (batch) => {
      const running = decodeAsync(batch);
      changes.push(
        loop.atRest(() => cache.closeWorkspace(left)),
        loop.atRest(() => cache.forgetWorkspace(forgotten)),
        loop.atRest(() => cache.closeWorkspace(again)),
        loop.atRest(() => cache.prepare(again)),
      );
      return running;
    };
    const { text } = await submit('x'.repeat(4000), { maxTokens: 1 }).done;
    await Promise.all(changes);
    assert.ok(changes.length > 0, 'an iteration ran beside the event loop');
    const undisturbed = setUp({ cells: 8192, endEvery: 0 }).submit('x'.repeat(4000), { maxTokens: 1 });
    assert.equal(text, (await undisturbed.done).text);
    assert.deepEqual(
      others.map((workspace) => cache.tree.root(workspace) !== undefined),
      [false, false, true],
    );
    checkIntegrity(cache);
  });

  it('serves classes strictly', async () => {
    const { submit } = setUp();
    const order: string[] = [];
    const run = (name: string, kind: RequestClass) =>
      submit(name, { class: kind }).done.then(() => void order.push(name));
    await Promise.all([run('background 1', 'background'), run('chat 1', 'chat'), run('key 1', 'keystroke')]);
    assert.deepEqual(order, ['key 1', 'chat 1', 'background 1']);
  });

  it('puts a keystroke into the next iteration, whatever is under way', async () => {
    const { submit, decisions } = setUp({ cells: 8192, endEvery: 0 });
    for (let i = 0; i < 4; i++) submit(`chat ${i} ${'x'.repeat(900)}`, { maxTokens: 500 });
    for (let i = 0; i < 20; i++) await turn();
    const from = decisions.count;
    const key = submit('key', { class: 'keystroke' });
    await key.done;
    const ran = decisions.since(from).filter(({ what }) => what === 'ran');
    assert.equal(ran[0]?.class, 'keystroke');
  });

  it('computes several answers in one iteration', async () => {
    const { submit, decisions } = setUp({ endEvery: 0 });
    const texts = ['one', 'two', 'three', 'four'];
    const results = await Promise.all(texts.map((text) => submit(text, { maxTokens: 40 }).done));
    for (const [i, text] of texts.entries()) assert.equal(results[i]!.text, await alone(text, 40, 0));
    const iterations = new Set(
      decisions
        .since(0)
        .filter(({ what }) => what === 'ran')
        .map(({ at }) => at),
    );
    assert.ok(iterations.size < 60, `${iterations.size} iterations for 160 tokens`);
  });

  it('lets a short prompt pass a long one, and the long one does not starve', async () => {
    const { submit, decisions } = setUp({ cells: 16_384, endEvery: 0 });
    const order: string[] = [];
    const run = (name: string, text: string, maxTokens: number) =>
      submit(text, { maxTokens }).done.then(() => void order.push(name));
    const long = run('long', 'l'.repeat(8000), 4);
    const short = run('short', 's'.repeat(20), 4);
    await short;
    assert.deepEqual(order, ['short']);
    let done = false;
    void long.then(() => {
      done = true;
    });
    for (let i = 0; !done; i++) await submit(`${i} ${'s'.repeat(200)}`, { maxTokens: 20 }).done;
    assert.ok(decisions.count > 0);
  });

  it('keeps to its time: no iteration is much longer than the budget once the machine is known', async () => {
    const { submit, decisions } = setUp({ cells: 16_384, endEvery: 0 });
    await submit('learn '.repeat(1000), { maxTokens: 2 }).done;
    const from = decisions.count;
    await submit('x'.repeat(6000), { maxTokens: 2 }).done;
    const longest = Math.max(...decisions.since(from).map(({ ms }) => ms ?? 0));
    assert.ok(longest <= 1.3 * 30, `${longest} ms`);
  });

  it('reads a prompt in chunks that are long enough for attention in tiles, where it can be stopped, and to its end', async () => {
    const bundled = { fixedMs: 2, tokenMs: 0.65, contextTokenMs: 2.2e-3 };
    const tiles = (rows: number) => (rows < 64 ? 1 : 0.14);
    const chunksOf = async (contextShare: ((rows: number) => number) | undefined, machine = bundled) => {
      const { submit, decisions } = setUp({
        cells: 16_384,
        endEvery: 0,
        abortable: true,
        costs: { ...machine, ...(contextShare && { contextShare }) },
      });
      await submit('learn '.repeat(200), { maxTokens: 2 }).done;
      const from = decisions.count;
      await submit('x'.repeat(1500), { maxTokens: 1 }).done;
      return decisions.since(from).flatMap(({ tokens, ms }) => (tokens && ms ? [tokens] : []));
    };
    const tiled = await chunksOf(tiles);
    const late = tiled.slice(tiled.findIndex((_, i) => tiled.slice(0, i).reduce((sum, n) => sum + n, 0) > 500));
    assert.ok(
      late.length > 0 && late.every((tokens) => tokens >= 64 && tokens <= 160),
      `chunks of ${tiled.join(', ')}`,
    );
    const plain = await chunksOf(undefined);
    assert.ok(plain.filter((tokens) => tokens < 64).length > plain.length / 2, `chunks of ${plain.join(', ')}`);
    // Half a second is more than passes between two keys: only once nobody has come for as long.
    const slow = await chunksOf(tiles, { fixedMs: 30, tokenMs: 6.3, contextTokenMs: 11e-3 });
    const busy = await chunksOf(tiles, { fixedMs: 12, tokenMs: 3, contextTokenMs: 22e-3 });
    const behind = busy.slice(
      busy.findIndex((_, i) => busy.slice(0, i).reduce((sum, n) => sum + n, 0) > 300),
      -1,
    );
    assert.ok(behind.length > 3 && behind.every((tokens) => tokens >= 64), `chunks of ${busy.join(', ')}`);
    assert.ok(slow[0]! <= 32 && slow.slice(-4, -1).every((tokens) => tokens >= 64), `chunks of ${slow.join(', ')}`);
  });

  it('takes pages from a lower class under memory pressure, which then says what it would have said', async () => {
    const { submit, backend, cache, loop } = setUp({ cells: 128, endEvery: 0 });
    const chat = submit('a chat that fills the context', { maxTokens: 90 });
    while (chat.generatedTokens < 45) await turn();
    const text = `${'key '.repeat(12)}that needs room`;
    const key = await submit(text, { class: 'keystroke', maxTokens: 10 }).done;
    assert.equal(key.text, await alone(text, 10, 0));
    assert.equal((await chat.done).text, await alone('a chat that fills the context', 90, 0));
    assert.ok(loop.status().preemptions > 0);
    backend.checkIntegrity();
    checkIntegrity(cache);
  });

  it('runs two that do not fit together one after the other', async () => {
    const { submit, cache } = setUp({ cells: 256, endEvery: 0 });
    const texts = ['a'.repeat(100), 'b'.repeat(100)];
    const results = await Promise.all(texts.map((text) => submit(text, { maxTokens: 120 }).done));
    for (const [i, text] of texts.entries()) assert.equal(results[i]!.text, await alone(text, 120, 0));
    checkIntegrity(cache);
  });

  it('refuses what can never fit, and goes on', async () => {
    const { submit } = setUp({ cells: 64 });
    await assert.rejects(submit('x'.repeat(60), { maxTokens: 8 }).done, { kind: 'outOfMemory' });
    assert.ok((await submit('short').done).finish);
  });

  it('serves in order of arrival where it is told to', async () => {
    const { submit } = setUp({ policy: 'fcfs', endEvery: 0 });
    const order: string[] = [];
    const run = (name: string, kind: RequestClass, maxTokens: number) =>
      submit(name, { class: kind, maxTokens }).done.then(() => void order.push(name));
    await Promise.all([run(`chat ${'x'.repeat(600)}`, 'chat', 1), run('key', 'keystroke', 1)]);
    assert.equal(order[1], 'key');
  });

  for (const [kind, lateMs, stops] of [
    ['keystroke', 0, true],
    ['keystroke', 500, true],
    ['background', 0, false],
  ] as const) {
    const what = `a long iteration of a chat${lateMs > 0 ? ' that should have ended long ago' : ''}`;
    it(`${stops ? 'stops' : 'does not stop'} ${what} for a ${kind}`, async () => {
      const { submit, decisions, backend } = setUp({
        cells: 4096,
        endEvery: 0,
        abortable: true,
        costs: { fixedMs: 60 },
      });
      const warm = submit('learn what an iteration costs', { maxTokens: 20 });
      await warm.done;
      const from = decisions.count;
      const chat = submit('c'.repeat(300), { maxTokens: 60 });
      const others: Request[] = [];
      const decodeAsync = backend.decodeAsync.bind(backend);
      backend.decodeAsync = (batch) => {
        const running = decodeAsync(batch);
        if (chat.generatedTokens % 10 === 5 && others.length < 3) {
          backend.advance(lateMs);
          others.push(submit('other', { class: kind, maxTokens: 2 }));
        }
        return running;
      };
      while (chat.generatedTokens < 40) await turn();
      assert.equal(others.length, 3);
      for (const other of others) assert.equal((await other.done).text, await alone('other', 2, 0));
      assert.equal((await chat.done).text, await alone('c'.repeat(300), 60, 0));
      const stopped = decisions.since(from).some(({ what, why }) => what === 'preempted' && why?.includes('stopped'));
      assert.equal(stopped, stops);
    });
  }

  it('never matches across workspaces', async () => {
    const { submit } = setUp();
    await submit('the same text', { workspace: 'a' }).done;
    assert.equal((await submit('the same text', { workspace: 'b' }).done).cachedTokens, 0);
  });

  it('says the same as a model of its own, whatever is shared, cancelled, superseded or evicted', async () => {
    const text = fc.array(fc.constantFrom('if ', 'else ', 'x = ', '1; ', '\n'), { minLength: 1, maxLength: 12 });
    const request = fc.record({
      text: text.map((words) => words.join('')),
      workspace: fc.constantFrom('a', 'b'),
      class: fc.constantFrom<RequestClass>('keystroke', 'chat', 'background'),
      maxTokens: fc.integer({ min: 1, max: 12 }),
      supersedes: fc.constantFrom(undefined, 'editor 1', 'editor 2'),
      cancel: fc.boolean(),
      pause: fc.nat(3),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 14 }),
        fc.boolean(),
        async (requests, abortable) => {
          const { submit, loop, backend, cache } = setUp({
            cells: 160,
            abortable,
            costs: abortable ? { fixedMs: 40 } : {},
          });
          const pending: { text: string; maxTokens: number; done: Promise<Generation> }[] = [];
          for (const { text, cancel, pause, supersedes, ...rest } of requests) {
            const request = submit(text, supersedes === undefined ? rest : { ...rest, supersedes });
            pending.push({ text, maxTokens: rest.maxTokens, done: request.done });
            for (let i = 0; i < pause; i++) await turn();
            if (cancel) loop.cancel(request);
            backend.checkIntegrity();
            checkIntegrity(cache);
          }
          for (const { text, maxTokens, done } of pending) {
            const result = await done;
            const expected = await alone(text, maxTokens);
            const ended = result.finish === 'cancelled' || result.finish === 'superseded';
            if (ended) assert.ok(expected.startsWith(result.text.replace(/\uFFFD$/, '')));
            else assert.equal(result.text, expected);
          }
          assert.equal(loop.running + loop.waiting, 0);
          assert.ok(backend.usedCells <= cache.pool.filledCells);
          assert.equal(cache.pool.leased, 0);
          backend.checkIntegrity();
          checkIntegrity(cache);
        },
      ),
      { numRuns: 150 },
    );
  });

  describe('several answers', () => {
    /** Draws as the model does, and parts from it after so many tokens. */
    const branching = (backend: SimulatedBackend, at: readonly number[]): Sampler => {
      const inner = backend.createSampler({});
      return {
        sample: (row) => inner.sample(row),
        accept: (token) => inner.accept(token),
        dispose: () => inner.dispose(),
        branches: (most, over) =>
          over
            ? at.slice(0, most).map((at) => ({ at, token: 120 + at, sampler: backend.createSampler({}) }))
            : undefined,
      };
    };
    const others = async (request: Request): Promise<Generation[]> => {
      await request.done;
      return Promise.all(request.forks!.map(({ done }) => done));
    };

    /** Prompt and answer where nothing else was ever computed, and the answer parts from a request's after `at` tokens. */
    const saidBehind = async ({ known, promptTokens }: Request, at: number): Promise<number[]> => {
      const prompt = [...known.slice(0, promptTokens + at), 120 + at];
      const request = setUp({ endEvery: 0 }).submit('', { prompt, maxTokens: 7 - at });
      await request.done;
      return request.known;
    };

    it('gives each what the model says behind its own beginning, and computes the prompt once', async () => {
      const { backend, submit, cache } = setUp({ endEvery: 0 });
      const text = 'const answer = somewhere(there);'.repeat(3);
      const heard: string[][] = [[], []];
      const request = submit(text, {
        keep: text.length - 1,
        sampler: branching(backend, [0, 3, 5]),
        forks: { most: 2, onText: (index) => (delta) => void heard[index]!.push(delta) },
      });
      const found = await others(request);
      assert.equal((await request.done).text, await alone(text, 8, 0));
      assert.equal(found.length, 2);
      for (const [index, at] of [0, 3].entries()) {
        assert.deepEqual(request.forks![index]!.known, await saidBehind(request, at));
        assert.equal(heard[index]!.join(''), found[index]!.text);
        assert.equal(found[index]!.computedTokens, 1, 'only what is its own');
      }
      checkIntegrity(cache);
      assert.equal(cache.status().pagesLeased, 0);
    });

    it('waits for its turn where there is no sequence for a fork', async () => {
      const { backend, submit, cache } = setUp({ leases: 1, endEvery: 0 });
      const text = 'const answer = somewhere';
      const request = submit(text, {
        keep: text.length - 1,
        sampler: branching(backend, [2]),
        forks: { most: 1, onText: () => () => undefined },
      });
      const [other] = await others(request);
      assert.equal(other!.generatedTokens, 8);
      assert.deepEqual(request.forks![0]!.known, await saidBehind(request, 2));
      checkIntegrity(cache);
    });

    it('ends them for a newer request of the editor', async () => {
      const { backend, submit, loop, cache } = setUp({ endEvery: 0 });
      const request = submit('const answer = 4', {
        supersedes: 'a.ts',
        sampler: branching(backend, [1, 2]),
        forks: { most: 2, onText: () => () => undefined },
        maxTokens: 60,
      });
      await request.done;
      submit('const answer = 42', { supersedes: 'a.ts' });
      assert.deepEqual(
        (await others(request)).map(({ finish }) => finish),
        ['superseded', 'superseded'],
      );
      while (loop.busy) await turn();
      checkIntegrity(cache);
    });

    it('makes none where none are wanted', async () => {
      const { backend, submit } = setUp();
      const request = submit('const answer = 4', { sampler: branching(backend, [1]) });
      await request.done;
      assert.equal(request.forks, undefined);
    });
  });
});
