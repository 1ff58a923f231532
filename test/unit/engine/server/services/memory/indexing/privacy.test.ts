import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import type { MemoryStore } from '../../../../../../../src/engine/server/services/memory/store/memoryStore.ts';
import { realIndexer, write } from './realParts.ts';

const root = mkdtempSync(path.join(tmpdir(), 'quire-private-'));
after(() => rmSync(root, { recursive: true, force: true }));

const codeWith = (word: string): string =>
  `/** Says ${word} to all who ask. */\nexport function ${word}Maker(): string {\n  return '${word}';\n}\n`;

/** A word for each file that must never be read, by path. */
const SECRET: Record<string, string> = {
  '.env': 'secretantelope',
  '.env.production': 'secretbadger',
  'config/server.pem': 'secretcamel',
  'config/id_rsa': 'secretdingo',
  'config/credentials.json': 'secretermine',
  '.npmrc': 'secretferret',
  '.aws/config.ts': 'secretgopher',
  'deploy/prod.tfvars': 'secrethamster',
  'src/dump.sqlite': 'secretibex',
  'node_modules/left/index.js': 'secretjackal',
  '.git/description.ts': 'secretkoala',
  'out/made.ts': 'secretlemur',
  'src/deep/private.ts': 'secretmarmot',
  'src/deep/more/notes.ts': 'secretnarwhal',
  'src/deep/more/notes.ts.bak.key': 'secretocelot',
  // Links and what is behind them are left out by the walk; a file of its own that is ignored by a folder's rule is here.
  'local/settings.ts': 'secretpanther',
};

const FILES = ['', '-wal', '-shm', '-journal'];

/**
 * Every value of every table, shadow tables of indexes too, as it is and inflated; then the bytes of all files. The tables
 * are read from a copy: the store has the file for itself.
 */
function* textsOf(database: string): Generator<[where: string, text: string]> {
  const copy = `${database}.copy`;
  for (const suffix of FILES) {
    rmSync(copy + suffix, { force: true });
    if (existsSync(database + suffix)) copyFileSync(database + suffix, copy + suffix);
  }
  const connection = new DatabaseSync(copy);
  const tables = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as { name: string }[];
  assert.ok(tables.length > 8);
  for (const { name } of tables) {
    for (const row of connection.prepare(`SELECT * FROM "${name}"`).all()) {
      for (const [column, value] of Object.entries(row)) {
        const where = `${name}.${column}`;
        yield [where, value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)];
        if (!(value instanceof Uint8Array)) continue;
        for (const inflate of [inflateRawSync, inflateSync, zstdDecompressSync]) {
          const inflated = tryTo(() => inflate(value).toString());
          if (inflated !== undefined) yield [where, inflated];
        }
      }
    }
  }
  connection.close();
  for (const suffix of FILES) {
    if (existsSync(database + suffix)) yield [`bytes${suffix}`, readFileSync(database + suffix, 'latin1')];
  }
}

function tryTo<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Where words are written, in lower case: what is asked of a database as it is now. */
function scanOf(database: string): (word: string) => string[] {
  const texts = [...textsOf(database)].map(([where, text]) => [where, text.toLowerCase()] as const);
  return (word) => [...new Set(texts.filter(([, text]) => text.includes(word)).map(([where]) => where))];
}

/** What waits for a quiet moment, done now. */
function cleanUp(store: MemoryStore): void {
  while (store.step(100));
}

describe('Privacy of the indexed memory', () => {
  it('never has a word of what is secret or ignored, and none any more of what becomes so or is removed', async () => {
    const folder = path.join(root, 'folder');
    const database = path.join(root, 'memory.db');
    for (const [file, word] of Object.entries(SECRET)) {
      write(folder, file, /\.ts$|\.js$/.test(file) ? codeWith(word) : `TOKEN=${word}\n`);
    }
    write(folder, '.git/HEAD', 'ref: refs/heads/main\n');
    write(folder, '.gitignore', 'out/\n');
    write(folder, '.git/info/exclude', 'local/\n');
    write(folder, 'src/deep/.gitignore', 'private.ts\nmore/*\n');
    write(folder, 'src/open.ts', codeWith('openotter'));
    write(folder, 'src/later/shown.ts', codeWith('laterlynx'));
    write(folder, 'src/later/README.md', '# The later part\n\nIt is where laterlynx lives, for a while.\n');
    write(folder, 'src/gone.ts', codeWith('gonegoose'));

    const { indexer, store, close } = realIndexer(folder, database);
    await indexer.index();
    let placesOf = scanOf(database);
    for (const word of ['openotter', 'laterlynx', 'gonegoose']) {
      const places = placesOf(word);
      // The scan sees what is there: else it would find no secret either.
      for (const where of ['items.text', 'items.sentences', 'bytes-wal']) assert.ok(places.includes(where), where);
      assert.notEqual(store.byWords(word, 5).length, 0);
    }
    for (const word of Object.values(SECRET)) {
      assert.deepEqual(placesOf(word), []);
      assert.deepEqual(store.byWords(word, 5), []);
    }

    write(folder, '.gitignore', 'out/\nsrc/later/\n');
    indexer.changed(['.gitignore']);
    while (indexer.status.state === 'running') await new Promise((resolve) => setTimeout(resolve, 2));
    cleanUp(store);
    placesOf = scanOf(database);
    assert.deepEqual(placesOf('laterlynx'), []);
    assert.deepEqual(placesOf('src/later'), []);
    assert.deepEqual(store.byWords('laterlynx', 5), []);

    rmSync(path.join(folder, 'src/gone.ts'));
    await indexer.index();
    cleanUp(store);
    placesOf = scanOf(database);
    assert.deepEqual(placesOf('gonegoose'), []);

    assert.notDeepEqual(placesOf('openotter'), []);
    const items = store.list({ limit: 1000 }).items.filter((item) => /openotter/i.test(JSON.stringify(item)));
    store.remove(items.map(({ id }) => id));
    cleanUp(store);
    placesOf = scanOf(database);
    assert.deepEqual(placesOf('openotter'), []);
    await close();
    placesOf = scanOf(database);
    for (const word of [...Object.values(SECRET), 'laterlynx', 'gonegoose', 'openotter']) {
      assert.deepEqual(placesOf(word), []);
    }
  });
});
