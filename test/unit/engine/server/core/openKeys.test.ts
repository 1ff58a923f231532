import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpenKeys } from '../../../../../src/engine/server/core/openKeys.ts';

test('what several services have open in a workspace is told as one list', () => {
  const told: [string, readonly string[]][] = [];
  const keys = new OpenKeys((workspace, open) => told.push([workspace, open]));
  keys.set('documents', 'w', ['a', 'b']);
  keys.set('chat', 'w', ['c']);
  keys.set('documents', 'v', ['x']);
  assert.deepEqual(keys.all, [
    ['w', ['a', 'b', 'c']],
    ['v', ['x']],
  ]);
  keys.set('documents', 'w', ['b']);
  keys.set('chat', 'w', []);
  keys.set('documents', 'w', []);
  assert.deepEqual(told, [
    ['w', ['a', 'b']],
    ['w', ['a', 'b', 'c']],
    ['v', ['x']],
    ['w', ['b', 'c']],
    ['w', ['b']],
    ['w', []],
  ]);
  assert.deepEqual(keys.all, [['v', ['x']]]);
  keys.clear('v');
  keys.clear('w');
  assert.deepEqual(told.slice(6), [['v', []]]);
  assert.deepEqual(keys.all, []);
});
