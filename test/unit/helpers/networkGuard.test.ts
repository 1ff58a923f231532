import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { guardRecords, networkGuard } from '../../helpers/networkWatch.ts';

/** Runs a module under the guard. 192.0.2.1 and 2001:db8:: are reserved for documentation: nobody answers there. */
function guarded(code: string): { output: string; attempts: string[]; processes: number } {
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-guard-'));
  try {
    const file = path.join(folder, 'network.jsonl');
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--require', networkGuard, '--input-type=module', '-e', code],
      {
        env: { ...process.env, QUIRE_NETWORK_GUARD_FILE: file },
        encoding: 'utf8',
      },
    );
    const records = guardRecords(file);
    return {
      output: stdout + stderr,
      attempts: records.filter(({ what }) => what !== 'guarded').map(({ what, address }) => `${what} ${address}`),
      processes: records.filter(({ what }) => what === 'guarded').length,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const refused: [string, string, string][] = [
  [
    'a TCP connection',
    `import { connect } from 'node:net'; connect(80, '192.0.2.1').on('error', (e) => console.log(e.code));`,
    'connect 192.0.2.1:80',
  ],
  [
    'a TCP connection by options, IPv6',
    `import net from 'node:net'; net.createConnection({ port: 80, host: '2001:db8::1' }).on('error', (e) => console.log(e.code));`,
    'connect 2001:db8::1:80',
  ],
  ['fetch', `await fetch('http://192.0.2.1/').catch((e) => console.log(e.cause.code));`, 'connect 192.0.2.1:80'],
  [
    'https',
    `import https from 'node:https'; https.get('https://192.0.2.1/').on('error', (e) => console.log(e.code));`,
    'connect 192.0.2.1:443',
  ],
  [
    'a datagram',
    `import dgram from 'node:dgram'; const s = dgram.createSocket('udp4'); try { s.send('x', 53, '192.0.2.1'); } catch (e) { console.log(e.code); } s.close();`,
    'datagram 192.0.2.1',
  ],
  [
    'a name look-up',
    `import { lookup } from 'node:dns'; lookup('quire.invalid', (e) => console.log(e.code));`,
    'name look-up quire.invalid',
  ],
  [
    'a promised name look-up by a resolver',
    `import { resolve4 } from 'node:dns/promises'; await resolve4('quire.invalid').catch((e) => console.log(e.code));`,
    'name look-up quire.invalid',
  ],
];

for (const [what, code, recorded] of refused) {
  test(`refuses and records ${what}`, () => {
    const { output, attempts } = guarded(code);
    assert.equal(output.trim(), 'ECONNREFUSED');
    assert.deepEqual(attempts, [recorded]);
  });
}

test('a process that a guarded one starts is guarded too', () => {
  const child = `require('node:net').connect(80, '192.0.2.1').on('error', () => {})`;
  const { attempts, processes } = guarded(
    `import { execFileSync } from 'node:child_process'; execFileSync(process.execPath, ['-e', ${JSON.stringify(child)}]);`,
  );
  assert.equal(processes, 2);
  assert.deepEqual(attempts, ['connect 192.0.2.1:80']);
});

test('leaves loopback alone', () => {
  const { output, attempts } = guarded(`
    import { createServer } from 'node:http';
    const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1', async () => {
      const { port } = server.address();
      console.log(await (await fetch('http://127.0.0.1:' + port)).text());
      console.log(await (await fetch('http://localhost:' + port)).text());
      server.close();
      server.closeAllConnections();
    });`);
  assert.equal(output, 'hello\nhello\n');
  assert.deepEqual(attempts, []);
});
