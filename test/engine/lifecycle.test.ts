/** What becomes of a client whose engine dies, hangs, or is to be another one: through the protocol, with real engines. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineClient, type EngineCommand, type ModelEvent } from '../../src/engine/client/client.ts';
import { addressFor, endpointFor, readEndpointFile } from '../../src/engine/endpoint.ts';
import { type GenerateParams, type ModelInfo, pinDocumentsNotification } from '../../src/engine/protocol/index.ts';
import { bundledModel, engineCommand, gone, openWorkspace, stateOf } from '../helpers/engine.ts';
import { FakeEngine } from '../helpers/fakeEngine.ts';
import { runKills } from '../lifecycle/kills.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'ql-'));
const runtimeFolder = path.join(folder, 'run');
const clients: EngineClient[] = [];
after(async () => {
  await Promise.all(clients.map((client) => client.dispose({ shutdown: true })));
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

function clientOf(options: Partial<EngineCommand>): { client: EngineClient; command: EngineCommand } {
  const command = engineCommand({ runtimeFolder, ...options });
  const client = new EngineClient(command, 'test');
  clients.push(client);
  return { client, command };
}

const request = (model: ModelInfo, workspace: string, more: Partial<GenerateParams> = {}): GenerateParams => ({
  model: model.id,
  workspace,
  class: 'keystroke',
  prompt: { text: 'const a = [1, 2, ' },
  maxTokens: 6,
  ...more,
});

/** An entry that ends as `code` says while the file `bad` is there, and is the engine otherwise. */
function switchable(name: string, code: string): { entry: string; heal(): void } {
  const bad = path.join(folder, `${name}.bad`);
  const entry = path.join(folder, `${name}.mjs`);
  writeFileSync(bad, '');
  const real = JSON.stringify(engineCommand().entry);
  writeFileSync(
    entry,
    `import { existsSync } from 'node:fs';\nif (existsSync(${JSON.stringify(bad)})) { ${code} }\nawait import(${real});\n`,
  );
  return { entry, heal: () => rmSync(bad) };
}

describe('a crash loop', () => {
  it('fails in words with the last ones of the engine, and a restart begins afresh', async () => {
    const { entry, heal } = switchable('crash', "console.error('the last words of mine'); process.exit(3);");
    const { client } = clientOf({ version: 'crash', entry });
    await assert.rejects(client.start(), { kind: 'engineStopped', message: /times in a row.*exit code 3/ });
    const { state } = client;
    assert.ok(state.kind === 'failed' && /the last words of mine/.test(state.detail ?? ''), JSON.stringify(state));
    await assert.rejects(client.status(), /times in a row/, 'what is merely asked starts nothing');
    await assert.rejects(client.restart(), /times in a row/, 'nothing has changed');
    heal();
    await client.restart();
    assert.equal((await client.status()).pid > 0, true);
  });

  it('of engines that die as soon as they serve ends as well, and a restart leads out of it', async () => {
    const { client } = clientOf({ version: 'short lives' });
    const killed: number[] = [];
    const killing = client.onStateChange((state) => {
      if (state.kind !== 'ready') return;
      killed.push(state.pid);
      process.kill(state.pid, 'SIGKILL');
    });
    client.start().catch(() => undefined);
    await stateOf(client, ({ kind }) => kind === 'failed');
    killing.dispose();
    assert.ok(killed.length > 1, `${killed.length}`);
    await assert.rejects(client.status(), /times in a row/);
    await client.restart();
    assert.equal(killed.includes((await client.status()).pid), false);
    assert.equal(client.state.kind, 'ready');
  });

  it('notices a death by signal at once, and begins afresh with other settings', async () => {
    const { entry, heal } = switchable('signal', "process.kill(process.pid, 'SIGSEGV'); setInterval(() => {}, 1000);");
    const { client, command } = clientOf({ version: 'signal', entry });
    await assert.rejects(client.start(), /by SIG(SEGV|KILL)/);
    assert.equal(client.state.kind, 'failed');
    heal();
    await client.reconfigure({ ...command, idleMs: 1234 });
    assert.ok((await client.status()).pid);
  });

  it('says why an engine cannot listen', { skip: process.platform === 'win32' }, async () => {
    const deep = path.join(folder, 'x'.repeat(100));
    const { client } = clientOf({ version: 'deep', runtimeFolder: deep });
    await assert.rejects(client.start(), /cannot listen/);
  });
});

