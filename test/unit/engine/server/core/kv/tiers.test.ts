import assert from 'node:assert/strict';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { DiskTier } from '../../../../../../src/engine/server/core/kv/diskTier.ts';
import { PageTiers } from '../../../../../../src/engine/server/core/kv/tiers.ts';
import { pageOf, recordOf, saved, temporaryFolder } from './savedPages.ts';

const opened: PageTiers[] = [];
after(() => {
  for (const tiers of opened) tiers.dispose();
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
}

/** Tiers with what they report as lost. */
function make({ ramBytes = 1000, queueBytes = 2000, diskBytes = 0, model = 'm', ...rest }: Options = {}) {
  const at = rest.at ?? path.join(folder, String(number++));
  const lost: string[] = [];
  const onLost = (key: string) => lost.push(key);
  const log = (_level: string, message: string) => assert.fail(message);
  const disk = diskBytes > 0 ? new DiskTier({ folder: at, model, maxBytes: diskBytes, log }) : undefined;
  const tiers = new PageTiers({ ramBytes, queueBytes, onLost, ...(disk && { disk }) });
  opened.push(tiers);
  const put = (name: string, bytes = 200) => tiers.put(recordOf(name), pageOf(`w/${name}`, bytes));
  const persist = (name: string, bytes = 200) => tiers.persist(recordOf(name), pageOf(`w/${name}`, bytes));
  return { tiers, disk, lost, put, persist, at };
}

const keysOf = (records: { key: string }[]) => records.map(({ key }) => key);

describe('PageTiers', () => {
  it('loses the least recently used page of memory where there is no disk', () => {
    const { tiers, lost, put } = make();
    for (const name of ['a', 'b', 'c', 'd', 'e']) put(name);
    tiers.touch('w/a');
    assert.ok(tiers.get('w/b'));
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
    tiers.touch('w/a');
    tiers.setLimits({ ramBytes: 400 });
    assert.deepEqual([lost, tiers.status().ram], [['w/b', 'w/c', 'w/d'], { pages: 2, bytes: 400, limitBytes: 400 }]);
    tiers.setLimits({ ramBytes: 600 });
    put('f');
    assert.equal(lost.length, 3);
    tiers.setLimits({ ramBytes: 0 });
    assert.deepEqual(lost.slice(3).sort(), ['w/a', 'w/e', 'w/f']);
  });

  it('takes new limits for the disk: smaller, none, another folder', () => {
    const { tiers, lost, persist, at } = make({ ramBytes: 0, diskBytes: 1e6 });
    const log = (_level: string, message: string) => assert.fail(message);
    const disk = (maxBytes: number, folder = at) => ({ ramBytes: 0, disk: { folder, model: 'm', maxBytes, log } });
    for (const name of ['a', 'b', 'c']) assert.ok(persist(name));
    while (!tiers.flush(100));
    const { bytes } = tiers.status().disk;
    tiers.setLimits(disk(Math.ceil(bytes * 0.7)));
    assert.deepEqual(lost, ['w/a']);
    assert.ok(persist('waiting'));
    tiers.setLimits({ ramBytes: 0 });
    assert.deepEqual(lost.slice(1).sort(), ['w/b', 'w/c', 'w/waiting']);
    assert.equal(persist('d'), false);
    tiers.setLimits(disk(1e6));
    assert.equal(tiers.status().disk.pages, 2, 'what was let go of is still on disk');
    tiers.setLimits(disk(1e6, `${at}-other`));
    assert.equal(tiers.status().disk.pages, 0);
    assert.ok(persist('d'));
  });

  it('loses all where it may keep nothing', () => {
    const { tiers, lost, put } = make({ ramBytes: 0 });
    put('a');
    put('b', 0);
    assert.deepEqual([lost, tiers.status().ram.bytes], [['w/a', 'w/b'], 0]);
  });

  it('lets pages wait for the disk, and has them all the while', () => {
    const { tiers, lost, put } = make({ diskBytes: 1e6 });
    for (let i = 0; i < 8; i++) put(`${i}`);
    assert.ok(tiers.persisted('w/0'));
    assert.equal(tiers.status().disk.pages, 0);
    assert.ok(tiers.flush(1000));
    assert.equal(tiers.status().disk.pages, 3);
    for (let i = 0; i < 8; i++) assert.deepEqual(tiers.get(`w/${i}`), saved(`${i}`).page);
    assert.deepEqual(lost, []);
  });

  it('loses the oldest of what waits when too much does', () => {
    const { tiers, lost, put } = make({ diskBytes: 1e6, queueBytes: 800 });
    for (let i = 0; i < 9; i++) put(`${i}`);
    assert.deepEqual(lost, ['w/0', 'w/1']);
    assert.equal(tiers.has('w/1'), false);
  });

  it('writes at least one page a call, first what was asked for', () => {
    const { tiers, put, persist } = make({ diskBytes: 1e6 });
    for (let i = 0; i < 7; i++) put(`${i}`);
    assert.ok(persist('x'));
    assert.equal(tiers.flush(0), false);
    assert.equal(tiers.status().disk.pages, 1);
    assert.deepEqual(keysOf(tiers.load('w')), ['w/x']);
  });

  it('writes what is in memory above a page before it', () => {
    const { tiers, put } = make({ diskBytes: 1e6, ramBytes: 400 });
    for (const name of ['a-b-c', 'a-b', 'a']) put(name);
    tiers.flush(1000);
    assert.deepEqual(keysOf(tiers.load('w')), ['w/a', 'w/a-b', 'w/a-b-c']);
  });

  it('persists what it has no memory for, says what it has no room for, and loses nothing by that', () => {
    const { tiers, lost, persist } = make({ ramBytes: 0, diskBytes: 1e6, queueBytes: 800 });
    assert.deepEqual(
      ['a', 'b', 'c', 'a'].map((name) => persist(name)),
      [true, true, false, true],
    );
    assert.ok(tiers.flush(1000));
    assert.ok(persist('c'));
    assert.deepEqual(lost, []);
    assert.equal(make().persist('a'), false);
  });

  it('drops a page from every tier, and does not call it lost', () => {
    const { tiers, lost, put, persist } = make({ diskBytes: 1e6 });
    for (let i = 0; i < 7; i++) put(`${i}`);
    persist('3');
    tiers.flush(1000);
    put('3');
    persist('p');
    for (const name of ['0', '3', 'p', '6', 'unknown']) {
      tiers.drop(`w/${name}`);
      assert.equal(tiers.has(`w/${name}`), false);
    }
    assert.equal(tiers.has('w/5'), true);
    assert.deepEqual(lost, []);
  });

  it('may be called from inside its own report', () => {
    const { disk } = make({ diskBytes: 1000 });
    const tiers: PageTiers = new PageTiers({
      ramBytes: 500,
      queueBytes: 1000,
      ...(disk && { disk }),
      onLost: (key) => {
        for (let i = 0; i < 30; i++) if (i % 3 === 0 || key.endsWith(`${i}`)) tiers.drop(`w/${i}`);
        assert.equal(tiers.get(key), undefined);
      },
    });
    for (let i = 0; i < 30; i++) {
      tiers.put(recordOf(`${i}`), pageOf(`${i}`, 200));
      if (i % 7 === 0) tiers.flush(1000);
    }
    const { ram, disk: cold } = tiers.status();
    assert.ok(ram.bytes <= 500 && cold.bytes <= 1000);
  });

  it('writes what waits when it is disposed of, and is empty then', () => {
    const { tiers, lost, put, at } = make({ diskBytes: 1e6, ramBytes: 200 });
    for (const name of ['a-b', 'a', 'c']) put(name);
    tiers.dispose();
    assert.deepEqual([tiers.has('w/a'), tiers.get('w/c'), tiers.status().ram.pages], [false, undefined, 0]);
    assert.deepEqual(keysOf(make({ at, diskBytes: 1e6 }).tiers.load('w')), ['w/a', 'w/a-b']);
    assert.deepEqual(lost, []);
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
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('flush' as const), ms: fc.constantFrom(0, 1, 100) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('drop' as const, 'forget' as const), page }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('reopen' as const, 'otherModel' as const) }) },
);

