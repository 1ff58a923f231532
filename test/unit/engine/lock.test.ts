import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { takeLock } from '../../../src/engine/lock.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'ql-'));
const file = path.join(folder, 'test.lock');
const source = new URL('../../../src/engine/lock.ts', import.meta.url).href;
after(() => rmSync(folder, { recursive: true }));

/** Another process that takes the lock and holds it until it is killed. */
async function holder() {
  const code = `import { takeLock } from ${JSON.stringify(source)};
    console.log(takeLock(${JSON.stringify(file)}) ? 'taken' : 'busy'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [output] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, said: output.toString().trim() };
}

describe('takeLock', () => {
  it('is held by one process at a time and freed when its holder is killed', async () => {
    const first = await holder();
    assert.equal(first.said, 'taken');
    assert.equal(takeLock(file), undefined);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const release = takeLock(file);
    assert.ok(release);
    const second = await holder();
    assert.equal(second.said, 'busy');
    second.child.kill('SIGKILL');
    release();
  });
});
