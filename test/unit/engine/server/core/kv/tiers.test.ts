import assert from 'node:assert/strict';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { PageTiers } from '../../../../../../src/engine/server/core/kv/tiers.ts';
import type { Log } from '../../../../../../src/engine/server/storage/messages.ts';
import { keyOf, type PageRecord } from '../../../../../../src/engine/server/storage/pages/pageRecord.ts';
import { SavedPages } from '../../../../../../src/engine/server/storage/pages/savedPages.ts';
import { LocalStorage } from '../../storage/localStorage.ts';
import { pageOf, temporaryFolder } from '../../storage/pages/savedPages.ts';

const opened: LocalStorage[] = [];
after(async () => {
  for (const local of opened) await local.close();
});
const folder = temporaryFolder();
let number = 0;

interface Options {
  ramBytes?: number;
  queueBytes?: number;
  /** 0: no disk. */
  diskBytes?: number;
  at?: string;
  model?: string;
  log?: Log;
}

/** Tiers with what they report as lost. */
function make({ ramBytes = 1000, queueBytes = 2000, diskBytes = 0, model = 'm', log, ...rest }: Options = {}) {
  const at = rest.at ?? path.join(folder, String(number++));
  const lost: string[] = [];
  const local = new LocalStorage(log);
  opened.push(local);
  const saved = new SavedPages(local.storage, { folder: at, maxBytes: diskBytes });
  const disk = diskBytes > 0 ? saved.tier(model) : undefined;
  const tiers = new PageTiers({ ramBytes, queueBytes, ...(disk && { disk }) });
  tiers.onLost = (key) => lost.push(nameOf.get(key) ?? key);
  const put = (name: string, bytes = 200) => tiers.put(recordOf(name), pageOf(`w/${name}`, bytes));
  const persist = (name: string, bytes = 200) => tiers.persist(recordOf(name), pageOf(`w/${name}`, bytes));
  const settle = () => local.settle();
  /** Writes all that waits. */
  const flush = async () => {
    while (!tiers.flush()) await settle();
  };
  /** A page from wherever it is. */
  const get = async (key: string) => {
    const near = tiers.get(key);
    if (near) return near;
    tiers.fetch(key);
    await settle();
    return tiers.get(key);
  };
  const load = async (workspace = 'w'): Promise<PageRecord[]> => {
    const [loaded] = await Promise.all([tiers.load(workspace), settle()]);
    return loaded ? [...loaded.records()] : [];
  };
  return { tiers, local, saved, lost, put, persist, settle, flush, get, load, at };
}

/** A page of a line `a-b-c`: its parent is `a-b`. Pages are called what they spell. */
function recordOf(name: string, workspace = 'w'): PageRecord {
  const end = name.lastIndexOf('-');
  const parent = end < 0 ? null : recordOf(name.slice(0, end), workspace).key;
  const tokens = [name.length, name.charCodeAt(name.length - 1), -1, 2 ** 31 - 1];
  const key = keyOf(workspace, parent, tokens);
  nameOf.set(key, `${workspace}/${name}`);
  return { key, parent, workspace, tokens };
}
const nameOf = new Map<string, string>();
const keyFor = (name: string, workspace = 'w') => recordOf(name, workspace).key;
const namesOf = (records: { key: string }[]) => records.map(({ key }) => nameOf.get(key));

