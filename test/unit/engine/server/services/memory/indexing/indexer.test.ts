import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { MemoryIndexing } from '../../../../../../../src/engine/protocol/index.ts';
import { Indexer } from '../../../../../../../src/engine/server/services/memory/indexing/indexer.ts';
import type { IndexerOptions } from '../../../../../../../src/engine/server/services/memory/indexing/options.ts';
import type { NewItem, SourceText } from '../../../../../../../src/engine/server/services/memory/items.ts';
import { contentOf, MapStore, PlainSummariser } from './parts.ts';

const root = mkdtempSync(path.join(tmpdir(), 'quire-indexing-'));
after(() => rmSync(root, { recursive: true, force: true }));
let number = 0;

const FILES = {
  'a.ts': 'function a() {}\n',
  'src/b.ts': '/// adds\nfunction b() {}\nfunction b2() {}\n',
  'src/deep/c.ts': 'function c() {}\n',
  'lib/d.ts': 'function d() {}\n',
};

function setUp(files: Record<string, string> = FILES, options: Partial<IndexerOptions> = {}) {
  const folder = path.join(root, String(number++));
  mkdirSync(folder);
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  const store = new MapStore();
  const summariser = new PlainSummariser();
  const make = (more: Partial<IndexerOptions> = {}) =>
    new Indexer({ folder, store, summariser, headMs: 0, restMs: 0, ...options, ...more });
  const at = (file: string) => path.join(folder, file);
  const keys = () => [...store.items.values()].map(({ key }) => key).sort();
  const since = (from: number) => summariser.asked.slice(from);
  return { folder, write, store, summariser, make, at, keys, since, indexer: make() };
}

/** What a fresh index of the folder holds. */
async function fresh(folder: string): Promise<Record<string, unknown>[]> {
  const store = new MapStore();
  const indexer = new Indexer({ folder, store, summariser: new PlainSummariser(), headMs: 0, restMs: 0 });
  await indexer.index();
  await indexer.dispose();
  return contentOf(store);
}

const settle = async (indexer: Indexer): Promise<void> => {
  while (indexer.status.state === 'running') await new Promise((resolve) => setTimeout(resolve, 1));
};