describe('a hung engine', { skip: process.platform === 'win32' }, () => {
  it('is ended while a request waits, and the next one answers it', async () => {
    const { client } = clientOf({ version: 'hung', hangMs: 500 });
    const model = await client.openModel({ path: bundledModel, contextTokens: 0 });
    const workspace = await openWorkspace(client);
    const { text } = await client.generate(request(model, workspace));
    const { pid } = await client.status();
    process.kill(pid, 'SIGSTOP');
    assert.equal((await client.generate(request(model, workspace))).text, text);
    assert.notEqual((await client.status()).pid, pid);
    await gone(pid);
  });

  it('is ended by a restart, and by a client that finds it hung', async () => {
    const { client, command } = clientOf({ version: 'restart hung', hangMs: 500 });
    const { pid } = await client.status();
    process.kill(pid, 'SIGSTOP');
    await client.restart();
    await gone(pid);
    const second = (await client.status()).pid;
    process.kill(second, 'SIGSTOP');
    const other = new EngineClient(command, 'another window');
    assert.notEqual((await other.status()).pid, second);
    await gone(second);
    await other.dispose();
  });

  it('does not keep a client from leaving', async () => {
    const { client, command } = clientOf({ version: 'leave hung' });
    const { pid } = await client.status();
    process.kill(pid, 'SIGSTOP');
    await client.dispose();
    assert.equal(client.state.kind, 'stopped');
    assert.equal(readEndpointFile(endpointFor(command).file)?.pid, pid);
    process.kill(pid, 'SIGKILL');
  });

  it('is not ended where the pid of a stale file belongs to somebody else', async () => {
    const { client, command } = clientOf({ version: 'reused', hangMs: 500 });
    const endpoint = endpointFor(command);
    const silent = new FakeEngine({ token: 'secret', mute: true });
    await silent.listen(endpoint);
    const bystander = process.ppid;
    writeFileSync(endpoint.file, JSON.stringify({ pid: bystander, token: 'secret', socket: addressFor(endpoint) }));
    const { pid } = await client.status();
    process.kill(bystander, 0);
    assert.notEqual(pid, bystander);
    silent.close();
  });
});

describe('whoever listens in the place of a dead engine', () => {
  it('learns neither the secret nor a text', { skip: process.platform === 'win32' }, async () => {
    const { client, command } = clientOf({ version: 'squatter' });
    const squatter = new FakeEngine({ token: 'the real secret', known: 'a guess' });
    await squatter.listen(endpointFor(command));
    const workspace = await client.openWorkspace({ folder: null, name: 'workspace of mine', trusted: true });
    client.tell(pinDocumentsNotification, { workspace, keys: ['file:///CANARY.ts'] });
    const model = await client.openModel({ path: bundledModel, contextTokens: 0 });
    await client.generate(request(model, await openWorkspace(client), { prompt: { text: 'const CANARY = ' } }));
    assert.match(squatter.heard, /"hello"/);
    assert.doesNotMatch(squatter.heard, /secret|CANARY|workspace|"prove"|"name"/);
    squatter.close();
  });
});

