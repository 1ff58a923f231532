import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Generation, RequestInput } from '../../../../../../src/engine/server/core/scheduler/request.ts';
import type { DraftSource } from '../../../../../../src/engine/server/core/speculation/draft.ts';
import { checkIntegrity } from '../../../../../helpers/cacheIntegrity.ts';
import { BY_FOURS, FLAT, LEANING, Liar, msOf, Oracle, STEEP, type WorldOptions, world } from './world.ts';

const TOKENS = 200;
const PROMPT = [...Buffer.from('function area(width, height) {')];

type World = ReturnType<typeof world>;

function ask({ loop, backend }: World, more: Partial<RequestInput> = {}) {
  return loop.submit({
    workspace: 'w',
    class: 'chat',
    prompt: PROMPT,
    maxTokens: TOKENS,
    sampler: backend.createSampler({}),
    onText: () => undefined,
    ...more,
  });
}

/** What is said without drafts. */
async function answer(): Promise<{ tokens: number[]; text: string }> {
  const tokens: number[] = [];
  const onText = (_: string, more: readonly number[]) => void tokens.push(...more);
  const { text } = await ask(world({ speculate: false, endEvery: 0 }), { onText }).done;
  return { tokens, text };
}

async function run(options: Partial<WorldOptions>, sources: DraftSource[]) {
  const drafting = world({ speculate: true, endEvery: 0, ...options });
  const began = drafting.backend.now();
  const result: Generation = await ask(drafting, { sources }).done;
  drafting.backend.checkIntegrity();
  checkIntegrity(drafting.cache);
  return { ...result, ms: drafting.backend.now() - began, status: drafting.speculation!.status() };
}