describe('PageTiers', () => {
  it('loses the least recently used page of memory where there is no disk', () => {
    const { tiers, lost, put } = make();
    for (const name of ['a', 'b', 'c', 'd', 'e']) put(name);
    tiers.touch(keyFor('a'));
    assert.ok(tiers.get(keyFor('b')));
    put('f');
    assert.deepEqual(lost, ['w/c']);
    assert.deepEqual(tiers.status().ram, { pages: 5, bytes: 1000, limitBytes: 1000 });
    put('huge', 1001);
    assert.deepEqual(lost, ['w/c', 'w/huge']);
    assert.deepEqual(tiers.status().disk, { pages: 0, bytes: 0, limitBytes: 0 });
  });

  it('takes new limits for memory: what was used longest ago goes, and there is room again', () => {
    const { tiers, lost, put } = make();
    for (const name of ['a', 'b', 'c', 'd', 'e']) put(name);
    tiers.touch(keyFor('a'));
    tiers.setMemory(400);
    assert.deepEqual([lost, tiers.status().ram], [['w/b', 'w/c', 'w/d'], { pages: 2, bytes: 400, limitBytes: 400 }]);
    tiers.setMemory(600);
    put('f');
    assert.equal(lost.length, 3);
    tiers.setMemory(0);
    assert.deepEqual(lost.slice(3).sort(), ['w/a', 'w/e', 'w/f']);
  });

  it('takes a smaller disk, none, another folder, and finds again what it left', async () => {
    const { tiers, saved, lost, persist, flush, settle, load, at } = make({ ramBytes: 0, diskBytes: 1e6 });
    const place = async (folder: string | undefined, maxBytes = 1e6) => {
      const [done] = await Promise.all([saved.configure({ folder, maxBytes }), settle()]);
      assert.ok(done);
    };
    for (const name of ['a', 'b', 'c']) assert.ok(persist(name));
    await flush();
    await place(at, Math.ceil(tiers.status().disk.bytes * 0.7));
    assert.deepEqual(lost, ['w/a']);
    assert.ok(persist('waiting'));
    await place(undefined);
    assert.deepEqual(lost.slice(1).sort(), ['w/b', 'w/c']);
    assert.equal(persist('d'), false);
    await place(`${at}-other`);
    assert.equal(tiers.status().disk.pages, 0);
    await place(at);
    assert.deepEqual(namesOf(await load()).sort(), ['w/b', 'w/c']);
  });

  it('never lets volatile pages wait for the disk', async () => {
    const { tiers, flush, lost, load } = make({ ramBytes: 200, diskBytes: 1e6 });
    const volatile = (name: string) => [recordOf(name, '~v'), pageOf(`~v/${name}`, 200)] as const;
    for (const name of ['a', 'b']) tiers.put(...volatile(name));
    assert.equal(tiers.persist(...volatile('b')), false);
    await flush();
    assert.deepEqual([lost, tiers.status().disk.pages], [['~v/a'], 0]);
    assert.equal(tiers.near(keyFor('b', '~v')), true);
    assert.deepEqual(await load('~v'), []);
  });

  it('loses all where it may keep nothing', () => {
    const { tiers, lost, put } = make({ ramBytes: 0 });
    put('a');
    put('b', 0);
    assert.deepEqual([lost, tiers.status().ram.bytes], [['w/a', 'w/b'], 0]);
  });

  it('lets pages wait for the disk, and has them all the while', async () => {
    const { tiers, lost, put, flush, get } = make({ diskBytes: 1e6 });
    for (let i = 0; i < 8; i++) put(`${i}`);
    assert.ok(tiers.persisted(keyFor('0')));
    assert.equal(tiers.status().disk.pages, 0);
    await flush();
    assert.equal(tiers.status().disk.pages, 3);
    for (let i = 0; i < 8; i++) assert.deepEqual(await get(keyFor(`${i}`)), pageOf(`w/${i}`, 200));
    assert.deepEqual(lost, []);
  });

  it('loses the oldest of what waits when too much does', () => {
    const { tiers, lost, put } = make({ diskBytes: 1e6, queueBytes: 800 });
    for (let i = 0; i < 9; i++) put(`${i}`);
    assert.deepEqual(lost, ['w/0', 'w/1']);
    assert.equal(tiers.has(keyFor('1')), false);
  });

  it('asks for what only the disk has, says that it comes, and that it is there', async () => {
    const { tiers, put, flush, settle } = make({ diskBytes: 1e6, ramBytes: 200 });
    for (const name of ['a', 'b']) put(name);
    await flush();
    const [a, b] = [keyFor('a'), keyFor('b')];
    let arrived = 0;
    tiers.onArrived = () => arrived++;
    assert.deepEqual([tiers.near(a), tiers.near(b), tiers.get(a), tiers.coming(a)], [false, true, undefined, false]);
    for (const key of [a, a, b, 'unknown']) tiers.fetch(key);
    assert.deepEqual([tiers.coming(a), tiers.coming(b), tiers.near(a)], [true, false, false]);
    await settle();
    assert.deepEqual([tiers.coming(a), tiers.near(a), arrived], [false, true, 1]);
    assert.deepEqual(tiers.get(a), pageOf('w/a', 200));
    assert.equal(tiers.status().ram.pages, 1);
  });

  it('does not have a page that was dropped while it came', async () => {
    const { tiers, put, flush, settle, lost } = make({ diskBytes: 1e6, ramBytes: 0 });
    put('a');
    await flush();
    tiers.fetch(keyFor('a'));
    tiers.drop(keyFor('a'));
    await settle();
    assert.deepEqual([tiers.has(keyFor('a')), tiers.get(keyFor('a')), lost], [false, undefined, []]);
  });

  it('writes what is in memory above a page before it, and memory keeps it', async () => {
    const { tiers, put, flush, load } = make({ diskBytes: 1e6, ramBytes: 400 });
    for (const name of ['a-b-c', 'a-b', 'a']) put(name);
    await flush();
    assert.deepEqual(namesOf(await load()), ['w/a', 'w/a-b', 'w/a-b-c']);
    for (const name of ['a', 'a-b']) assert.deepEqual(tiers.get(keyFor(name)), pageOf(`w/${name}`, 200));
  });

  it('persists what it has no memory for, says what it has no room for, and loses nothing by that', async () => {
    const { lost, persist, flush } = make({ ramBytes: 0, diskBytes: 1e6, queueBytes: 800 });
    assert.deepEqual(
      ['a', 'b', 'c', 'a'].map((name) => persist(name)),
      [true, true, false, true],
    );
    await flush();
    assert.ok(persist('c'));
    assert.deepEqual(lost, []);
    assert.equal(make().persist('a'), false);
  });

  it('drops a page from every tier, and does not call it lost', async () => {
    const { tiers, lost, put, persist, flush, settle } = make({ diskBytes: 1e6 });
    for (let i = 0; i < 7; i++) put(`${i}`);
    persist('3');
    await flush();
    put('3');
    persist('p');
    for (const name of ['0', '3', 'p', '6', 'unknown']) {
      tiers.drop(keyFor(name));
      assert.equal(tiers.has(keyFor(name)), false);
    }
    await settle();
    assert.equal(tiers.has(keyFor('5')), true);
    assert.deepEqual(lost, []);
  });

  it('may be called from inside its own report', async () => {
    const { local, saved } = make({ diskBytes: 1000 });
    const keys = Array.from({ length: 30 }, (_, i) => keyFor(`${i}`));
    const tiers = new PageTiers({ ramBytes: 500, queueBytes: 1000, disk: saved.tier('n') });
    tiers.onLost = (key) => {
      for (const [i, other] of keys.entries()) if (i % 3 === 0 || other.endsWith(key.at(-1)!)) tiers.drop(other);
      assert.equal(tiers.get(key), undefined);
    };
    for (let i = 0; i < 30; i++) {
      tiers.put(recordOf(`${i}`), pageOf(`${i}`, 200));
      if (i % 7 === 0) while (!tiers.flush()) await local.settle();
    }
    const { ram, disk: cold } = tiers.status();
    assert.ok(ram.bytes <= 500 && cold.bytes <= 1000);
  });

  it('writes what waits when it is disposed of, and is empty then', async () => {
    const { tiers, lost, put, settle, at } = make({ diskBytes: 1e6, ramBytes: 200 });
    for (const name of ['a-b', 'a', 'c']) put(name);
    tiers.dispose();
    assert.deepEqual([tiers.has(keyFor('a')), tiers.get(keyFor('c')), tiers.status().ram.pages], [false, undefined, 0]);
    await settle();
    assert.deepEqual(namesOf(await make({ at, diskBytes: 1e6 }).load()), ['w/a', 'w/a-b']);
    assert.deepEqual(lost, []);
  });

  it('loses no more than what was on disk alone when the storage crashes', async () => {
    const logged: string[] = [];
    const { tiers, local, saved, lost, put, flush, persist } = make({
      diskBytes: 1e6,
      ramBytes: 400,
      log: (_level, message) => logged.push(message),
    });
    for (const name of ['a', 'b', 'c']) put(name);
    await flush();
    persist('d');
    local.crash();
    assert.deepEqual([lost, tiers.has(keyFor('a'))], [[], true], 'the next storage has it');
    for (let more = 3; more > 0; more--) local.crash();
    assert.equal(logged.length, 4);
    assert.deepEqual(lost, ['w/a']);
    assert.deepEqual(tiers.get(keyFor('c')), pageOf('w/c', 200));
    assert.equal(tiers.status().disk.limitBytes, 0);
    assert.equal(tiers.flush(), true);
    put('e');
    assert.equal(tiers.load('w'), undefined);
    tiers.forget('w');
    assert.equal(await saved.forget('w'), false);
    assert.equal(tiers.get(keyFor('e')), undefined);
  });

  it('goes on in memory when the disk may keep nothing any more, and writes again when it may', async () => {
    const { tiers, saved, lost, put, flush, settle, get } = make({ diskBytes: 1e6, ramBytes: 400 });
    for (const name of ['a', 'b', 'c']) put(name);
    await flush();
    const off = saved.setLimit(0);
    await settle();
    assert.equal(await off, true);
    assert.deepEqual([lost, tiers.status().disk], [['w/a'], { pages: 0, bytes: 0, limitBytes: 0 }]);
    void saved.setLimit(1e6);
    await settle();
    put('d');
    await flush();
    assert.deepEqual(await get(keyFor('b')), pageOf('w/b', 200));
    assert.equal(tiers.status().disk.pages, 1);
  });
});

