import assert from 'node:assert/strict';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { openDatabaseFile } from '../../../../../src/engine/server/storage/databaseFile.ts';
import { temporaryFolder } from './pages/savedPages.ts';

const TABLES = { name: 'things.sqlite', version: 3, schema: 'CREATE TABLE things (name TEXT)' };
const folder = temporaryFolder();
let number = 0;

/** Opens the file in a folder, does `work`, closes it: what was in it, and what was logged. */
function visit(at: string, work = (_database: DatabaseSync) => {}) {
  const logged: string[] = [];
  const { database, names } = openDatabaseFile(
    at,
    TABLES,
    (database) => ({ database, names: database.prepare('SELECT name FROM things').all() }),
    (_level, message) => logged.push(message),
  );
  work(database);
  database.close();
  return { names: names.map(({ name }) => name), logged };
}

/** A folder with a file that holds many things. */
function filled(): { at: string; file: string } {
  const at = path.join(folder, String(number++));
  visit(at, (database) => {
    const insert = database.prepare('INSERT INTO things VALUES (?)');
    for (let i = 0; i < 2000; i++) insert.run(`thing ${i}`);
  });
  return { at, file: path.join(at, 'things.sqlite') };
}

const DAMAGE: [what: string, damage: (file: string) => void][] = [
  ['not a database', (file) => writeFileSync(file, 'something else '.repeat(1000))],
  ['cut short', (file) => truncateSync(file, 8192 + 100)],
  ['overwritten behind its first page', (file) => writeFileSync(file, garbled(readFileSync(file)))],
  ['of another version', (file) => change(file, 'PRAGMA user_version = 4')],
  ['without a version', (file) => change(file, 'PRAGMA user_version = 0')],
  ['without its tables', (file) => change(file, 'DROP TABLE things')],
  ['of other tables', (file) => change(file, 'ALTER TABLE things RENAME COLUMN name TO title')],
];

function garbled(bytes: Buffer): Buffer {
  return bytes.fill(0xa5, 8192);
}

function change(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

describe('openDatabaseFile', () => {
  it('makes folder and file for this user alone, and finds again what is in it', () => {
    const { at, file } = filled();
    if (process.platform !== 'win32') {
      assert.equal(statSync(at).mode & 0o777, 0o700);
      assert.equal(statSync(file).mode & 0o777, 0o600);
    }
    const { names, logged } = visit(at);
    assert.equal(names.length, 2000);
    assert.deepEqual(logged, []);
  });

  for (const [what, damage] of DAMAGE) {
    it(`makes a file anew that is ${what}, and says so once`, () => {
      const { at, file } = filled();
      damage(file);
      const { names, logged } = visit(at, (database) => database.exec("INSERT INTO things VALUES ('new')"));
      assert.deepEqual(names, []);
      assert.equal(logged.length, 1);
      assert.deepEqual(visit(at), { names: ['new'], logged: [] });
    });
  }

  it('throws where there can be no file, and touches nothing there', () => {
    const file = path.join(folder, 'a file');
    writeFileSync(file, 'mine');
    assert.throws(() => visit(file));
    assert.throws(() => visit(path.join(file, 'below')));
    assert.equal(readFileSync(file, 'utf8'), 'mine');
  });

  it('throws while somebody else has the file for himself, and leaves it as it is', () => {
    const { at, file } = filled();
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    assert.throws(() => visit(at), /locked/);
    other.close();
    assert.equal(visit(at).names.length, 2000);
  });
});
