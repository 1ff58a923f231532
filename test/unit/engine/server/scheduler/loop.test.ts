import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { GenerateParams, GenerateResult, RequestClass } from '../../../../../src/engine/protocol.ts';
import { Loop } from '../../../../../src/engine/server/scheduler/loop.ts';
import type { Request } from '../../../../../src/engine/server/scheduler/request.ts';
import { SimulatedBackend } from '../../../../../src/engine/server/simulated/backend.ts';
import { simulatedTokenizer } from '../../../../../src/engine/server/simulated/tokenizer.ts';

const SEQUENCES = 6;

/** A loop over the simulated model: its next token is a function of everything before it, so a wrong cache shows. */
function setUp(cells = 512, endEvery = 40) {
  const backend = new SimulatedBackend({ cells, sequences: SEQUENCES, endEvery });
  const loop = new Loop(backend, simulatedTokenizer, SEQUENCES);
  const submit = (text: string, more: Partial<GenerateParams> = {}): Request =>
    loop.submit({
      params: { model: 'm', workspace: 'w', class: 'chat', prompt: { segments: [] }, maxTokens: 8, ...more },
      prompt: [...simulatedTokenizer.encode(text)],
      cutTokens: 0,
      sampler: backend.createSampler({}),
      onText: () => undefined,
    });
  return { backend, loop, submit };
}

/** What the model says to `text` when nothing else was ever computed. */
async function alone(text: string, maxTokens = 8, endEvery?: number): Promise<string> {
  const result = await setUp(512, endEvery).submit(text, { maxTokens }).done;
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
    const { submit, loop } = setUp();
    const head = 'import a from "a";\n';
    const [one, two] = [`${head}${'one '.repeat(20)}`, `${head}${'two '.repeat(20)}`];
    await submit(one).done;
    const used = loop.usedCells;
    const second = await submit(two, { maxTokens: 1 }).done;
    assert.equal(second.cachedTokens, head.length);
    assert.equal(loop.usedCells - used, two.length - head.length);
    const again = await submit(one).done;
    assert.equal(again.cachedTokens, one.length - 1);
  });

  it('serves classes strictly and a class in order of arrival', async () => {
    const { submit } = setUp();
    const order: string[] = [];
    const run = (name: string, kind: RequestClass) =>
      submit(name, { class: kind }).done.then(() => void order.push(name));
    await Promise.all([
      run('background 1', 'background'),
      run('chat 1', 'chat'),
      run('chat 2', 'chat'),
      run('key 1', 'keystroke'),
      run('key 2', 'keystroke'),
    ]);
    assert.deepEqual(order, ['key 1', 'key 2', 'chat 1', 'chat 2', 'background 1']);
  });

  it('takes a sequence from a lower class under memory pressure, which then says what it would have said', async () => {
    const { submit, backend } = setUp(64, 0);
    const chat = submit('a chat that fills the context', { maxTokens: 30 });
    while (chat.generatedTokens < 5) await new Promise((resolve) => setImmediate(resolve));
    const key = await submit('a keystroke that needs room', { class: 'keystroke', maxTokens: 10 }).done;
    assert.equal(key.text, await alone('a keystroke that needs room', 10, 0));
    assert.equal((await chat.done).text, await alone('a chat that fills the context', 30, 0));
    backend.checkIntegrity();
  });

  it('refuses what can never fit, and goes on', async () => {
    const { submit } = setUp(64);
    await assert.rejects(submit('x'.repeat(60), { maxTokens: 8 }).done, { kind: 'outOfMemory' });
    assert.ok((await submit('short').done).finish);
  });

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
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 14 }), async (requests) => {
        const { submit, loop, backend } = setUp(160);
        const pending: { text: string; maxTokens: number; done: Promise<GenerateResult> }[] = [];
        for (const { text, cancel, pause, supersedes, ...rest } of requests) {
          const request = submit(text, supersedes === undefined ? rest : { ...rest, supersedes });
          pending.push({ text, maxTokens: rest.maxTokens, done: request.done });
          for (let turn = 0; turn < pause; turn++) await new Promise((resolve) => setImmediate(resolve));
          if (cancel) loop.cancel(request);
          backend.checkIntegrity();
        }
        for (const { text, maxTokens, done } of pending) {
          const result = await done;
          const expected = await alone(text, maxTokens);
          const ended = result.finish === 'cancelled' || result.finish === 'superseded';
          if (ended) assert.ok(expected.startsWith(result.text.replace(/\uFFFD$/, '')));
          else assert.equal(result.text, expected);
        }
        assert.equal(loop.running + loop.waiting, 0);
        assert.equal(loop.usedCells, backend.usedCells);
        backend.checkIntegrity();
      }),
      { numRuns: 150 },
    );
  });
});
