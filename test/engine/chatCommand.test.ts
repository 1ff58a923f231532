/** `quire chat` as a script runs it, with the engine that the runs share. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, describe, it } from 'node:test';
import type { Entry } from '../../src/chat/conversation/entries.ts';
import { Conversation } from '../../src/chat/conversation/tree.ts';
import { endpointFiles, readEndpointFile } from '../../src/engine/endpoint.ts';
import { gone, privateRuntime, repository } from '../helpers/engine.ts';
import { makeQwenShape, TINY_QWEN } from '../helpers/randomModel.ts';

const PAGE = 32;
const folder = mkdtempSync(path.join(tmpdir(), 'quire-command-'));
const model = makeQwenShape(path.join(folder, 'chat.gguf'), TINY_QWEN);
const slow = makeQwenShape(path.join(folder, 'slow.gguf'), { ...TINY_QWEN, layers: 24, width: 512, heads: 8 });
const small = makeQwenShape(path.join(folder, 'small.gguf'), {
  ...TINY_QWEN,
  context: 1024,
  merges: 4000,
  vocabulary: 8192,
});
const runtime = privateRuntime();
after(async () => {
  for (const { pid } of endpointFiles().flatMap((file) => readEndpointFile(file) ?? [])) {
    process.kill(pid);
    await gone(pid);
  }
  await runtime.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command in a namespace of its own that has no network: not even a loopback that is up. */
const OFFLINE = ['unshare', '--user', '--map-root-user', '--net'];
const mayBeOffline = spawnSync(OFFLINE[0]!, [...OFFLINE.slice(1), 'true']).status === 0;

function start(argv: string[], before: readonly string[] = []) {
  const main = path.join(repository, 'src/cli/main.ts');
  const [program, ...rest] = [...before, process.execPath, main, 'chat', '--gpu', 'off', ...argv];
  const child = spawn(program!, rest, {
    env: { ...process.env, QUIRE_DATA_DIR: folder, NODE_NO_WARNINGS: '1' },
    cwd: folder,
  });
  const ended = Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('exit', resolve)),
  ]).then(([out, err, code]) => ({ out, err, code }));
  return { child, ended };
}
const run = (...argv: string[]) => start(argv).ended;
const entriesOf = (file: string): Entry[] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('quire chat', () => {
  // An engine that was begun there, too: it is the first test.
  const skip = !mayBeOffline && 'this system gives nobody a network of their own';
  it('needs no network, nor does the engine that it begins', { skip }, async () => {
    const { out, err, code } = await start(
      ['--model', model, '--max-tokens', '16', '--json', 'Are you there?'],
      OFFLINE,
    ).ended;
    assert.equal(code, 0, err);
    assert.ok(JSON.parse(out).generatedTokens > 0);
  });

  it('goes on with a conversation, and computes only what is new of it', async () => {
    const conversation = path.join(folder, 'talk.jsonl');
    const attached = path.join(folder, 'a.ts');
    writeFileSync(attached, 'export const answer = 42;\n'.repeat(30));
    const argv = ['--model', model, '--conversation', conversation, '--max-tokens', '40', '--json'];
    const first = await run(...argv, '--attach', attached, 'What is it?');
    assert.equal(first.code, 0, first.err);
    const one = JSON.parse(first.out);
    const second = await run(...argv, 'And then?');
    assert.equal(second.code, 0, second.err);
    const two = JSON.parse(second.out);
    const fresh = two.promptTokens - one.promptTokens - one.generatedTokens;
    assert(two.computedTokens <= fresh + PAGE && fresh < 60, `${two.computedTokens} computed, ${fresh} new`);
    const kept = entriesOf(conversation);
    assert.deepEqual(
      kept.map(({ type }) => type),
      ['conversation', 'user', 'assistant', 'user', 'assistant'],
    );
    const texts = kept.flatMap((entry) => (entry.type === 'assistant' ? [entry.text] : []));
    assert.deepEqual(texts, [one.text, two.text]);
  });

  it('goes on without end in a small context: earlier turns are told in short, and attachments cut, which is said', async () => {
    const conversation = path.join(folder, 'long.jsonl');
    const attached = path.join(folder, 'long.ts');
    writeFileSync(attached, Array.from({ length: 400 }, (_, n) => `export const value${n} = ${n};\n`).join(''));
    const argv = ['--model', small, '--conversation', conversation, '--max-tokens', '160', '--json'];
    let saidShort = 0;
    for (let turn = 0; turn < 30; turn++) {
      const more = turn % 10 === 4 ? ['--attach', attached] : [];
      const { code, out, err } = await run(...argv, ...more, `What of ${turn}?`);
      assert.equal(code, 0, `turn ${turn}: ${err}`);
      const { leftOutTurns, promptTokens, generatedTokens } = JSON.parse(out);
      assert.equal(leftOutTurns, 0, 'the plan says what is left out, not the engine');
      assert(promptTokens + generatedTokens <= 1024);
      assert.equal(/long\.ts: lines \d+-400 of 400 left out/.test(err), more.length > 0, err);
      if (/told in short/.test(err)) saidShort++;
    }
    const kept = entriesOf(conversation);
    const count = (type: Entry['type']) => kept.filter((entry) => entry.type === type).length;
    assert.deepEqual([count('user'), count('assistant'), count('compaction')], [30, 30, saidShort]);
    assert(saidShort > 2);
    // What the panel reads of it: one line of turns, from the first to the last.
    const read = new Conversation('read', kept);
    const spoken = read.path().filter(({ type }) => type === 'user' || type === 'assistant');
    assert.deepEqual([read.unread, spoken.length], [0, 60]);
    assert.equal(read.branch().compaction?.type, 'compaction');
  });

  it('refuses in words a model that cannot chat, secrets, and what git ignores, and leaves no question behind', async () => {
    const conversation = path.join(folder, 'refused.jsonl');
    const bundled = await run('--conversation', conversation, 'Why?');
    assert.equal(bundled.code, 1);
    assert.match(bundled.err, /cannot chat: it has no chat template\. Choose a chat model with --model/);
    assert.deepEqual(
      entriesOf(conversation).map(({ type }) => type),
      ['conversation'],
    );
    const repo = path.join(folder, 'repo');
    mkdirSync(path.join(repo, '.git'), { recursive: true });
    writeFileSync(path.join(repo, '.git/HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(path.join(repo, '.gitignore'), 'out/\n');
    mkdirSync(path.join(repo, 'out'));
    for (const file of ['.env', 'out/a.js']) {
      writeFileSync(path.join(repo, file), 'SECRET_7f3a=1\n');
      const refused = await run('--model', model, '--attach', path.join(repo, file), 'Why?');
      assert.equal(refused.code, 1);
      assert.match(refused.err, /is not attached/);
      assert.doesNotMatch(refused.err, /SECRET_7f3a/);
    }
    assert.equal((await run('--model', model)).code, 2);
  });

  it('ends at Ctrl-C with what is there', { skip: process.platform === 'win32' }, async () => {
    const conversation = path.join(folder, 'stopped.jsonl');
    const { child, ended } = start(['--model', slow, '--conversation', conversation, '--max-tokens', '2000', 'Go on.']);
    child.stdout.once('data', () => child.kill('SIGINT'));
    const { out, err, code } = await ended;
    assert.deepEqual([code, err.includes('stopped')], [1, true]);
    const last = entriesOf(conversation).at(-1)!;
    assert(last.type === 'assistant' && last.state === 'stopped' && out === `${last.text.trimStart()}\n`);
  });
});
