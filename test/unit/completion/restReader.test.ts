import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RestReader } from '../../../src/completion/restReader.ts';

test('reads where the cursor rests, once, and stops when it goes on or a key comes', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  const pass = (ms: number) => {
    now += ms;
    t.mock.timers.tick(ms);
  };
  const reads: AbortSignal[] = [];
  const reader = new RestReader({ read: async (signal) => void reads.push(signal), now: () => now });
  reader.moved();
  pass(100);
  reader.moved();
  pass(200);
  assert.equal(reads.length, 0, 'it does not rest yet');
  pass(5000);
  assert.equal(reads.length, 1);
  assert.equal(reads[0]!.aborted, false);
  reader.moved();
  assert.equal(reads[0]!.aborted, true, 'it rests elsewhere');
  pass(5000);
  assert.equal(reads.length, 2);
  reader.typed();
  assert.equal(reads[1]!.aborted, true);
  reader.moved();
  pass(500);
  reader.moved();
  pass(500);
  assert.equal(reads.length, 2, 'keys ask by themselves');
  reader.moved();
  pass(5000);
  assert.equal(reads.length, 3);
  reader.dispose();
  assert.equal(reads[2]!.aborted, true);
});
