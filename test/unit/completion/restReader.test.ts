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
  reader.typed();
  reader.moved();
  pass(599);
  assert.equal(reads.length, 2, 'keys ask by themselves');
  pass(1);
  assert.equal(reads.length, 3, 'nobody types any more');
  reader.typed();
  reader.came();
  pass(250);
  assert.equal(reads.length, 4, 'what was typed elsewhere is no reason to wait');
  reader.dispose();
  assert.equal(reads[3]!.aborted, true);
});

test('says whether somebody wrote lately, wherever', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  const pass = (ms: number) => {
    now += ms;
    t.mock.timers.tick(ms);
  };
  const lately: boolean[] = [];
  const reader = new RestReader({ read: async (_, writes) => void lately.push(writes), now: () => now });
  const rest = () => {
    reader.moved();
    pass(250);
  };
  rest();
  reader.typed();
  reader.came();
  pass(250);
  pass(50_000);
  rest();
  pass(30_000);
  rest();
  reader.dispose();
  assert.deepEqual(lately, [false, true, true, false]);
});
