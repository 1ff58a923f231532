/** `quire memory`, from the command line to the file. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text as textFrom } from 'node:stream/consumers';
import { after, describe, it } from 'node:test';
import { endpointFiles, readEndpointFile } from '../../src/engine/endpoint.ts';
import type { MemoryAudit, MemoryItem, MemorySearchResult } from '../../src/engine/protocol/index.ts';
import { gone, privateRuntime, repository } from '../helpers/engine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-command-'));
const runtime = privateRuntime();
const environment = { ...process.env, QUIRE_DATA_DIR: path.join(folder, 'data'), NODE_NO_WARNINGS: '1' };
const db = path.join(folder, 'lone.db');
const project = path.join(folder, 'project');

after(async () => {
  for (const { pid } of endpointFiles().flatMap((file) => readEndpointFile(file) ?? [])) {
    process.kill(pid);
    await gone(pid);
  }
  await runtime.dispose();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

mkdirSync(path.join(project, 'src'), { recursive: true });
writeFileSync(
  path.join(project, 'src/pool.ts'),
  '/** Lends out pages of zebra memory. */\nexport class PagePool {\n  lend(): void {}\n}\n',
);

interface Ran {
  code: number | null;
  out: string;
  err: string;
}

async function quire(argv: string[], input = ''): Promise<Ran> {
  const command = [path.join(repository, 'src/cli/main.ts'), 'memory', ...argv];
  const child = spawn(process.execPath, command, { env: environment, stdio: 'pipe' });
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [out, err, code] = await Promise.all([textFrom(child.stdout), textFrom(child.stderr), ended]);
  return { code, out, err };
}

/** What a command that does its work prints. */
async function told(argv: string[], input?: string): Promise<string> {
  const { code, out, err } = await quire(argv, input);
  assert.equal(code, 0, err);
  return out;
}

