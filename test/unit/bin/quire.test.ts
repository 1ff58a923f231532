import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';

const root = path.join(import.meta.dirname, '../../..');

/** A copy of the command in a folder of its own; `main` is what is built there. */
function installed(t: TestContext, main?: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-bin-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const place of ['bin', 'scripts/lib'])
    cpSync(path.join(root, place), path.join(folder, place), { recursive: true });
  if (main !== undefined) {
    mkdirSync(path.join(folder, 'dist/cli'), { recursive: true });
    writeFileSync(path.join(folder, 'dist/cli/main.mjs'), main);
  }
  return path.join(folder, 'bin/quire.mjs');
}

test('says what to do where nothing is built', (t) => {
  const { status, stderr } = spawnSync(process.execPath, [installed(t)], { encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /^quire: .*main\.mjs is missing; run npm run build first\n$/);
});

test('passes on arguments, streams and the exit code', (t) => {
  const command = installed(
    t,
    'process.stdin.pipe(process.stdout); console.error(process.argv.slice(2).join("|")); process.exitCode = 7;',
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'a b', '--c'], {
    encoding: 'utf8',
    input: 'in',
  });
  assert.deepEqual({ status, stdout, stderr }, { status: 7, stdout: 'in', stderr: 'a b|--c\n' });
});

if (process.platform !== 'win32') {
  test('passes on a signal, and ends as its child does', async (t) => {
    const command = installed(
      t,
      'process.on("SIGTERM", () => { console.log("ended"); process.exit(3); }); console.log("up"); setInterval(() => {}, 1000);',
    );
    const child = spawn(process.execPath, [command], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (output === 'up\n') child.kill('SIGTERM');
    });
    const [code] = await once(child, 'close');
    assert.deepEqual({ code, output }, { code: 3, output: 'up\nended\n' });
  });
}
