import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { PageStore } from '../../../../../../src/engine/server/storage/pages/pageStore.ts';
import { saved, temporaryFolder } from './savedPages.ts';

const opened: PageStore[] = [];
after(() => {
  for (const disk of opened) disk.close();
});
const folder = temporaryFolder();
let number = 0;

/** A tier on a folder of its own, or on a given one. */
function tier({ at = path.join(folder, String(number++)), model = 'm', maxBytes = 1e6 } = {}) {
  const logged: string[] = [];
  const gone: string[] = [];
  const disk = new PageStore({ folder: at, model, maxBytes, log: (_level, message) => logged.push(message) });
  disk.listen((key) => gone.push(key));
  opened.push(disk);
  return { disk, at, logged, gone, reopen: () => tier({ at, model, maxBytes }) };
}

/** Runs SQL on the file as somebody else: all values that come back. */
function meddle(at: string, sql: string): unknown[] {
  const database = new DatabaseSync(path.join(at, 'pages.sqlite'));
  const rows = database.prepare(sql).all();
  database.close();
  return rows.flatMap((row) => Object.values(row));
}

const pagesOfFile = (at: string) => Number(meddle(at, 'PRAGMA page_count')[0]);

const keysOf = (records: { key: string }[]) => records.map(({ key }) => key);