describe('quire memory', () => {
  it('adds, lists, searches, says why, pins, forgets and undoes, for people and as JSON', async () => {
    const at = ['--db', db];
    assert.match(
      await told(['add', ...at, '--text', 'The ibis service listens on 7100.']),
      /^1 {2}fact, person\n {4}The ibis/,
    );
    const added: MemoryItem = JSON.parse(
      await told(['add', ...at, '--text', 'Prefer tabs in Makefiles.', '--kind', 'proposal', '--json']),
    );
    assert.deepEqual([added.id, added.kind], [2, 'proposal']);
    assert.match(await told(['list', ...at]), /^2 {2}proposal.*\n {4}Prefer tabs.*\n\n1 {2}fact/);
    assert.equal(JSON.parse(await told(['list', ...at, '--kind', 'fact', '--json'])).total, 1);
    const query = 'where does the ibis service listen?';
    const found: MemorySearchResult = JSON.parse(await told(['search', ...at, '--json', '--top', '1', query]));
    assert.deepEqual([found.hits.length, found.hits[0]!.item.id], [1, 1]);
    assert.doesNotMatch(await told(['search', ...at, query]), /recency/);
    assert.match(
      await told(['why', ...at, query]),
      /1 {2}[\d.]+ {2}fact .*ibis.*\n {4}= words [\d.]+ \+ vector [\d.]+ \+ recency [\d.]+ \+ ranking/,
    );
    assert.match(await told(['search', ...at, 'quokka vfrtzk']), /^Nothing of 2 memories is relevant/);
    const lights = 'which harbour lights are red when makefiles sail past the quay at midnight';
    assert.match(
      await told(['search', ...at, lights]),
      /^Of 2 memories none is surely relevant. The nearest:\n\n2 {2}/,
    );
    const far = JSON.parse(await told(['search', ...at, '--json', lights]));
    assert.deepEqual([far.hits.length, far.nearest[0].item.id], [0, 2]);
    assert.match(await told(['pin', ...at, '1']), /pinned/);
    assert.equal(JSON.parse(await told(['list', ...at, '--pinned', '--json'])).items[0].id, 1);
    assert.doesNotMatch(await told(['unpin', ...at, '1']), /pinned/);
    assert.equal(await told(['forget', ...at, '2', '77']), 'Forgot 1 of 2.\n');
    const change = /^(\d+) .*Forgot “Prefer tabs/m.exec(await told(['journal', ...at]))?.[1];
    assert.match(await told(['undo', ...at, change!]), /undone/);
    assert.match(await told(['list', ...at]), /Prefer tabs/);
  });

  it('indexes and audits a folder, by itself or as the workspace of the editor', async () => {
    const { code, out, err } = await quire(['index', '--db', db, project]);
    assert.deepEqual([code, out.startsWith('Indexing is idle: 1 of 1 file')], [0, true]);
    assert.match(err, /^quire: \d+ of 1 files/m);
    assert.match(await told(['search', '--db', db, 'zebra memory']), /file {2}src\/pool\.ts/);
    await told(['index', '--folder', project]);
    const about = ['--about', 'src/pool.ts:3'];
    const fact: MemoryItem = JSON.parse(
      await told(['add', '--folder', project, '--text', 'Lending is slow on Macs.', ...about, '--json']),
    );
    assert.equal(fact.sentences[0]!.anchors[0]!.symbol, 'PagePool.lend');
    const audit: MemoryAudit = JSON.parse(await told(['audit', '--folder', project, '--json']));
    assert.deepEqual([audit.stale, audit.secrets, audit.namesThatExist], [0, 0, 1]);
    assert.match(await told(['audit', '--folder', project]), /names that exist {2}100\.0 %/);
  });

  it('is off when it is told so, and erased only when that is meant', async () => {
    assert.match(await told(['off', '--folder', project]), /^Off: .*switched off/);
    const refused = await quire(['add', '--folder', project, '--text', 'Nothing of this.']);
    assert.deepEqual([refused.code, /Switch it on/.test(refused.err)], [1, true]);
    assert.match(await told(['on', '--folder', project]), /^On: 1 fact, /);
    const unsure = await quire(['erase', '--db', db]);
    assert.deepEqual([unsure.code, /--yes/.test(unsure.err), existsSync(db)], [2, true, true]);
    assert.match(await told(['erase', '--db', db, '--yes']), /^Erased \d+ memories, \d+ bytes on disk\.\n$/);
    assert.equal(existsSync(db), false);
    assert.match(await told(['erase', '--folder', project, '--yes']), /and the computed pages of prompts/);
  });

  it('says what it does not understand, before anything is started or made', async () => {
    const at = ['--db', path.join(folder, 'never.db')];
    const wrong: [string[], RegExp][] = [
      [[], /memory wants one of add, search/],
      [['fly'], /memory wants one of/],
      [['list'], /one of --db and --folder/],
      [['list', '--db', ''], /one of --db and --folder/],
      [['list', ...at, '--folder', project], /one of --db and --folder/],
      [['add', ...at], /wants --text/],
      [['add', ...at, '--text', 'a', '--kind', 'symbol'], /fact or proposal/],
      [['add', ...at, '--text', 'a', '--about', 'a.ts:5-2'], /names no lines/],
      [['search', ...at], /one QUERY/],
      [['search', ...at, 'a', 'b'], /one QUERY/],
      [['search', ...at, '--top', '99', 'a'], /--top must be a whole number from 1 to 50/],
      [['list', ...at, '--kind', 'facts'], /--kind must be one of symbol/],
      [['list', ...at, '--text', 'a'], /memory list takes no --text/],
      [['pin', ...at, 'one'], /the number of a memory/],
      [['undo', ...at, '1', '2'], /one change/],
      [['index', '--folder', project, project], /no other folder/],
      [['list', ...at, '--frobnicate'], /frobnicate/],
    ];
    const ran = await Promise.all(wrong.map(([argv]) => quire(argv)));
    for (const [at, { code, err }] of ran.entries()) {
      assert.equal(code, 2, wrong[at]![0].join(' '));
      assert.match(err, wrong[at]![1]);
    }
    assert.equal(existsSync(at[1]!), false);
    const { code, err } = await quire(['list', ...at]);
    assert.deepEqual([code, err.includes('never.db: memory add, import or index begins one')], [1, true]);
    assert.equal(existsSync(at[1]!), false);
    const nowhere = await quire(['index', '--folder', path.join(folder, 'nowhere')]);
    assert.deepEqual([nowhere.code, /there is no folder/.test(nowhere.err)], [1, true]);
  });

  it('says of a damaged file that it was put aside, whatever is asked first', async () => {
    const damaged = path.join(folder, 'damaged.db');
    writeFileSync(damaged, 'SQLite format 3\0and nothing that follows');
    const { code, out, err } = await quire(['list', '--db', damaged]);
    assert.deepEqual([code, out], [0, 'Nothing is remembered.\n']);
    assert.match(err, /^quire: The memory's file was damaged .*kept as damaged\.db\.broken-/);
  });
});
