import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call } from '../../../src/completion/call.ts';
import type { CompletionOutcome } from '../../../src/completion/completer.ts';
import { Session } from '../../../src/completion/session.ts';
import { outcome } from './outcome.ts';
import { place } from './place.ts';

/** What is waited after a key once ten requests came to `result`, each after so long. Milliseconds. */
async function waitAfter(
  ms: number,
  result: { promptTokens: number; cachedTokens: number; computedTokens: number },
  rejectedBy: CompletionOutcome['rejectedBy'],
): Promise<number> {
  let now = 0;
  let waited = 0;
  const wait = async (milliseconds: number) => {
    waited = milliseconds;
    now += milliseconds;
  };
  const session = new Session({ onComplete: () => {} }, undefined, { now: () => now, wait });
  for (let key = 0; key < 11; key++) {
    waited = 0;
    const call: Call = {
      place: { path: 'a.ts', ...place(`${'x'.repeat(key)}|`) },
      explicit: false,
      afterAccept: false,
      debounceMs: null,
      run: async () => {
        now += ms;
        const known = outcome(null);
        return { ...known, rejectedBy, result: { ...known.result, ...result } };
      },
    };
    await session.suggest(call, new AbortController().signal);
  }
  return waited;
}

test('a prompt that has to be read does not count as slowness: the next keys find it read', async () => {
  const cold = { promptTokens: 1500, cachedTokens: 200, computedTokens: 1300 };
  assert.equal(await waitAfter(900, cold, 'blank'), 0);
  assert.equal(await waitAfter(900, { ...cold, computedTokens: 128 }, 'cancelled'), 0, 'given up half-way');
  const warm = { promptTokens: 1500, cachedTokens: 1497, computedTokens: 3 };
  assert.equal(await waitAfter(20, warm, 'blank'), 0);
  assert.ok((await waitAfter(900, warm, 'blank')) > 0);
  assert.ok((await waitAfter(900, warm, 'superseded')) > 0);
  const queued = { promptTokens: 1500, cachedTokens: 0, computedTokens: 0 };
  assert.ok((await waitAfter(900, queued, 'cancelled')) > 0, 'not even begun');
});