describe('PageStore', () => {
  it('brings back what was put, with its record, now and after reopening', () => {
    const { disk, reopen } = tier();
    const pages = ['a', 'a-b', 'a-b-c', 'd'].map((name, i) => saved(name, i * 1000));
    for (const page of pages) assert.ok(disk.put(page));
    for (const page of pages) assert.deepEqual(disk.get(page.record.key), page);
    disk.close();
    assert.equal(disk.get('w/a'), undefined);
    const again = reopen().disk;
    for (const page of pages) assert.deepEqual(again.get(page.record.key), page);
    assert.equal(again.status().pages, 4);
  });

  it('loads a workspace, parents before children, and nothing of another workspace or model', () => {
    const { disk, at, gone } = tier();
    const other = tier({ at, model: 'n' }).disk;
    for (const name of ['a-b', 'a-b-c', 'a', 'd', 'a-x']) disk.put(saved(name));
    disk.put(saved('a', 100, 'v'));
    other.put(saved('z'));
    other.put(saved('a', 300));
    const records = disk.load('w');
    assert.deepEqual(new Set(keysOf(records)), new Set(['w/a', 'w/a-b', 'w/a-b-c', 'w/a-x', 'w/d']));
    for (const [i, { parent }] of records.entries()) {
      assert.ok(parent === null || keysOf(records.slice(0, i)).includes(parent));
    }
    assert.deepEqual(
      records.find(({ key }) => key === 'w/a-b'),
      saved('a-b').record,
    );
    assert.deepEqual(keysOf(other.load('w')).sort(), ['w/a', 'w/z']);
    assert.equal(disk.get('w/a')?.page.length, 200);
    assert.equal(disk.get('w/z'), undefined);
    assert.deepEqual(gone, []);
  });

  it('drops what no line leads to', () => {
    const { disk, gone, reopen } = tier();
    for (const name of ['a', 'x-y', 'x-y-z']) disk.put(saved(name));
    assert.deepEqual(keysOf(disk.load('w')), ['w/a']);
    assert.deepEqual(gone.sort(), ['w/x-y', 'w/x-y-z']);
    disk.close();
    assert.equal(reopen().disk.has('w/x-y-z'), false);
  });

  it('holds its bound over all models, the least recently used leaves going first', () => {
    const { disk, at, gone } = tier({ maxBytes: 3000 });
    const other = tier({ at, model: 'n', maxBytes: 3000 });
    for (const name of ['a', 'a-b', 'a-c']) disk.put(saved(name, 900));
    disk.touch('w/a-b');
    disk.put(saved('d', 900));
    assert.deepEqual(gone, ['w/a-c']);
    other.disk.put(saved('e', 1800));
    disk.tidy(performance.now());
    assert.deepEqual(gone.sort(), ['w/a', 'w/a-b', 'w/a-c']);
    assert.ok(disk.has('w/d'));
    assert.ok(disk.status().bytes + other.disk.status().bytes <= 3000);
    assert.equal(disk.put(saved('huge', 4000)), false);
    assert.ok(disk.has('w/d'));
  });

  it('does not hold a line that is longer than its bound', () => {
    const { disk } = tier({ maxBytes: 2000 });
    assert.deepEqual(
      ['a', 'a-b', 'a-b-c'].map((name) => disk.put(saved(name, 900))),
      [true, true, false],
    );
    assert.deepEqual(keysOf(disk.load('w')), ['w/a', 'w/a-b']);
  });

  it('comes down to a smaller bound when it is opened', () => {
    const { disk, at } = tier();
    for (const name of ['a', 'a-b', 'c']) disk.put(saved(name, 900));
    disk.close();
    const { pages, bytes } = tier({ at, maxBytes: 1000 }).disk.status();
    assert.deepEqual([pages, bytes <= 1000], [1, true]);
  });

  it('remembers the last use and the drops over a restart', () => {
    const { disk, at } = tier();
    for (const name of ['a', 'b', 'c', 'd']) disk.put(saved(name, 900));
    disk.touch('w/a');
    disk.drop('w/b');
    assert.equal(disk.get('w/b'), undefined);
    disk.close();
    const { disk: again } = tier({ at, maxBytes: 2800 });
    assert.equal(again.has('w/b'), false);
    again.put(saved('e', 900));
    assert.deepEqual(
      ['a', 'c', 'd', 'e'].map((name) => again.has(`w/${name}`)),
      [true, false, true, true],
    );
  });

  it('writes last uses by themselves when nothing else is written for long', (test) => {
    const { disk, at } = tier();
    for (const name of ['a', 'b', 'c']) disk.put(saved(name));
    for (const key of ['w/b', 'w/a']) disk.touch(key);
    const order = () => meddle(at, 'SELECT key FROM pages ORDER BY used');
    assert.ok(disk.tidy(performance.now() + 1000));
    assert.deepEqual(order(), ['w/a', 'w/b', 'w/c']);
    const later = performance.now() + 60_000;
    test.mock.method(performance, 'now', () => later);
    assert.equal(disk.tidy(later), false);
    assert.ok(disk.tidy(later + 1));
    assert.deepEqual(order(), ['w/c', 'w/b', 'w/a']);
  });

  it('takes a page again that was dropped', () => {
    const { disk, reopen } = tier();
    disk.put(saved('a'));
    disk.drop('w/a');
    assert.ok(disk.put(saved('a', 500)));
    disk.close();
    assert.deepEqual(reopen().disk.get('w/a'), saved('a', 500));
  });

  it('comes down to a smaller bound at once, and gives the space back', () => {
    const { disk, at, gone } = tier();
    for (let i = 0; i < 40; i++) disk.put(saved(`${i}`, 20_000));
    const before = pagesOfFile(at);
    disk.setMaxBytes(100_000);
    assert.deepEqual([disk.has('w/0'), disk.has('w/39'), gone.length], [false, true, 36]);
    while (!disk.tidy(performance.now() + 1));
    assert.ok(pagesOfFile(at) < before / 4);
  });

  it('has a page once, however often it is put', () => {
    const { disk, at } = tier();
    for (const name of ['a', 'b', 'a']) assert.ok(disk.put(saved(name)));
    disk.close();
    assert.deepEqual(meddle(at, 'SELECT key FROM pages ORDER BY used'), ['w/b', 'w/a']);
  });

  it('sees what another engine wrote and removed', () => {
    const { disk, at, gone } = tier();
    const other = tier({ at }).disk;
    other.put(saved('a'));
    other.put(saved('b'));
    assert.ok(disk.tidy(performance.now() + 1000));
    assert.deepEqual(disk.get('w/a'), saved('a'));
    other.drop('w/a');
    other.drop('w/b');
    other.close();
    assert.equal(disk.get('w/a'), undefined);
    disk.tidy(performance.now());
    assert.deepEqual(gone, ['w/a', 'w/b']);
  });

  for (const [what, sql] of [
    ['cut short', 'UPDATE blobs SET blob = substr(blob, 1, 50)'],
    ['not there', 'DELETE FROM blobs'],
    ['of another size', 'UPDATE pages SET size = size - 1'],
    ['of an unknown codec', 'UPDATE pages SET codec = 7'],
    ['with half a token', "UPDATE pages SET tokens = x'010203'"],
  ] as const) {
    it(`has no page that is ${what}`, () => {
      const { disk, at, gone, reopen } = tier();
      disk.put(saved('a', 5000));
      meddle(at, sql);
      assert.equal(disk.get('w/a'), undefined);
      assert.deepEqual(gone, ['w/a']);
      assert.ok(disk.put(saved('a', 5000)));
      assert.deepEqual(disk.get('w/a'), saved('a', 5000));
      disk.close();
      assert.deepEqual(reopen().disk.get('w/a'), saved('a', 5000));
    });
  }

  it('is empty, and works, where the file was no database', () => {
    const { disk, at } = tier();
    disk.put(saved('a'));
    disk.close();
    writeFileSync(path.join(at, 'pages.sqlite'), 'not a database '.repeat(5000));
    const { disk: again, logged } = tier({ at });
    assert.equal(logged.length, 1);
    assert.deepEqual(again.load('w'), []);
    assert.ok(again.put(saved('a')));
  });

  it('is off where there can be no folder', () => {
    const file = path.join(folder, 'a file');
    writeFileSync(file, '');
    const { disk, logged } = tier({ at: path.join(file, 'below') });
    assert.equal(logged.length, 1);
    assert.equal(disk.on, false);
    assert.equal(disk.put(saved('a')), false);
    assert.equal(disk.get('w/a'), undefined);
    assert.deepEqual(disk.load('w'), []);
    assert.ok(disk.tidy(performance.now()));
    assert.deepEqual(disk.status(), { pages: 0, bytes: 0, limitBytes: 0 });
    disk.close();
    assert.equal(logged.length, 1);
  });

  it('skips a page while somebody writes, and turns itself off when that does not end', () => {
    const { disk, at, gone, logged } = tier();
    disk.put(saved('a'));
    const other = new DatabaseSync(path.join(at, 'pages.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    assert.equal(disk.put(saved('b')), false);
    other.exec('ROLLBACK');
    assert.ok(disk.put(saved('b')));
    other.exec('BEGIN IMMEDIATE');
    for (let i = 0; i < 10; i++) assert.equal(disk.put(saved(`c${i}`)), false);
    other.close();
    assert.equal(disk.on, false);
    assert.deepEqual(gone, ['w/a', 'w/b']);
    assert.equal(logged.length, 1);
  });

  for (const how of ['ABORT', 'ROLLBACK']) {
    it(`writes nothing of a page that cannot be written whole (${how})`, () => {
      const { disk, at, gone, reopen } = tier();
      disk.put(saved('a'));
      meddle(at, `CREATE TRIGGER broken BEFORE INSERT ON blobs BEGIN SELECT RAISE(${how}, 'broken'); END`);
      assert.equal(disk.put(saved('a-b')), false);
      assert.deepEqual(meddle(at, 'SELECT key, children FROM pages'), ['w/a', 0]);
      meddle(at, 'DROP TRIGGER broken');
      assert.ok(disk.put(saved('a-b')));
      assert.deepEqual(gone, []);
      disk.close();
      assert.equal(reopen().disk.status().pages, 2);
    });
  }

  it('turns itself off when the file is damaged under it, so that the next one is made anew', () => {
    const { disk, at, gone, logged } = tier({ maxBytes: 1e8 });
    const names = Array.from({ length: 100 }, (_, i) => `${i}`);
    for (const name of names) disk.put(saved(name, 60_000));
    meddle(at, 'PRAGMA wal_checkpoint(TRUNCATE)');
    const file = path.join(at, 'pages.sqlite');
    writeFileSync(file, readFileSync(file).fill(0xa5, 20 * 8192));
    for (const name of names) {
      const found = disk.get(`w/${name}`);
      if (found) assert.deepEqual(found, saved(name, 60_000));
    }
    assert.equal(disk.on, false);
    assert.equal(new Set(gone).size, 100);
    assert.equal(gone.length, 100);
    assert.equal(logged.length, 1);
    const { disk: next } = tier({ at });
    assert.ok(next.put(saved('a')));
    assert.equal(next.status().pages, 1);
  });

  it('keeps everything that was put before the engine was killed', async () => {
    const at = path.join(folder, 'killed');
    const source = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
    const code = `import { PageStore } from ${source('../../../../../../src/engine/server/storage/pages/pageStore.ts')};
      const log = () => {};
      const disk = new PageStore({ folder: ${JSON.stringify(at)}, model: 'm', maxBytes: 1e8, log });
      for (let i = 0; ; i++) {
        const page = new Uint8Array(30_000).map((_, at) => (at * 7919 + i) >> 3);
        disk.put({ record: { key: 'w/' + i, parent: i ? 'w/' + (i - 1) : null, workspace: 'w', tokens: [i] }, page });
        if (i === 40) process.stdout.write('forty');
      }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { disk, logged } = tier({ at, maxBytes: 1e8 });
    const records = disk.load('w');
    assert.ok(records.length > 40);
    assert.equal(records.length, disk.status().pages);
    for (const [i, { key }] of records.entries()) {
      assert.deepEqual(
        disk.get(key)?.page,
        new Uint8Array(30_000).map((_, at) => (at * 7919 + i) >> 3),
      );
    }
    assert.deepEqual(logged, []);
  });
});
