import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { ReplayReport } from '../../src/cli/replayReport.ts';
import { gone, repository } from '../helpers/engine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'qr-'));
after(() => rmSync(folder, { recursive: true }));
/** Where the command makes its runtime folders. */
const temporary = path.join(folder, 'tmp');
mkdirSync(temporary);

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** `quire replay` from source, on the CPU. */
function start(...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const main = path.join(repository, 'src/cli/main.ts');
  const child = spawn(process.execPath, [main, 'replay', '--gpu', 'off', ...args], {
    env: { ...process.env, TMPDIR: temporary, TEMP: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  return { child, ended: once(child, 'close').then(([code]) => ({ code, stdout, stderr })) };
}

async function reported(...args: string[]): Promise<ReplayReport> {
  const { code, stdout, stderr } = await start(...args).ended;
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^\{.*\}\n$/, 'one JSON object');
  return JSON.parse(stdout);
}

function traceFile(name: string, lines: readonly string[]): string {
  const file = path.join(folder, name);
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}

/** The first seconds of a committed trace. */
function beginningOf(name: string, seconds: number): { file: string; lines: string[]; completions: number } {
  const lines = readFileSync(path.join(repository, 'test/traces', name), 'utf8')
    .trimEnd()
    .split('\n');
  const first = lines.filter((line) => JSON.parse(line).t <= seconds * 1000);
  const completions = first.filter((line) => JSON.parse(line).type === 'complete').length;
  return { file: traceFile(name, first), lines: first, completions };
}

describe('quire replay', () => {
  const typing = beginningOf('typing.jsonl', 8);

  it('reports a typing session, with what came from the cache', async () => {
    const { keystroke, chat, background, kv, scheduler, machine } = await reported(
      '--trace',
      typing.file,
      '--speed',
      '2',
    );
    assert.equal(keystroke.count, typing.completions);
    assert.equal(keystroke.finished + keystroke.cancelled, keystroke.count);
    assert.equal(keystroke.failed, 0);
    assert.ok(keystroke.cachedTokens > 0 && keystroke.cachedTokens < keystroke.promptTokens);
    assert.ok(keystroke.computedTokens > 0 && keystroke.generatedTokens > 0);
    const { p50, p95, p99, max } = keystroke.firstTokenMs;
    assert.ok(p50 && p95 && p99 && max && 0 < p50 && p50 <= p95 && p95 <= p99 && p99 <= max);
    assert.equal(chat.count + background.count, 0);
    assert.ok(kv.pagesPeak > 0 && kv.pagesPeak <= kv.pagesTotal);
    assert.ok(scheduler.iterations >= keystroke.finished);
    assert.equal(machine.model, 'tiny-code-fim');
    assert.equal(machine.device, 'cpu');
  });

  it('computes everything anew with --no-reuse', async () => {
    const { keystroke } = await reported('--trace', typing.file, '--speed', '4', '--no-reuse');
    assert.equal(keystroke.count, typing.completions);
    assert.equal(keystroke.cachedTokens, 0);
    assert.ok(keystroke.computedTokens > 0);
  });

  it('plays chats beside the typing, faster, and in order of arrival with --no-preempt', async () => {
    const { file, lines, completions } = beginningOf('mixed.jsonl', 8);
    const chats = lines.filter((line) => JSON.parse(line).type === 'chat').length;
    for (const policy of [[], ['--no-preempt']]) {
      const { keystroke, chat } = await reported('--trace', file, '--speed', '4', ...policy);
      assert.equal(keystroke.count, completions);
      assert.deepEqual([chat.count, chat.finished], [chats, chats]);
      assert.ok(chat.generatedTokens > 100, `${chat.generatedTokens} tokens`);
    }
  });

  it('says which line is wrong before it starts anything', async () => {
    const wrong = traceFile('wrong.jsonl', [
      ...typing.lines.slice(0, 9),
      '{"t":1e6,"type":"cancel","path":"other.ts"}',
    ]);
    const { code, stdout, stderr } = await start('--trace', wrong).ended;
    assert.deepEqual([code, stdout, stderr], [1, '', `quire: ${wrong}:10: other.ts is not open\n`]);
  });

  it('says when there is no trace or no model', async () => {
    const missing = await start('--trace', path.join(folder, 'none.jsonl')).ended;
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /^quire: there is no file .*none\.jsonl\n$/);
    const model = await start('--trace', typing.file, '--model', path.join(folder, 'none.gguf')).ended;
    assert.equal(model.code, 1);
    assert.match(model.stderr, /^quire: .*none\.gguf cannot be found/);
  });

  for (const [why, args, complaint] of [
    ['no trace', [], /^quire: --trace is missing\n/],
    ['no speed', ['--trace', 'x', '--speed', '0'], /^quire: --speed must be a number above 0, not '0'\n/],
    ['an unknown option', ['--trace', 'x', '--fast'], /^quire: .*--fast/],
  ] as const) {
    it(`refuses ${why}`, async () => {
      const { code, stdout, stderr } = await start(...args).ended;
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, complaint);
    });
  }

  if (process.platform !== 'win32') {
    it('takes its engine and its folder with it when it is interrupted', async () => {
      const hour = '{"t":3600000,"type":"close","path":"src/completion/trigger.ts"}';
      const { child, ended } = start('--trace', traceFile('long.jsonl', [...typing.lines, hour]));
      await new Promise<void>((resolve) => {
        child.stderr?.on('data', (chunk) => /running/.test(String(chunk)) && resolve());
      });
      const [runtime] = readdirSync(temporary);
      assert.ok(runtime);
      const file = readdirSync(path.join(temporary, runtime)).find((name) => name.endsWith('.json'));
      const { pid } = JSON.parse(readFileSync(path.join(temporary, runtime, file ?? ''), 'utf8'));
      child.kill('SIGINT');
      const { code, stdout, stderr } = await ended;
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, /quire: interrupted by SIGINT\n$/);
      await gone(pid);
      assert.deepEqual(readdirSync(temporary), []);
    });
  }
});
