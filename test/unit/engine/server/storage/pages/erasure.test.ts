import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { erase } from '../../../../../../src/engine/server/storage/pages/erasure.ts';
import { PageStore } from '../../../../../../src/engine/server/storage/pages/pageStore.ts';
import { SavedPages } from '../../../../../../src/engine/server/storage/pages/savedPages.ts';
import { LocalStorage } from '../localStorage.ts';
import { pageOf, temporaryFolder } from './savedPages.ts';

const folder = temporaryFolder();
let number = 0;

const WORKSPACE = 'file:///home/somebody/secret-project';
/** Tokens that spell something, and stay as they are on disk. */
const TOKENS = Array.from(new Int32Array(new Uint8Array(Buffer.from('const password =')).buffer));
const PATTERN = Buffer.from('a line of the secret source code');

function store(at: string, model = 'm') {
  const log = (_level: string, message: string): void => assert.fail(message);
  return new PageStore({ folder: at, model, maxBytes: 1e8, log });
}

/** Pages of both kinds of packing, so large that they go over many pages of the file, and so small that they share one. */
function fill(disk: PageStore, workspace: string, pattern: Buffer): void {
  for (let i = 0; i < 60; i++) {
    const noise = pageOf(`${workspace} ${i}`, [50, 9000, 60_000][i % 3]!);
    const raw = i % 2 === 0;
    const page = raw ? Buffer.concat([noise, pattern]) : Buffer.alloc(20_000, pattern);
    const record = { key: `${workspace}/${i}`, parent: null, workspace, tokens: TOKENS };
    assert.ok(disk.put({ record, page: new Uint8Array(page) }));
  }
}

/** What of a workspace can be found in the files of a folder. */
function traces(at: string): string[] {
  const found: string[] = [];
  for (const name of existsSync(at) ? readdirSync(at) : []) {
    const bytes = readFileSync(path.join(at, name));
    for (const what of [WORKSPACE, PATTERN, Buffer.from(Int32Array.from(TOKENS).buffer)]) {
      if (bytes.includes(what)) found.push(`${name}: ${what.toString('latin1')}`);
    }
  }
  return found;
}

const make = () => path.join(folder, String(number++));

describe('erase', () => {
  it('leaves no byte of a workspace in any file, and all of the others', async () => {
    const at = make();
    const [disk, other] = [store(at), store(at, 'n')];
    fill(disk, WORKSPACE, PATTERN);
    fill(other, WORKSPACE, PATTERN);
    const kept = { record: { key: 'k', parent: null, workspace: 'v', tokens: [1] }, page: pageOf('kept', 30_000) };
    disk.put(kept);
    // Some leave in the ordinary way, and come again.
    for (let i = 0; i < 60; i += 3) disk.drop(`${WORKSPACE}/${i}`);
    disk.put({ ...kept, record: { ...kept.record, key: 'l' } });
    assert.equal(new Set(traces(at).map((trace) => trace.split(': ')[1])).size, 3);
    assert.equal(await erase({ folder: at, workspace: WORKSPACE, log: assert.fail }), true);
    assert.deepEqual(traces(at), []);
    assert.deepEqual(disk.get('k'), kept);
    assert.deepEqual([disk.load(WORKSPACE), other.load(WORKSPACE), disk.status().pages], [[], [], 2]);
    disk.close();
    other.close();
    assert.deepEqual(traces(at), []);
  });

  it('waits for another engine that reads, and says when that was in vain', async () => {
    const at = make();
    const disk = store(at);
    fill(disk, WORKSPACE, PATTERN);
    const other = new DatabaseSync(path.join(at, 'pages.sqlite'));
    other.exec('BEGIN');
    other.prepare('SELECT count(*) FROM pages').get();
    const logged: string[] = [];
    const log = (_level: string, message: string) => logged.push(message);
    assert.equal(await erase({ folder: at, workspace: WORKSPACE, log, patienceMs: 0 }), false);
    assert.match(logged.join(), /could not be removed to the last byte/);
    assert.ok(traces(at).length > 0);
    const erased = erase({ folder: at, workspace: WORKSPACE, log, patienceMs: 60_000 });
    setTimeout(() => other.exec('COMMIT'), 200);
    assert.equal(await erased, true);
    assert.deepEqual(traces(at), []);
    assert.equal(logged.length, 1);
    other.close();
    disk.close();
  });

  it('makes no file where there is none', async () => {
    const at = make();
    assert.equal(await erase({ folder: at, workspace: WORKSPACE, log: assert.fail }), true);
    assert.equal(existsSync(at), false);
  });
});

describe('SavedPages', () => {
  it('forgets a workspace also while no model is open, and tells those that are', async () => {
    const at = make();
    const disk = store(at);
    fill(disk, WORKSPACE, PATTERN);
    disk.close();
    const local = new LocalStorage();
    const pages = new SavedPages(local.storage, { folder: at, maxBytes: 1e8 });
    const forgotten = pages.forget(WORKSPACE);
    await local.settle();
    assert.equal(await forgotten, true);
    assert.deepEqual(traces(at), []);
    await local.close();
  });

  it('deletes the file when it may keep nothing, at its beginning and later', async () => {
    const at = make();
    fill(store(at), WORKSPACE, PATTERN);
    const first = new LocalStorage();
    const pages = new SavedPages(first.storage, { folder: at, maxBytes: 1e8 });
    const tier = pages.tier('m');
    const gone: string[] = [];
    tier.listen((key) => gone.push(key));
    const loaded = tier.load(WORKSPACE);
    await first.settle();
    // Not called what they spell.
    assert.deepEqual((await loaded).keys, []);
    const limited = pages.setLimit(0);
    await first.settle();
    assert.equal(await limited, true);
    assert.deepEqual([readdirSync(at), tier.on, tier.status.pages], [[], false, 0]);
    await first.close();

    fill(store(at), WORKSPACE, PATTERN);
    const second = new LocalStorage();
    new SavedPages(second.storage, { folder: at, maxBytes: 0 });
    await second.settle();
    assert.deepEqual(readdirSync(at), []);
    await second.close();
  });
});