describe('Speculation', () => {
  it('makes several tokens a step where rows are cheap and guesses right', async () => {
    const plain = await run({ costs: FLAT }, []);
    const { ms, text, status } = await run({ costs: FLAT }, [new Oracle((await answer()).tokens, 1, 0.1)]);
    assert.equal(text, plain.text);
    assert(plain.ms / ms > 3, `${plain.ms / ms} times as fast`);
    assert(status.on && status.tokensPerStep! > 3 && status.gain! > 3);
    assert.equal(status.tokens, TOKENS);
    assert.deepEqual(Object.keys(status.sources), ['answer']);
    assert.equal(status.sources.answer!.right, status.right);
  });

  it('is off by itself within 20 steps where guesses are wrong, and costs next to nothing', async () => {
    const plain = await run({ costs: LEANING }, []);
    const drafting = world({ speculate: true, endEvery: 0, costs: LEANING, abortable: true });
    const began = drafting.backend.now();
    await ask(drafting, { sources: [new Liar(1)], maxTokens: 20 }).done;
    const early = drafting.speculation!.status();
    await ask(drafting, { sources: [new Liar(2)], maxTokens: 2 * TOKENS }).done;
    const { drafted, on } = drafting.speculation!.status();
    assert(drafted - early.drafted < 10, `drafted ${early.drafted} at first, and then ${drafted}`);
    assert.equal(on, false);
    const ratio = (420 * plain.ms) / TOKENS / (drafting.backend.now() - began);
    assert(ratio > 0.97, `${ratio} times as fast`);
  });

  it('drafts hardly anything where each row costs as much as the first, however right the guesses are', async () => {
    const plain = await run({ costs: STEEP }, []);
    const { ms, status } = await run({ costs: STEEP }, [new Oracle((await answer()).tokens, 1, 0)]);
    assert(plain.ms / ms > 0.98, `${plain.ms / ms} times as fast`);
    assert(status.drafted < 20);
  });

  it('comes near the best fixed number of nodes, whatever share of the guesses is right and whatever steps the costs have', async () => {
    const { tokens } = await answer();
    for (const [costs, errors] of [LEANING, BY_FOURS].flatMap((each) =>
      [0.1, 0.3, 0.5].map((e) => [each, e] as const),
    )) {
      // What a chain of n nodes makes: 1 + a + ... + a^n tokens.
      const rates = Array.from({ length: 17 }, (_, n) => {
        const made = Array.from({ length: n + 1 }, (_, i) => (1 - errors) ** i).reduce((a, b) => a + b);
        return made / msOf(costs, n + 1);
      });
      const drafting = world({ speculate: true, endEvery: 0, costs, abortable: true });
      const ms: number[] = [];
      for (let request = 0; request < 16; request++) {
        const began = drafting.backend.now();
        await ask(drafting, { sources: [new Oracle(tokens, request, errors)] }).done;
        ms.push(drafting.backend.now() - began);
      }
      const learned = ms.slice(4);
      const reached = (TOKENS * learned.length) / learned.reduce((a, b) => a + b) / Math.max(...rates);
      // What wins less than the least gain is not worth its risk.
      const least = Math.max(...rates) / rates[0]! < 1.2 ? 0.9 : 0.95;
      assert(reached > least, `${reached} of the best with ${errors} wrong`);
    }
  });

  it('makes a key wait no longer than the planner allows', async () => {
    const drafting = world({ speculate: true, endEvery: 0, costs: { fixedMs: 8, tokenMs: 1, contextTokenMs: 0 } });
    const { tokens } = await answer();
    // Teaches what steps cost.
    await ask(drafting, { sources: [new Oracle(tokens, 1, 0)] }).done;
    const chat = ask(drafting, { workspace: 'x', sources: [new Oracle(tokens, 1, 0)] });
    const waits: number[] = [];
    for (let key = 0; key < 12; key++) {
      await new Promise(setImmediate);
      const before = drafting.backend.now();
      const { queuedMs } = await ask(drafting, { class: 'keystroke', workspace: 'k', maxTokens: 1, sources: [] }).done;
      waits.push(queuedMs);
      assert(drafting.backend.now() >= before);
    }
    await chat.done;
    assert(Math.max(...waits) <= 30 * 1.1, `a key waited ${Math.max(...waits)} ms`);
    assert(drafting.speculation!.status().tokensPerStep! > 1.5);
  });

  it('drafts for a keystroke alone, and not for the chat that rides along', async () => {
    const drafting = world({ speculate: true, endEvery: 0, costs: FLAT });
    const { tokens } = await answer();
    await ask(drafting, { sources: [new Oracle(tokens, 1, 0)] }).done;
    const key = ask(drafting, { class: 'keystroke', workspace: 'a', sources: [new Oracle(tokens, 1, 0)] });
    const chat = ask(drafting, { workspace: 'b', sources: [new Oracle(tokens, 1, 0)] });
    const [typed, said] = await Promise.all([key.done, chat.done]);
    assert.equal(typed.text, said.text);
    assert(typed.totalMs < said.totalMs);
  });

  it('drafts in the step that ends a prompt', async () => {
    // Far from what an iteration may take.
    const drafting = world({ speculate: true, endEvery: 0, costs: { ...FLAT, fixedMs: 10 } });
    const { tokens, text: whole } = await answer();
    const sources = () => [new Oracle(tokens, 1, 0)];
    await ask(drafting, { sources: sources() }).done;
    const before = drafting.speculation!.status();
    const { text } = await ask(drafting, { workspace: 'new', maxTokens: 4, sources: sources() }).done;
    const after = drafting.speculation!.status();
    assert.equal(after.steps - before.steps, 1);
    assert.equal(after.tokens - before.tokens, 4);
    assert(text.length > 0 && whole.startsWith(text.slice(0, -1)));
  });

  it('leaves nothing behind when it is cancelled in the middle of a draft, on a machine that can be stopped and others', async () => {
    for (const abortable of [true, false]) {
      const drafting = world({ speculate: true, endEvery: 0, costs: { fixedMs: 60, tokenMs: 1 }, abortable });
      const { tokens, text: whole } = await answer();
      for (let turns = 0; turns < 60; turns++) {
        const request = ask(drafting, { workspace: `w${turns}`, sources: [new Oracle(tokens, turns, 0.1)] });
        for (let i = 0; i < turns; i++) await new Promise(setImmediate);
        drafting.loop.cancel(request);
        const { text } = await request.done;
        // A character that was cut in the middle is shown as such.
        assert(whole.startsWith(text.replace(/\ufffd+$/, '')), text);
        await new Promise(setImmediate);
      }
      const { text } = await ask(drafting, { workspace: 'w59', sources: [] }).done;
      assert.equal(text, whole);
      drafting.backend.checkIntegrity();
      checkIntegrity(drafting.cache);
      assert.equal(drafting.cache.leases.size, 0);
    }
  });

  it('takes no pages that others were promised, and says the same where there is hardly room', async () => {
    const tight = world({ speculate: true, endEvery: 0, cells: 256, costs: FLAT });
    const { tokens, text: whole } = await answer();
    const { text } = await ask(tight, { sources: [new Oracle(tokens, 1, 0.05)] }).done;
    assert.equal(text, whole);
    checkIntegrity(tight.cache);
  });
});