const NAMES = ['a', 'a-b', 'a-b-c', 'a-b-c-d', 'a-b-x', 'a-y', 'e', 'e-f', 'e-f-g', 'h'];
const page = fc.record({ name: fc.constantFrom(...NAMES), workspace: fc.constantFrom('w', 'v') });
const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('put' as const), page }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('get' as const, 'touch' as const, 'persist' as const), page }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('flush' as const, 'settle' as const, 'writeAll' as const) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('drop' as const, 'forget' as const), page }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('reopen' as const, 'otherModel' as const) }) },
);

/** A page is as large as its name is long: 60 to 420 bytes. */
const sized = (name: string, workspace: string) => ({
  record: recordOf(name, workspace),
  page: pageOf(`${workspace}/${name}`, name.length * 60),
});

describe('PageTiers, whatever is done', () => {
  it('is bounded, has exactly what was put and not lost, and finds it again in its own workspace', async () => {
    const bounds = fc.record({
      ramBytes: fc.constantFrom(0, 500, 1000),
      queueBytes: fc.constantFrom(0, 600, 2000),
      diskBytes: fc.constantFrom(0, 800, 2000, 1e6),
    });
    await fc.assert(
      fc.asyncProperty(bounds, fc.array(operation, { maxLength: 60, size: 'max' }), async (options, operations) => {
        const at = path.join(folder, String(number++));
        let here = make({ ...options, at });
        /** What should be there: all that was taken, and neither lost nor dropped since. */
        const alive = new Set<string>();
        const hear = () => {
          for (const name of here.lost.splice(0)) assert.ok(alive.delete(name), `${name} was lost before`);
        };
        const reopen = async () => {
          await here.flush();
          hear();
          const whole = ({ key, parent }: PageRecord): boolean =>
            here.tiers.persisted(key) && (parent === null || whole(all.get(parent)!));
          const kept = [...all.values()].filter(whole);
          here.tiers.dispose();
          await here.local.close();
          here = make({ ...options, at });
          alive.clear();
          for (const workspace of ['w', 'v']) {
            const records = await here.load(workspace);
            for (const [i, record] of records.entries()) {
              assert.deepEqual(record, all.get(record.key));
              assert.equal(record.workspace, workspace);
              assert.ok(record.parent === null || records.slice(0, i).some(({ key }) => key === record.parent));
              alive.add(nameOf.get(record.key)!);
            }
          }
          here.lost.splice(0);
          assert.deepEqual([...alive].sort(), namesOf(kept).sort());
        };
        const otherModel = async () => {
          const other = make({ ...options, at, model: 'n' });
          assert.deepEqual([...(await other.load('w')), ...(await other.load('v'))], []);
          for (const key of all.keys()) assert.equal(other.tiers.has(key) || other.tiers.get(key) !== undefined, false);
          other.tiers.dispose();
          await other.local.close();
        };
        for (const step of operations) {
          const { tiers } = here;
          if (step.do === 'flush') tiers.flush();
          else if (step.do === 'writeAll') await here.flush();
          else if (step.do === 'settle') await here.settle();
          else if (step.do === 'reopen') await reopen();
          else if (step.do === 'otherModel') await otherModel();
          else if ('page' in step) {
            const { record, page } = sized(step.page.name, step.page.workspace);
            const { key, workspace } = record;
            const name = nameOf.get(key)!;
            if (step.do === 'put') {
              alive.add(name);
              tiers.put(record, page);
            } else if (step.do === 'get') {
              const got = await here.get(key);
              hear();
              assert.deepEqual(got, alive.has(name) ? page : undefined);
            } else if (step.do === 'touch') tiers.touch(key);
            else if (step.do === 'persist') {
              if (tiers.persist(record, page)) alive.add(name);
            } else if (step.do === 'drop') {
              tiers.drop(key);
              alive.delete(name);
            } else {
              tiers.forget(workspace);
              const [forgotten] = await Promise.all([here.saved.forget(workspace), here.settle()]);
              assert.equal(forgotten, true);
              hear();
              assert.deepEqual(
                [...alive].filter((other) => other.startsWith(workspace)),
                [],
              );
            }
          }
          hear();
          for (const key of all.keys()) assert.equal(here.tiers.has(key), alive.has(nameOf.get(key)!), nameOf.get(key));
          const { ram, disk } = here.tiers.status();
          assert.ok(ram.bytes <= options.ramBytes && disk.bytes <= options.diskBytes);
        }
        for (const [key, { workspace }] of all) {
          const name = nameOf.get(key)!;
          const { page } = sized(name.slice(2), workspace);
          const got = await here.get(key);
          hear();
          assert.deepEqual(got, alive.has(name) ? page : undefined);
        }
        here.tiers.dispose();
        await here.local.close();
      }),
      { numRuns: 100 },
    );
  });
});

const all = new Map(
  ['w', 'v']
    .flatMap((workspace) => NAMES.map((name) => recordOf(name, workspace)))
    .map((record) => [record.key, record]),
);
