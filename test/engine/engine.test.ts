import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createMessageConnection, SocketMessageReader, SocketMessageWriter } from 'vscode-jsonrpc/node';
import { EngineClient } from '../../src/engine/client/client.ts';
import { endpointFor, readEndpointFile } from '../../src/engine/endpoint.ts';
import { drawNonce, proofOf } from '../../src/engine/proof.ts';
import {
  type GenerateParams,
  helloRequest,
  type ModelInfo,
  PROTOCOL_VERSION,
  proveRequest,
  statusRequest,
} from '../../src/engine/protocol/index.ts';
import { bundledModel, engineCommand, gone, openWorkspace, privateRuntime, stateOf } from '../helpers/engine.ts';
import { openBundled } from '../helpers/native.ts';
import { assertSameUnlessNear } from '../helpers/sayable.ts';

const runtime = privateRuntime();
const client = new EngineClient(engineCommand(), 'test');
let model: ModelInfo;
let workspace: string;

const CODE = 'export function add(a: number, b: number): number {\n  return ';
const request = (text = CODE, more: Partial<GenerateParams> = {}): GenerateParams => ({
  model: model.id,
  workspace,
  class: 'keystroke',
  prompt: { text },
  maxTokens: 24,
  ...more,
});
/** Long enough to be interrupted: the answer may not end by itself. */
const long = (more: Partial<GenerateParams> = {}) =>
  request(CODE, { maxTokens: 900, sampling: { grammar: 'root ::= [a-z ] root' }, class: 'chat', ...more });

before(async () => {
  workspace = await openWorkspace(client, 'ours');
  model = await client.openModel({ path: bundledModel, contextTokens: 0 });
});
after(async () => {
  await client.dispose({ shutdown: true });
  await runtime.dispose();
});

