import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const full = existsSync('/dev/full');
const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

test('a name that every object has is no command', () => {
  for (const [argv, message] of [
    [['constructor'], "quire: there is no command 'constructor'"],
    [['memory', 'toString'], 'quire: memory wants one of add, '],
  ] as const) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...argv], { encoding: 'utf8' });
    assert.deepEqual([status, stdout], [2, '']);
    assert.ok(stderr.startsWith(message) || stderr.includes(`\n${message}`), stderr);
  }
});

test('output that finds no room is a failure, and it is said', { skip: !full && 'nothing here is always full' }, () => {
  const stdio = ['ignore', openSync('/dev/full', 'w'), 'pipe'] as const;
  const { status, stderr } = spawnSync(process.execPath, [main, 'help'], { encoding: 'utf8', stdio: [...stdio] });
  assert.equal(status, 1);
  assert.match(stderr, /^quire: what was found cannot be written: ENOSPC.*\n$/);
});
