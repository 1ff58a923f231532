import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { MemoryStore } from '../../../../../../../src/engine/server/services/memory/store/memoryStore.ts';
import {
  APPLICATION_ID,
  MIGRATIONS,
  migrate,
  RefusedFile,
} from '../../../../../../../src/engine/server/services/memory/store/schema.ts';
import { temporaryFolder } from '../../../storage/pages/savedPages.ts';
import { newItem } from './items.ts';

const folder = temporaryFolder();
let number = 0;
const newFile = () => path.join(folder, String(number++), 'memory.db');
const ITEMS = 200;

function filled(): string {
  const file = newFile();
  const store = new MemoryStore(file);
  store.inTransaction(() => {
    for (let i = 0; i < ITEMS; i++) store.put(newItem(`k${i}`, { text: `text ${i} ${'more of it '.repeat(40)}` }));
  });
  store.close();
  return file;
}

function change(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

const others = (file: string) => readdirSync(path.dirname(file)).filter((name) => name !== path.basename(file));

describe('openMemoryFile', () => {
  const damage: [what: string, damage: (bytes: Buffer) => Buffer, rescued: (count: number) => boolean][] = [
    ['not a database', (bytes) => bytes.fill('something else'), (count) => count === 0],
    ['cut short', (bytes) => bytes.subarray(0, bytes.length * 0.8), (count) => count > ITEMS / 10],
    [
      'overwritten in a place',
      (bytes) => bytes.fill(0xa5, bytes.length / 2, bytes.length / 2 + 8192),
      (count) => count > ITEMS / 2,
    ],
    ['overwritten at its end', (bytes) => bytes.fill(0xa5, bytes.length - 40_000), (count) => count > ITEMS / 2],
  ];
  for (const [what, damaged, isRescued] of damage) {
    it(`sets a file aside that is ${what}, and rescues what can be read`, () => {
      const file = filled();
      const bytes = Buffer.from(damaged(readFileSync(file)));
      writeFileSync(file, bytes);
      const store = new MemoryStore(file);
      const { trouble } = store.status();
      const { items, total } = store.list({ limit: ITEMS });
      assert.ok(isRescued(total), `${total} items`);
      for (const { id, key, text } of items) {
        assert.equal(key, `k${id - 1}`);
        assert.ok(text.startsWith(`text ${id - 1} more`));
        assert.ok(store.byWords(`text ${id - 1}`, 5).some((found) => found.id === id));
      }
      assert.match(trouble!, /damaged/);
      const aside = others(file).find((name) => /^memory\.db\.broken-\d{4}-\d\d-\d\d$/.test(name))!;
      assert.ok(trouble!.includes(aside));
      // SQLite counts in a file's head how often it was opened.
      assert.deepEqual(readFileSync(path.join(path.dirname(file), aside)).subarray(100), bytes.subarray(100));
      // It goes on as any other.
      const { id } = store.put(newItem('young'));
      assert.ok(items.every((item) => item.id < id));
      store.close();
      const again = new MemoryStore(file);
      assert.equal(again.status().trouble, null);
      assert.equal(again.list({}).total, total + 1);
      again.close();
    });
  }

  it('keeps a second damaged file of a day beside the first', () => {
    const file = filled();
    for (let i = 0; i < 2; i++) {
      writeFileSync(file, 'broken '.repeat(1000));
      new MemoryStore(file).close();
    }
    assert.equal(others(file).filter((name) => name.includes('.broken-')).length, 2);
  });

  it('makes an empty file into a memory: an engine was ended before it had made the tables', () => {
    const file = filled();
    truncateSync(file);
    const store = new MemoryStore(file);
    assert.equal(store.status().trouble, null);
    store.close();
  });

  const refused: [what: string, sql: string, why: RegExp][] = [
    ['of a newer version', `PRAGMA user_version = ${MIGRATIONS.length + 1}`, /newer version of Quire.*Update Quire/],
    ['of another program', 'PRAGMA application_id = 7', /of another program/],
    ['of another program that has no name', 'PRAGMA application_id = 0; PRAGMA user_version = 0', /of another program/],
  ];
  for (const [what, sql, why] of refused) {
    it(`refuses a file ${what}, and leaves it as it is`, () => {
      const file = filled();
      change(file, sql);
      const before = readFileSync(file);
      assert.throws(
        () => new MemoryStore(file),
        (error: Error) => error instanceof RefusedFile && why.test(error.message),
      );
      assert.deepEqual(readFileSync(file), before);
      assert.deepEqual(others(file), []);
    });
  }

  it('brings a file of the first version to this one, with its items and their words', () => {
    const file = newFile();
    mkdirSync(path.dirname(file), { recursive: true });
    const old = new DatabaseSync(file);
    migrate(old, 'memory.db', MIGRATIONS.slice(0, 1));
    old.exec(`
      INSERT INTO items VALUES (7, 'a', 'fact', 'person', 'person', 'Tabs', NULL, 'We use tabs.', NULL, '[]', 1, 1, 5, 5,
        NULL, 0, 1, NULL, '[]', NULL);
      INSERT INTO words (rowid, title, path, text, kind) VALUES (7, 'tab', '', 'we use tab', 'fact');
      INSERT INTO state VALUES ('.words', '1');`);
    old.close();
    const store = new MemoryStore(file);
    assert.equal(store.status().trouble, null);
    assert.deepEqual(
      store.byWords('tabs', 5).map(({ id }) => id),
      [7],
    );
    store.setBody(7, 'quokka');
    assert.deepEqual([store.byWords('quokka', 5).length, store.get(7)!.pinned, store.body(7)], [1, true, 'quokka']);
    store.close();
  });

  it('brings a file of each older version to the newest, with everything that is in it', () => {
    const file = filled();
    const database = new DatabaseSync(file);
    migrate(database, 'memory.db', [...MIGRATIONS, 'ALTER TABLE items ADD COLUMN mood TEXT', 'CREATE TABLE more (a)']);
    assert.equal(database.prepare('SELECT count(*) AS n FROM items WHERE mood IS NULL').get()?.n, ITEMS);
    assert.equal(database.prepare('PRAGMA user_version').get()?.user_version, MIGRATIONS.length + 2);
    assert.equal(database.prepare('PRAGMA application_id').get()?.application_id, APPLICATION_ID);
    assert.throws(
      () => migrate(database, 'memory.db', [...MIGRATIONS, '', '', 'CREATE TABLE more (a)']),
      /already exists/,
    );
    assert.equal(database.prepare('PRAGMA user_version').get()?.user_version, MIGRATIONS.length + 2);
    database.close();
  });

  it('looks words up by new rules when these have changed', () => {
    const file = filled();
    change(
      file,
      "UPDATE state SET value = 'older' WHERE name = '.words'; INSERT INTO words (words) VALUES ('delete-all')",
    );
    const store = new MemoryStore(file);
    assert.ok(store.byWords('text 7', 5).length > 0);
    assert.equal(store.status().trouble, null);
    store.close();
  });
});