describe('engine', () => {
  it('describes the bundled model', () => {
    assert.equal(model.name, 'tiny-code-fim');
    assert.equal(model.architecture, 'llama');
    assert.equal(model.contextTokens, 4096);
    assert.ok(model.parameters > 30e6 && model.parameters < 32e6);
    for (const name of ['fimPrefix', 'fimSuffix', 'fimMiddle', 'fimSeparator'] as const) {
      assert.ok(model.specialTokens.includes(name), name);
    }
  });

  it('generates the same text for the same request, and other text for another seed', async () => {
    const [first, second] = [await client.generate(request()), await client.generate(request())];
    assert.ok(first.text.length > 0);
    const own = await openBundled({ path: bundledModel });
    assertSameUnlessNear(own, [{ text: CODE }], second.text, first.text);
    own.dispose();
    const drawn = (seed: number) => client.generate(request(CODE, { sampling: { temperature: 1.5, seed } }));
    assert.equal((await drawn(1)).text, (await drawn(1)).text);
    const texts = new Set(await Promise.all([1, 2, 3, 4].map(async (seed) => (await drawn(seed)).text)));
    assert.ok(texts.size > 1);
  });

  it('computes only what is new, with the same text as without reuse', async () => {
    const typed = `${CODE}a + `;
    const fresh = await client.generate(request(typed, { reuse: false }));
    assert.equal(fresh.cachedTokens, 0);
    await client.generate(request());
    const reused = await client.generate(request(typed));
    assert.ok(reused.cachedTokens >= reused.promptTokens - 6, `${reused.cachedTokens} of ${reused.promptTokens}`);
    assert.equal(reused.cachedTokens + reused.computedTokens, reused.promptTokens);
    const own = await openBundled({ path: bundledModel });
    assertSameUnlessNear(own, [{ text: typed }], reused.text, fresh.text);
    own.dispose();
  });

  it('never matches what another workspace computed', async () => {
    await client.generate(request());
    const unseen = await openWorkspace(client, 'never seen before');
    const ours = await client.generate(request(CODE, { workspace: unseen }));
    assert.equal(ours.cachedTokens, 0);
  });

  it('streams the text that it returns', async () => {
    let streamed = '';
    const { text } = await client.generate(request(), {
      onText: (delta) => {
        streamed += delta;
      },
    });
    assert.equal(streamed, text);
  });

  it('ends before a stop text', async () => {
    const whole = await client.generate(request(CODE, { sampling: { grammar: 'root ::= "one;" "\\n" "two"' } }));
    assert.equal(whole.text, 'one;\ntwo');
    const stopped = await client.generate(
      request(CODE, { sampling: { grammar: 'root ::= "one;" "\\n" "two"' }, stop: ['\n'] }),
    );
    assert.deepEqual([stopped.text, stopped.finish], ['one;', 'stop']);
  });

  it('cancels with the text so far and keeps what was computed', async () => {
    const abort = new AbortController();
    let streamed = '';
    const result = await client.generate(long(), {
      signal: abort.signal,
      onText: (delta) => {
        streamed += delta;
        if (streamed.length > 20) abort.abort();
      },
    });
    assert.equal(result.finish, 'cancelled');
    assert.ok(result.text.startsWith(streamed.slice(0, 20)));
    assert.ok(result.generatedTokens < 900);
    const again = await client.generate(request());
    assert.ok(again.cachedTokens > 0);
  });

  it('ends the older request of the same editor at once', async () => {
    const older = client.generate(long({ supersedes: 'editor' }));
    const newer = await client.generate(request(CODE, { supersedes: 'editor' }));
    assert.equal((await older).finish, 'superseded');
    assert.notEqual(newer.finish, 'superseded');
  });

  it('serves a keystroke while a chat generates', async () => {
    const order: string[] = [];
    const abort = new AbortController();
    const chat = client.generate(long(), { signal: abort.signal }).then(() => order.push('chat'));
    await client.generate(request()).then(() => order.push('keystroke'));
    abort.abort();
    await chat;
    assert.deepEqual(order, ['keystroke', 'chat']);
  });

  it('refuses malformed requests in words and goes on', async () => {
    await assert.rejects(client.generate(request(CODE, { maxTokens: 0 })), {
      kind: 'promptInvalid',
      message: /maxTokens/,
    });
    await assert.rejects(client.generate(request(CODE, { model: 'none' })), { kind: 'modelUnknown' });
    await assert.rejects(client.generate(request('')), { kind: 'promptInvalid', message: /empty/ });
    await assert.rejects(client.generate(request(CODE, { workspace: 'none' })), { kind: 'workspaceUnknown' });
    assert.ok((await client.generate(request('x '.repeat(5000)))).cutTokens > 0);
    await assert.rejects(client.generate(request(CODE, { sampling: { grammar: 'root ::= (' } })), {
      kind: 'grammarInvalid',
    });
    assert.ok((await client.generate(request())).text);
  });

  it('is one process for several clients', async () => {
    const other = new EngineClient(engineCommand(), 'other window');
    const theirs = await other.openModel({ path: bundledModel, contextTokens: 0 });
    assert.equal(theirs.id, model.id);
    const [a, b] = [await client.status(), await other.status()];
    assert.equal(a.pid, b.pid);
    assert.deepEqual(a.clients.map(({ name }) => name).sort(), ['other window', 'test']);
    assert.equal(a.models.length, 1);
    // The workspace is open in the engine, but not for them.
    await assert.rejects(other.generate(request()), { kind: 'workspaceUnknown' });
    await other.dispose();
    assert.ok((await client.generate(request())).text, 'the model stays open for us');
  });

  it('keeps its folder, its socket and its secret to the user', { skip: process.platform === 'win32' }, () => {
    const endpoint = endpointFor(engineCommand());
    assert.equal(statSync(endpoint.folder).mode & 0o777, 0o700);
    assert.equal(statSync(readEndpointFile(endpoint.file)!.socket).mode & 0o777, 0o600);
    assert.equal(statSync(endpoint.file).mode & 0o777, 0o600);
  });

  it('turns away who does not know the secret, says nothing before the greeting, and survives garbage', async () => {
    const endpoint = endpointFor(engineCommand());
    const { socket: address } = readEndpointFile(endpoint.file)!;
    const open = () => {
      const socket = connect(address);
      const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
      connection.onError(() => undefined);
      connection.listen();
      return { socket, connection };
    };
    const nonce = drawNonce();
    const hello = { protocol: PROTOCOL_VERSION, nonce };
    const who = { name: 'stranger', pid: 1 };
    for (const token of ['guess', undefined]) {
      const stranger = open();
      const closed = new Promise((resolve) => stranger.socket.once('close', resolve));
      await assert.rejects(stranger.connection.sendRequest(statusRequest, {}), /hello/);
      const { nonce: theirs, proof } = await stranger.connection.sendRequest(helloRequest, hello);
      // One who knows nothing can only guess, or send back what was sent.
      const answer = token === undefined ? proof : proofOf(token, 'client', { client: nonce, engine: theirs });
      await assert.rejects(stranger.connection.sendRequest(proveRequest, { proof: answer, client: who }), /secret/);
      await assert.rejects(stranger.connection.sendRequest(statusRequest, {}), /hello/);
      await closed;
    }

    const garbage = connect(address);
    const closed = new Promise((resolve) => garbage.once('close', resolve));
    garbage.write('Content-Length: 12\r\n\r\n{"jsonrpc": }');
    await closed;
    assert.ok((await client.generate(request())).text);
  });

  it('writes no code into its log', async () => {
    await client.generate(request('const CANARY_7f3a = '));
    assert.doesNotMatch(readFileSync(endpointFor(engineCommand()).log, 'utf8'), /CANARY_7f3a|export function add/);
  });

  it('comes back by itself when it is killed while it generates', async () => {
    const { pid } = await client.status();
    const interrupted = client.generate(long(), {
      onText: () => process.kill(pid, 'SIGKILL'),
    });
    await assert.rejects(interrupted, { kind: 'engineStopped' });
    const result = await client.generate(request());
    assert.ok(result.text.length > 0);
    assert.notEqual((await client.status()).pid, pid);
    assert.equal(client.state.kind, 'ready');
  });

  it('repeats a request of which nothing was delivered', async () => {
    const { pid } = await client.status();
    const silent = client.generate(request());
    process.kill(pid, 'SIGKILL');
    assert.ok((await silent).text.length > 0);
    assert.notEqual((await client.status()).pid, pid);
  });

  it('restarts on request', async () => {
    const { pid } = await client.status();
    await client.restart();
    assert.notEqual((await client.status()).pid, pid);
    assert.ok((await client.generate(request())).text);
  });
});