/** A page is as large as its name is long: 60 to 420 bytes. */
const sized = (name: string, workspace: string) => saved(name, name.length * 60, workspace);

describe('PageTiers, whatever is done', () => {
  it('is bounded, has exactly what was put and not lost, and finds it again in its own workspace', () => {
    const bounds = fc.record({
      ramBytes: fc.constantFrom(0, 500, 1000),
      queueBytes: fc.constantFrom(0, 600, 2000),
      diskBytes: fc.constantFrom(0, 800, 2000, 1e6),
    });
    fc.assert(
      fc.property(bounds, fc.array(operation, { maxLength: 60, size: 'max' }), (options, operations) => {
        const at = path.join(folder, String(number++));
        let { tiers, lost } = make({ ...options, at });
        /** What should be there: all that was taken, and neither lost nor dropped since. */
        const alive = new Set<string>();
        const settle = () => {
          for (const key of lost.splice(0)) assert.ok(alive.delete(key), `${key} was lost before`);
        };
        const reopen = () => {
          while (!tiers.flush(100));
          settle();
          const whole = (record: { key: string; parent: string | null }): boolean =>
            tiers.persisted(record.key) && (record.parent === null || whole(all.get(record.parent)!));
          const kept = [...all.values()].filter(whole).map(({ key }) => key);
          tiers.dispose();
          ({ tiers, lost } = make({ ...options, at }));
          alive.clear();
          for (const workspace of ['w', 'v']) {
            const records = tiers.load(workspace);
            for (const [i, record] of records.entries()) {
              assert.deepEqual(record, all.get(record.key));
              assert.equal(record.workspace, workspace);
              assert.ok(record.parent === null || keysOf(records.slice(0, i)).includes(record.parent));
              alive.add(record.key);
            }
          }
          lost.splice(0);
          assert.deepEqual([...alive].sort(), kept.sort());
        };
        const otherModel = () => {
          const other = make({ ...options, at, model: 'n' });
          assert.deepEqual([...other.tiers.load('w'), ...other.tiers.load('v')], []);
          for (const key of all.keys()) assert.equal(other.tiers.has(key) || other.tiers.get(key) !== undefined, false);
          other.tiers.dispose();
        };
        for (const step of operations) {
          if (step.do === 'flush') tiers.flush(step.ms);
          else if (step.do === 'reopen') reopen();
          else if (step.do === 'otherModel') otherModel();
          else if ('page' in step) {
            const { record, page } = sized(step.page.name, step.page.workspace);
            const { key, workspace } = record;
            if (step.do === 'put') {
              alive.add(key);
              tiers.put(record, page);
            } else if (step.do === 'get') assert.deepEqual(tiers.get(key), alive.has(key) ? page : undefined);
            else if (step.do === 'touch') tiers.touch(key);
            else if (step.do === 'persist') {
              if (tiers.persist(record, page)) alive.add(key);
            } else if (step.do === 'drop') {
              tiers.drop(key);
              alive.delete(key);
            } else {
              tiers.forget(workspace);
              for (const other of [...alive]) if (other.startsWith(workspace)) alive.delete(other);
            }
          }
          settle();
          for (const key of all.keys()) assert.equal(tiers.has(key), alive.has(key), key);
          const { ram, disk } = tiers.status();
          assert.ok(ram.bytes <= options.ramBytes && disk.bytes <= options.diskBytes);
        }
        for (const [key, { workspace }] of all) {
          const { page } = sized(key.slice(2), workspace);
          assert.deepEqual(tiers.get(key), alive.has(key) ? page : undefined);
          settle();
        }
        tiers.dispose();
      }),
      { numRuns: 150 },
    );
  });
});

const all = new Map(
  ['w', 'v']
    .flatMap((workspace) => NAMES.map((name) => recordOf(name, workspace)))
    .map((record) => [record.key, record]),
);