describe('Indexer', () => {
  it('summarises files, then folders from the inside out, then the workspace', async () => {
    const { indexer, summariser, keys } = setUp();
    const status = await indexer.index();
    assert.deepEqual(summariser.asked, [
      'a.ts',
      'lib/d.ts',
      'src/b.ts',
      'src/deep/c.ts',
      'src/deep/',
      'lib/',
      'src/',
      '/',
    ]);
    assert.deepEqual(keys(), [
      'file:a.ts',
      'file:lib/d.ts',
      'file:src/b.ts',
      'file:src/deep/c.ts',
      'folder:lib',
      'folder:src',
      'folder:src/deep',
      'symbol:a.ts#a',
      'symbol:lib/d.ts#d',
      'symbol:src/b.ts#b',
      'symbol:src/b.ts#b2',
      'symbol:src/deep/c.ts#c',
      'workspace',
    ]);
    assert.deepEqual([status.state, status.done, status.total, status.waits], ['idle', 4, 4, null]);
  });

  it('reads what lies near open documents first', async () => {
    const { summariser, make } = setUp();
    await make({ near: () => ['src/deep/new.ts'] }).index();
    assert.deepEqual(summariser.asked.slice(0, 4), ['src/deep/c.ts', 'src/b.ts', 'a.ts', 'lib/d.ts']);
  });

  it('asks for nothing where nothing changed, in a new process too', async () => {
    const { indexer, summariser, store, make, since } = setUp();
    await indexer.index();
    const asked = summariser.asked.length;
    const before = [...store.items.values()];
    await indexer.index();
    await make().index();
    assert.deepEqual(since(asked), []);
    assert.deepEqual([...store.items.values()], before);
  });

  it('says all anew that older rules said', async () => {
    const { indexer, make, folder, store } = setUp();
    await indexer.index();
    for (const item of store.items.values()) item.text = 'said by older rules';
    store.setValue('indexing:version', 'older');
    await make().index();
    assert.deepEqual(contentOf(store), await fresh(folder));
  });

  it('summarises only the folders around a change anew', async () => {
    const { indexer, summariser, write, since, folder, store } = setUp();
    await indexer.index();
    const asked = summariser.asked.length;
    write('src/deep/c.ts', 'function c() { return 1 }\n');
    await indexer.index();
    assert.deepEqual(since(asked), ['src/deep/c.ts', 'src/deep/', 'src/', '/']);
    assert.deepEqual(contentOf(store), await fresh(folder));
  });

  it('refreshes nothing where only formatting and comments changed', async () => {
    const { indexer, summariser, write, since, store } = setUp();
    await indexer.index();
    const asked = summariser.asked.length;
    const before = [...store.items.values()];
    write('src/b.ts', '/// adds\n\n// why\n  function b() {  }\n\nfunction b2() {} // so\n');
    await indexer.index();
    assert.deepEqual(since(asked), ['src/b.ts']);
    assert.deepEqual([...store.items.values()], before);
  });

  it('takes over what a comment says where a summary quotes it', async () => {
    const { indexer, write, folder, store } = setUp();
    await indexer.index();
    const symbol = store.byKey('symbol:src/b.ts#b');
    write('src/b.ts', FILES['src/b.ts'].replace('adds', 'takes away'));
    await indexer.index();
    assert.match(store.byKey('workspace')!.text, /takes away/);
    assert.deepEqual(store.byKey('symbol:src/b.ts#b'), symbol);
    assert.deepEqual(contentOf(store), await fresh(folder));
  });

  it('looks at the content of a file that changed without a trace in its size and time of change', async () => {
    const { indexer, write, at, store } = setUp();
    utimesSync(at('a.ts'), 1_000, 1_000);
    await indexer.index();
    write('a.ts', 'function z() {}\n');
    utimesSync(at('a.ts'), 1_000, 1_000);
    await indexer.index();
    assert.ok(store.byKey('symbol:a.ts#z'));
    assert.equal(store.byKey('symbol:a.ts#a'), undefined);
  });

  it('keeps the items of files and folders that move', async () => {
    const { indexer, at, store, folder, summariser, write } = setUp();
    await indexer.index();
    const idOf = (key: string) => store.byKey(key)?.id;
    const keys = ['file:src/deep/c.ts', 'symbol:src/deep/c.ts#c', 'folder:src/deep', 'folder:src', 'symbol:src/b.ts#b'];
    const ids = keys.map(idOf);
    const said = store.put({ ...factOf('src/b.ts'), key: 'fact:1' });
    renameSync(at('src'), at('code'));
    write('code/new.ts', 'function fresh() {}');
    rmSync(at('code/new.ts'));
    await indexer.index();
    assert.deepEqual(
      keys.map((key) => idOf(key.replace('src', 'code'))),
      ids,
    );
    assert.deepEqual(
      keys.map(idOf),
      keys.map(() => undefined),
    );
    assert.equal(store.get(said.id)!.path, 'code/b.ts');
    store.remove([said.id]);
    assert.deepEqual(contentOf(store), await fresh(folder));
    assert.ok(summariser.asked.length > 0);
  });

  it('follows a file that is told of, its removal, and a folder that came with its files', async () => {
    const { indexer, write, at, folder, store } = setUp();
    await indexer.index();
    write('a.ts', 'function a() {}\nfunction more() {}\n');
    write('new/e/f.ts', 'function f() {}\n');
    rmSync(at('lib'), { recursive: true });
    indexer.changed(['a.ts', 'new', 'lib']);
    await settle(indexer);
    assert.ok(store.byKey('symbol:a.ts#more'));
    assert.ok(store.byKey('folder:new/e'));
    assert.equal(store.byKey('file:lib/d.ts'), undefined);
    assert.equal(store.byKey('folder:lib'), undefined);
    assert.deepEqual(contentOf(store), await fresh(folder));
  });

  it('never reads what is ignored or secret, and lets go of what becomes so, what its folders say of it too', async () => {
    const { indexer, write, summariser, store, folder } = setUp({
      ...FILES,
      '.gitignore': 'out/\n',
      'out/x.ts': 'function hidden1() {}\n',
      'src/.gitignore': 'own.ts\n',
      'src/own.ts': 'function hidden2() {}\n',
      '.env': 'function hidden3() {}\n',
      'keys/server.pem': 'function hidden4() {}\n',
      '.aws/config.ts': 'function hidden5() {}\n',
    });
    await indexer.index();
    assert.doesNotMatch(summariser.texts.join('\n'), /hidden/);
    assert.doesNotMatch(
      JSON.stringify([...store.items.values(), ...store.rows.values()]),
      /hidden|x\.ts|own\.ts|\.pem/,
    );
    indexer.pause(true);
    write('.gitignore', 'out/\nb.ts\n');
    indexer.changed(['.gitignore']);
    await settle(indexer);
    await indexer.index();
    const left = JSON.stringify([...store.items.values(), ...store.rows.values(), ...store.values]);
    assert.doesNotMatch(left, /\bb\.ts|\bb2\b/);
    indexer.pause(false);
    await indexer.index();
    assert.deepEqual(contentOf(store), await fresh(folder));
  });

  it('has no items of symbols of tests, and none of what is generated, minified, binary or too large', async () => {
    const { indexer, keys, store } = setUp({
      'a.test.ts': 'function t() {}\n',
      'gen.ts': '// @generated by a program\nfunction g() {}\n',
      'mini.ts': `function m() {}${'x'.repeat(6000)}\n`,
      'binary.ts': 'function n() {}\0\n',
      'large.ts': 'function l() {}\n'.repeat(40_000),
      'almost.ts': `function almost() {}\n${'// padding\n'.repeat(40_000)}`,
    });
    await indexer.index();
    assert.deepEqual(keys(), ['file:a.test.ts', 'file:almost.ts', 'symbol:almost.ts#almost', 'workspace']);
    // Known all the same: they are not read again as long as they are as they were.
    assert.equal(store.files().length, 6);
  });

  it('keeps what a person wrote in the place of a summary', async () => {
    const { indexer, write, store } = setUp();
    await indexer.index();
    const { id } = store.byKey('symbol:src/b.ts#b')!;
    store.items.set(id, { ...store.get(id)!, made: 'person', text: 'mine' });
    write('src/b.ts', 'function b() { return 2 }\n');
    await indexer.index();
    assert.equal(store.get(id)!.text, 'mine');
  });

  it('waits while others are busy, and says so', async () => {
    let busy = true;
    const told: MemoryIndexing[] = [];
    const { make, summariser } = setUp(FILES, { busy: () => busy, progress: (one) => told.push(one) });
    const indexer = make();
    const done = indexer.index();
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.deepEqual(summariser.asked, []);
    assert.match(indexer.status.waits!, /comes first/);
    busy = false;
    await done;
    assert.equal(summariser.asked.length, 8);
    assert.equal(told.at(-1)!.waits, null);
    assert.equal(told.at(-1)!.done, 4);
  });

  it('answers messages between slices', async () => {
    const { make, summariser } = setUp(FILES, { sliceMs: 0 });
    const { port1, port2 } = new MessageChannel();
    const seen: string[] = [];
    port2.onmessage = ({ data }) => seen.push(`answered ${data}`);
    const file = summariser.file.bind(summariser);
    summariser.file = async (source: SourceText) => {
      seen.push(source.path);
      port1.postMessage(source.path);
      return file(source);
    };
    await make().index();
    port2.close();
    const order = ['a.ts', 'lib/d.ts', 'src/b.ts', 'src/deep/c.ts'];
    assert.deepEqual(
      seen,
      order.flatMap((one) => [one, `answered ${one}`]),
    );
  });

  it('stays paused over a restart, and goes on when it is told to', async () => {
    const { indexer, make, summariser, folder, store } = setUp();
    indexer.pause(true);
    const status = await indexer.index();
    assert.deepEqual([status.state, status.done, status.total], ['paused', 0, 4]);
    await indexer.dispose();
    const next = make();
    next.changed(undefined);
    await settle(next);
    await next.index();
    assert.deepEqual(summariser.asked, []);
    next.pause(false);
    assert.equal(next.status.state, 'running');
    await next.index();
    assert.equal(next.status.state, 'idle');
    assert.deepEqual(contentOf(store), await fresh(folder));
  });

  it('ends when it is cancelled, and begins anew when it is asked to', async () => {
    const { indexer, store, folder, summariser } = setUp();
    const cancel = new AbortController();
    const file = summariser.file.bind(summariser);
    summariser.file = async (source: SourceText) => {
      if (summariser.asked.length === 1) cancel.abort();
      return file(source);
    };
    const status = await indexer.index({ signal: cancel.signal });
    assert.equal(status.state, 'idle');
    assert.equal(store.files().length, 1);
    await indexer.index();
    assert.deepEqual(contentOf(store), await fresh(folder));
  });

  it('ends where the time of the day is used up, and goes on the next day, or beyond it for a person', async () => {
    let now = Date.UTC(2026, 10, 27, 12);
    const { make, store, folder } = setUp(FILES, { now: () => now, budget: { ms: 1, modelTokens: 10 } });
    store.setValue('indexing:day', JSON.stringify({ day: '2026-11-27', ms: 5, modelTokens: 4 }));
    const indexer = make();
    const spent = await indexer.index();
    assert.deepEqual([spent.state, spent.done, spent.total, spent.modelTokens], ['idle', 0, 4, 4]);
    assert.match(spent.waits!, /used up: it goes on tomorrow/);
    now += 24 * 3_600_000;
    const next = await indexer.index({ beyondBudget: true });
    assert.equal(next.waits, null);
    assert.equal(next.modelTokens, 0);
    assert.deepEqual(contentOf(store), await fresh(folder));
  });

  it('goes on by itself when it is given more time, and reads nothing by itself with none', async () => {
    const { make, store, folder } = setUp(FILES, { budget: { ms: 0, modelTokens: 0 } });
    const indexer = make();
    const none = await indexer.index();
    assert.deepEqual([none.done, none.total, none.budgetMs], [0, 4, 0]);
    assert.match(none.waits!, /when you start it: quire.memory.minutesPerDay is 0/);
    indexer.setBudget({ ms: 1e6, modelTokens: 7 });
    const { state, budgetMs, modelTokenBudget } = indexer.status;
    assert.deepEqual([state, budgetMs, modelTokenBudget], ['running', 1e6, 7]);
    await settle(indexer);
    assert.deepEqual(contentOf(store), await fresh(folder));
  });

  it('gives a model what is left of its tokens, and counts what it took', async () => {
    const { make, summariser } = setUp(FILES, { budget: { ms: 1e6, modelTokens: 10 } });
    const left: number[] = [];
    const file = summariser.file.bind(summariser);
    summariser.file = async (source: SourceText, limits?: { modelTokens: number }) => {
      left.push(limits!.modelTokens);
      return { ...(await file(source)), modelTokens: Math.min(4, limits!.modelTokens) };
    };
    const status = await make().index();
    assert.deepEqual(left, [10, 6, 2, 0]);
    assert.equal(status.modelTokens, 10);
  });

  it('keeps what a model wrote while the tree is as it was, and tells the summariser so', async () => {
    const { indexer, summariser, write, store } = setUp();
    const known: (string | undefined)[] = [];
    const file = summariser.file.bind(summariser);
    summariser.file = async (source: SourceText, limits?: { known?: string | undefined }) => {
      const summary = await file(source);
      known.push(limits?.known);
      if (limits?.known === summary.treeHash) return summary;
      return { ...summary, items: summary.items.map((item) => ({ ...item, made: 'model' as const })) };
    };
    await indexer.index();
    const before = [...store.items.values()];
    assert.equal(store.byKey('symbol:src/b.ts#b')!.made, 'model');
    write('src/b.ts', `${FILES['src/b.ts']}\n\n`);
    await indexer.index();
    assert.deepEqual(known.slice(4), [store.file('src/b.ts')!.treeHash]);
    assert.deepEqual([...store.items.values()], before);
    write('src/b.ts', 'function b() { return 1 }\n');
    await indexer.index();
    assert.equal(store.byKey('symbol:src/b.ts#b')!.made, 'model');
    assert.equal(store.byKey('symbol:src/b.ts#b2'), undefined);
  });

  it('goes on where one file has no summary, and says so without its text', async () => {
    const lines: string[] = [];
    const { make, summariser, keys } = setUp(FILES, { log: (_level, text) => lines.push(text) });
    const file = summariser.file.bind(summariser);
    summariser.file = async (source: SourceText) => {
      if (source.path === 'a.ts') throw new RangeError(source.text);
      return file(source);
    };
    await make().index();
    assert.deepEqual(lines, ['a.ts has no summary: RangeError.']);
    assert.ok(keys().includes('symbol:lib/d.ts#d'));
  });

  it('loses nothing where the folder itself is not there for a while', async () => {
    const { indexer, at, store, folder } = setUp();
    await indexer.index();
    const before = contentOf(store);
    renameSync(folder, `${folder}-away`);
    const status = await indexer.index();
    assert.match(status.waits!, /cannot be read/);
    assert.deepEqual(contentOf(store), before);
    renameSync(`${folder}-away`, folder);
    rmSync(at('a.ts'));
    await indexer.index();
    assert.equal(store.byKey('file:a.ts'), undefined);
  });

  it('tells whose vectors are to be made', async () => {
    const told: number[] = [];
    const { make, store, write } = setUp(FILES, { written: (ids) => told.push(...ids) });
    const indexer = make();
    await indexer.index();
    assert.deepEqual(
      told.toSorted((a, b) => a - b),
      [...store.items.keys()].toSorted((a, b) => a - b),
    );
    told.length = 0;
    write('a.ts', 'function a() {}\nfunction more() {}\n');
    await indexer.index();
    assert.deepEqual(
      told.map((id) => store.get(id)!.key),
      ['file:a.ts', 'symbol:a.ts#more', 'workspace'],
    );
  });

  it('says in words why it stopped where the store fails', async () => {
    const { make, store } = setUp();
    store.putFile = () => {
      throw new Error('disk is full');
    };
    const indexer = make();
    await assert.rejects(indexer.index(), /disk is full/);
    assert.equal(indexer.status.waits, 'It stopped: disk is full.');
  });
});

const factOf = (file: string): Omit<NewItem, 'key'> => ({
  kind: 'fact',
  source: 'person',
  made: 'person',
  title: 'said',
  path: file,
  text: 'said',
  sentences: [],
});