describe('settings', () => {
  it('apply to a running engine: the disk is emptied, and used again, in the same process', async () => {
    const cache = { folder: path.join(folder, 'cache'), ramMegabytes: 64, diskMegabytes: 64 };
    const { client, command } = clientOf({ version: 'settings', cache });
    const model = await client.openModel({ path: bundledModel, contextTokens: 0 });
    const text = readFileSync(path.join(import.meta.dirname, 'lifecycle.test.ts'), 'utf8').slice(0, 1500);
    const workspace = await openWorkspace(client);
    const ask = () => {
      const { model: id, class: kind, maxTokens } = request(model, workspace);
      const rules = { ngram: false, oneLine: false, document: 'a', segments: [{ text }] };
      return client.complete({ model: id, class: kind, maxTokens, workspace, ...rules });
    };
    const tiers = async () => {
      const { ram, disk } = (await client.status()).models[0]!.kv;
      return { ram, disk };
    };
    const files = () =>
      ['', '-wal', '-shm'].filter((suffix) => existsSync(`${cache.folder}/pages/pages.sqlite${suffix}`));
    client.tell(pinDocumentsNotification, { workspace, keys: ['a'] });
    const { text: answer } = await ask();
    while ((await tiers()).disk.pages === 0) await sleep(50);
    const { pid } = await client.status();
    assert.ok(files().length > 0);

    await client.reconfigure({ ...command, cache: { ...cache, ramMegabytes: 32, diskMegabytes: 0 } });
    assert.deepEqual(files(), []);
    assert.deepEqual((await tiers()).disk, { pages: 0, bytes: 0, limitBytes: 0 });
    assert.equal((await tiers()).ram.limitBytes, 16 << 20, 'the first model has half of it');
    assert.equal((await ask()).text, answer);
    await sleep(1500); // longer than the rest after which pages are saved
    assert.deepEqual(files(), []);

    await client.reconfigure({ ...command, cache: { ...cache, diskMegabytes: 16 } });
    assert.equal((await tiers()).disk.limitBytes, 16 << 20);
    assert.ok(files().length > 0);
    assert.equal((await client.status()).pid, pid);

    await client.reconfigure({ ...command, cache: { ...cache, diskMegabytes: 0 } });
    process.kill(pid, 'SIGKILL');
    assert.notEqual((await client.status()).pid, pid);
    assert.deepEqual((await tiers()).disk.limitBytes, 0, 'the next engine has the new settings too');
  });

  it('lead to another engine where they must, with the models, and the listener hears of them', async () => {
    const { client, command } = clientOf({ version: 'moves' });
    const { id } = await client.openModel({ path: bundledModel, contextTokens: 0 });
    const copy = path.join(folder, 'copy.gguf');
    writeFileSync(copy, readFileSync(bundledModel));
    await client.openModel({ path: copy, contextTokens: 0 });
    rmSync(copy);
    const events: ModelEvent[] = [];
    client.onModel((event) => events.push(event));
    const { pid } = await client.status();
    await client.reconfigure({ ...command, moduleFolders: [path.join(folder, 'modules')] });
    assert.notEqual((await client.status()).pid, pid);
    const [first, second] = events;
    assert.ok(first && 'info' in first && first.info.id === id);
    assert.ok(second && 'error' in second && second.error.kind === 'modelMissing' && second.spec.path === copy);
    assert.equal(events.length, 2);
  });
});

describe('a lost engine', () => {
  it('leaves its last words, in the error and on disk', async () => {
    const { client, command } = clientOf({ version: 'evidence' });
    const model = await client.openModel({ path: bundledModel, contextTokens: 0 });
    const { pid } = await client.status();
    const unending = { class: 'chat', maxTokens: 900, sampling: { grammar: 'root ::= [a-z ] root' } } as const;
    const long = request(model, await openWorkspace(client), unending);
    const lost = client.generate(long, { onText: () => process.kill(pid, 'SIGKILL') });
    await assert.rejects(lost, { kind: 'engineStopped', detail: /^[0-9T:.Z-]+ [a-z]+ / });
    await client.start();
    const { log } = endpointFor(command);
    assert.match(readFileSync(log, 'utf8'), new RegExp(`process ${pid}[\\s\\S]*process (?!${pid})`));
  });

  it('loses nothing silently, killed again and again', { skip: process.platform !== 'linux' }, async () => {
    const report = await runKills({ seed: 7, kills: 20 });
    assert.deepEqual(report.faults, []);
    assert.ok(report.kills === 20 && report.busy > 0 && report.requests > 0);
  });

  it('lets a waiting request be cancelled while nothing can be had', async () => {
    const { entry } = switchable('never', 'setInterval(() => {}, 1000); await new Promise(() => {});');
    const { client } = clientOf({ version: 'never', entry });
    const abort = new AbortController();
    const waiting = client.generate(request({ id: 'none' } as ModelInfo, 'none'), { signal: abort.signal });
    await stateOf(client, ({ kind }) => kind === 'starting');
    abort.abort();
    assert.equal((await waiting).finish, 'cancelled');
    await client.dispose({ shutdown: true });
  });
});
