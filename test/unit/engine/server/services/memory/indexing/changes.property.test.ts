import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { Indexer } from '../../../../../../../src/engine/server/services/memory/indexing/indexer.ts';
import type { Store } from '../../../../../../../src/engine/server/services/memory/items.ts';
import { contentOf, MapStore, PlainSummariser } from './parts.ts';
import { freshIndex, realIndexer } from './realParts.ts';

const root = mkdtempSync(path.join(tmpdir(), 'quire-changes-'));
after(() => rmSync(root, { recursive: true, force: true }));
let number = 0;

const FOLDERS = ['', 'src', 'src/a', 'lib', 'lib/test'];
const NAMES = ['one.ts', 'two.ts', 'three.ts', 'README.md'];
const files = FOLDERS.flatMap((folder) => NAMES.map((name) => path.posix.join(folder, name)));

/** What happens to the folder. Files are told by numbers, of those that are there where they must be. */
type Change =
  | { do: 'write'; file: string; body: number }
  | { do: 'format'; which: number }
  | { do: 'comment'; which: number }
  | { do: 'delete'; which: number }
  | { do: 'move'; which: number; to: string }
  | { do: 'moveFolder'; which: number; to: number }
  | { do: 'ignore'; lines: string[] };

const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      file: fc.constantFrom(...files),
      body: fc.nat(5),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('format', 'comment', 'delete'), which: fc.nat(50) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('move' as const), which: fc.nat(50), to: fc.constantFrom(...files) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('moveFolder' as const), which: fc.nat(4), to: fc.nat(4) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('ignore' as const),
      lines: fc.subarray(['two.ts', 'src/a/', '/lib/', '*.md', '!src/two.ts']),
    }),
  },
);

const bodyOf = (file: string, body: number): string =>
  file.endsWith('.md')
    ? `# Part ${body}\n\nIt is about the number ${body}, and how others use it.\n`
    : `/// number ${body}\n\nexport function common${body}() { return ${body}; }\nfunction uses() { return common${(body + 1) % 6}(); }\n`;

class Folder {
  readonly path = path.join(root, String(number++));
  readonly #there = new Set<string>();

  constructor() {
    mkdirSync(this.path);
  }

  /** @returns the paths that changed, as a watcher tells of them. */
  apply(one: Change): string[] {
    const there = [...this.#there].sort();
    const file = 'which' in one && there.length > 0 ? there[one.which % there.length]! : undefined;
    switch (one.do) {
      case 'write':
        return this.#write(one.file, bodyOf(one.file, one.body));
      case 'ignore':
        writeFileSync(this.#at('.gitignore'), one.lines.join('\n'));
        return ['.gitignore'];
      case 'moveFolder': {
        const [from, to] = [FOLDERS[one.which]!, FOLDERS[one.to]!];
        if (from === '' || to === '' || !existsSync(this.#at(from)) || existsSync(this.#at(to))) return [];
        if (to.startsWith(from)) return [];
        mkdirSync(path.dirname(this.#at(to)), { recursive: true });
        renameSync(this.#at(from), this.#at(to));
        for (const inside of there.filter((path) => path.startsWith(`${from}/`))) {
          this.#there.delete(inside);
          this.#there.add(to + inside.slice(from.length));
        }
        return [from, to];
      }
    }
    if (file === undefined) return [];
    return this.#applyTo(file, one);
  }

  #applyTo(file: string, one: Exclude<Change, { do: 'write' | 'ignore' | 'moveFolder' }>): string[] {
    if (one.do === 'delete') {
      rmSync(this.#at(file));
      this.#there.delete(file);
      return [file];
    }
    const text = readFileSync(this.#at(file), 'utf8');
    if (one.do === 'format') return this.#write(file, file.endsWith('.md') ? text : text.replaceAll(' {', '  {\n '));
    if (one.do === 'comment') return this.#write(file, `${text}// ${'more '.repeat(one.which % 3)}\n`);
    rmSync(this.#at(file));
    this.#there.delete(file);
    return [file, ...this.#write(one.to, text)];
  }

  #write(file: string, text: string): string[] {
    mkdirSync(path.dirname(this.#at(file)), { recursive: true });
    writeFileSync(this.#at(file), text);
    this.#there.add(file);
    return [file];
  }

  #at(file: string): string {
    return path.join(this.path, file);
  }
}

const settled = async (indexer: Indexer): Promise<void> => {
  while (indexer.status.state === 'running') await new Promise((resolve) => setImmediate(resolve));
};

/** The Merkle hashes say the same as the items, and nothing is left of files and folders that are no more. */
function checkStore(store: Store): void {
  const known = new Set(store.files().map((file) => file.path));
  for (const { path: of, kind } of store.list({ limit: 10_000, superseded: true }).items) {
    if (kind === 'file' || kind === 'symbol') assert.ok(known.has(of!), of!);
    if (kind === 'folder')
      assert.ok(
        [...known].some((file) => file.startsWith(`${of}/`)),
        of!,
      );
  }
}

const steps = fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 });

describe('Incremental indexing', () => {
  it('has what a fresh index has, whatever changes, and in new processes', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), async (all, restarts) => {
        const folder = new Folder();
        const store = new MapStore();
        const make = () =>
          new Indexer({ folder: folder.path, store, summariser: new PlainSummariser(), headMs: 0, restMs: 0 });
        let indexer = make();
        await indexer.index();
        for (const [at, changes] of all.entries()) {
          const told = changes.flatMap((one) => folder.apply(one));
          if (restarts[at]) {
            await indexer.dispose();
            indexer = make();
            await indexer.index();
          } else {
            indexer.changed(told);
            await settled(indexer);
          }
          const fresh = new MapStore();
          const other = new Indexer({
            folder: folder.path,
            store: fresh,
            summariser: new PlainSummariser(),
            headMs: 0,
            restMs: 0,
          });
          await other.index();
          assert.deepEqual(contentOf(store), contentOf(fresh));
          assert.equal(store.value('indexing:folder:'), fresh.value('indexing:folder:'));
          checkStore(store);
        }
        await indexer.dispose();
        rmSync(folder.path, { recursive: true });
      }),
      { numRuns: 15 },
    );
  });

  it('does so with the real store and summaries, once all files were looked at', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const folder = new Folder();
        const database = path.join(root, `${number++}.db`);
        for (const changes of all) {
          const { indexer, store, close } = realIndexer(folder.path, database);
          for (const one of changes) {
            indexer.changed(folder.apply(one));
            await settled(indexer);
          }
          await indexer.index();
          assert.deepEqual(contentOf(store), await freshIndex(folder.path, path.join(root, `${number++}.db`)));
          checkStore(store);
          await close();
        }
        rmSync(folder.path, { recursive: true });
      }),
      { numRuns: 6 },
    );
  });
});
