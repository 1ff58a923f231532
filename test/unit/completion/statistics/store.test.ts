import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { NO_COUNTS, sum } from '../../../../src/completion/statistics/counts.ts';
import { StatisticsStore } from '../../../../src/completion/statistics/store.ts';

let root = '';
let folder = '';
let now = new Date(2026, 10, 27, 12);
const clock = () => now;
const shown = { ...NO_COUNTS, shown: 1 };

before(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'quire-statistics-'));
});
after(() => rm(root, { recursive: true, force: true }));
beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(root, 'x')), 'statistics');
  now = new Date(2026, 10, 27, 12);
});

describe('StatisticsStore', () => {
  it('has nothing where nothing was counted, and makes no folder for it', async () => {
    const store = new StatisticsStore(folder, clock);
    assert.deepEqual(await store.read(), []);
    await assert.rejects(readdir(folder));
  });

  it('counts by day, language and model', async () => {
    const store = new StatisticsStore(folder, clock);
    store.count('go', 'small', shown);
    store.count('go', 'small', shown);
    store.count('rust', 'small', shown);
    now = new Date(2026, 10, 28, 0, 1);
    store.count('go', 'small', shown);
    const days = await store.read();
    assert.deepEqual(
      days.map(({ date, tallies }) => [date, tallies.map(({ language, shown }) => [language, shown])]),
      [
        ['2026-11-28', [['go', 1]]],
        [
          '2026-11-27',
          [
            ['go', 2],
            ['rust', 1],
          ],
        ],
      ],
    );
  });

  it('loses nothing of two windows that count at once', async () => {
    const windows = [new StatisticsStore(folder, clock), new StatisticsStore(folder, clock)];
    for (let round = 0; round < 20; round++) {
      for (const window of windows) window.count('go', 'small', shown);
      await Promise.all(windows.map((window) => window.flush()));
    }
    assert.equal(sum((await windows[0]!.read()).flatMap(({ tallies }) => tallies)).shown, 40);
  });

  it('writes only what is new, and only where there is something', async () => {
    const store = new StatisticsStore(folder, clock);
    store.count('go', 'small', shown);
    await store.flush();
    await store.flush();
    assert.equal((await readFile(path.join(folder, '2026-11-27.jsonl'), 'utf8')).split('\n').length, 2);
  });

  it('holds no text but the names of the language and the model', async () => {
    const store = new StatisticsStore(folder, clock);
    store.count('go', 'small', shown);
    await store.flush();
    const line = JSON.parse(await readFile(path.join(folder, '2026-11-27.jsonl'), 'utf8'));
    const texts = Object.entries(line).filter(([, value]) => typeof value !== 'number');
    assert.deepEqual(texts, [
      ['language', 'go'],
      ['model', 'small'],
    ]);
  });

  it('reads on where a line is broken, and joins the lines of days that are over', async () => {
    const store = new StatisticsStore(folder, clock);
    for (let i = 0; i < 60; i++) {
      store.count('go', 'small', shown);
      await store.flush();
    }
    const file = path.join(folder, '2026-11-27.jsonl');
    await appendFile(file, '{"language":"go","mod');
    now = new Date(2026, 10, 28, 12);
    assert.equal((await store.read())[0]?.tallies[0]?.shown, 60);
    assert.equal((await readFile(file, 'utf8')).split('\n').length, 2);
    assert.equal((await store.read())[0]?.tallies[0]?.shown, 60);
  });

  it('forgets what is older than half a year, and leaves files that are not its own', async () => {
    const store = new StatisticsStore(folder, clock);
    store.count('go', 'small', shown);
    await store.flush();
    await writeFile(path.join(folder, 'other.txt'), 'x');
    now = new Date(2027, 6, 1);
    assert.deepEqual(await store.read(), []);
    assert.deepEqual(await readdir(folder), ['other.txt']);
  });

  it('erases what is written and what is not, and counts on', async () => {
    const store = new StatisticsStore(folder, clock);
    store.count('go', 'small', shown);
    await store.flush();
    store.count('go', 'small', shown);
    await store.erase();
    assert.deepEqual(await store.read(), []);
    store.count('go', 'small', shown);
    assert.equal((await store.read())[0]?.tallies[0]?.shown, 1);
  });

  it('keeps what it could not write for the next time', async () => {
    await writeFile(`${path.dirname(folder)}/statistics`, 'a file where the folder should be');
    const store = new StatisticsStore(folder, clock);
    store.count('go', 'small', shown);
    await assert.rejects(store.flush());
    await rm(folder);
    store.count('go', 'small', shown);
    assert.equal((await store.read())[0]?.tallies[0]?.shown, 2);
  });
});
