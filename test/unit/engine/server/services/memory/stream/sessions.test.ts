import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from './rig.ts';

const MINUTE = 60_000;
const type = (rig: Rig, path: string, symbol: string | null, times = 1) => {
  for (let n = 0; n < times; n++) rig.stream.recordTyping({ path, symbol });
};
const sessions = (rig: Rig) => rig.all().filter(({ kind }) => kind === 'session');

test('a session is one item for its folder, written when nothing was accepted for half an hour', () => {
  const rig = new Rig();
  type(rig, 'src/kv/pool.ts', 'Pool.take', 2);
  rig.later(20 * MINUTE);
  type(rig, 'src/kv/pool.ts', 'Pool.evict');
  type(rig, 'src/kv/page.ts', null);
  rig.later(29 * MINUTE);
  assert.deepEqual(rig.stream.closeIdleSessions(), []);
  rig.later(MINUTE);
  const [session] = rig.stream.closeIdleSessions();
  assert.equal(
    session!.text,
    'Worked on Pool.take, Pool.evict in src/kv/pool.ts; src/kv/page.ts. 4 suggestions were accepted.',
  );
  assert.deepEqual([session!.kind, session!.source, session!.path], ['session', 'typing', 'src/kv']);
  assert.deepEqual(rig.stream.closeIdleSessions(), []);
});

test('the next suggestion ends a session that was idle; closing ends all', () => {
  const rig = new Rig();
  type(rig, 'src/a.ts', 'one', 3);
  rig.later(31 * MINUTE);
  type(rig, 'src/a.ts', 'two', 3);
  assert.equal(sessions(rig).length, 1);
  type(rig, 'index.ts', 'main', 3);
  rig.stream.close();
  assert.deepEqual(
    sessions(rig)
      .map(({ title }) => title)
      .sort(),
    ['Worked in src', 'Worked in src', 'Worked in the project'],
  );
});

test('two suggestions are no session, and what is forgotten is not written', () => {
  const rig = new Rig();
  type(rig, 'src/a.ts', 'one', 2);
  assert.deepEqual(rig.stream.close(), []);
  type(rig, 'src/a.ts', 'one', 9);
  rig.stream.forget();
  assert.deepEqual(rig.stream.close(), []);
  assert.deepEqual(rig.all(), []);
});

test('the same work on another day is that item', () => {
  const rig = new Rig();
  for (let day = 0; day < 30; day++) {
    type(rig, 'src/a.ts', 'one', 3);
    rig.later(24 * 60 * MINUTE);
    rig.stream.closeIdleSessions();
  }
  assert.equal(sessions(rig).length, 1);
});