describe('engine life', () => {
  it('gives up with words when the engine cannot start', async () => {
    const broken = new EngineClient(engineCommand({ entry: '/nowhere/main.ts', version: 'broken' }), 'test');
    await assert.rejects(broken.start(), { kind: 'engineStopped', message: /times in a row/ });
    assert.equal(broken.state.kind, 'failed');
    await broken.dispose();
  });

  it('leaves when nobody has used it for a while', async () => {
    const brief = new EngineClient(engineCommand({ version: 'brief', idleMs: 50 }), 'test');
    const { pid } = await brief.status();
    await brief.dispose();
    await gone(pid);
    assert.equal(readEndpointFile(endpointFor(engineCommand({ version: 'brief' })).file), undefined);
  });

  it('waits for its first client however short its idle time is, and leaves after its last', async () => {
    const hasty = new EngineClient(engineCommand({ version: 'hasty', idleMs: 0 }), 'test');
    const { pid } = await hasty.status();
    await hasty.dispose();
    await gone(pid);
  });

  it('is started once by several clients at the same time', async () => {
    const crowd = [1, 2, 3].map((n) => new EngineClient(engineCommand({ version: 'crowd' }), `client ${n}`));
    const pids = await Promise.all(crowd.map(async (member) => (await member.status()).pid));
    assert.equal(new Set(pids).size, 1);
    await Promise.all(crowd.slice(1).map((member) => member.dispose()));
    await crowd[0]!.dispose({ shutdown: true });
    await gone(pids[0]!);
  });

  it('takes the place of a killed one whose socket is still there', async () => {
    const first = new EngineClient(engineCommand({ version: 'stale' }), 'first');
    const { pid } = await first.status();
    await first.dispose();
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    assert.ok(
      readEndpointFile(endpointFor(engineCommand({ version: 'stale' })).file),
      'the killed engine left its file',
    );
    const second = new EngineClient(engineCommand({ version: 'stale' }), 'second');
    const state = stateOf(second, ({ kind }) => kind === 'ready');
    assert.notEqual((await second.status()).pid, pid);
    await state;
    await second.dispose({ shutdown: true });
  });
});
