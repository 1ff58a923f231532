import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_COUNTS } from '../../../../src/completion/statistics/counts.ts';
import { statisticsPage } from '../../../../src/completion/statistics/page.ts';

const options = {
  cspSource: 'https://page.test',
  styleUri: 'https://page.test/statistics.css',
  today: new Date(2026, 10, 27, 12),
  eraseCommand: 'quire.eraseStatistics',
};
const tally = (language: string, counts = {}) => ({ ...NO_COUNTS, language, model: 'small', ...counts });
/** Cells of the row that begins with a name. */
const row = (html: string, name: string): string[] => {
  const [, cells = ''] = new RegExp(`<tr><th scope="row">${name}</th>(.*?)</tr>`).exec(html) ?? [];
  return [...cells.matchAll(/<td>(.*?)<\/td>/g)].map(([, cell]) => cell!);
};

test('sums by period, language, model and day', () => {
  const html = statisticsPage(
    [
      { date: '2026-11-27', tallies: [tally('go', { shown: 1200, taken: 3, wrong: 300, parts: 2, characters: 1500 })] },
      { date: '2026-11-20', tallies: [tally('rust', { shown: 1 })] },
      { date: '2026-11-21', tallies: [tally('rust', { shown: 10, typed: 4, takenBack: 1 })] },
    ],
    options,
  );
  assert.deepEqual(row(html, 'Today'), ['1,200', '3', '2', '0', '300 (25\u00a0%)', '0', '1,500']);
  assert.equal(row(html, 'Last 7 days')[0], '1,210');
  assert.equal(row(html, 'Last 30 days')[0], '1,211');
  assert.deepEqual(row(html, 'rust'), ['11', '0', '0', '4', '0 (0\u00a0%)', '1', '0']);
  assert.equal(row(html, 'small')[0], '1,211');
  assert.equal(row(html, '2026-11-20')[0], '1');
});

test('says where nothing was counted, and can always erase', () => {
  const html = statisticsPage([], options);
  assert.match(html, /Nothing was counted yet/);
  assert.doesNotMatch(html, /<table>/);
  assert.match(html, /href="command:quire.eraseStatistics"/);
});

test('runs no script, loads nothing from elsewhere, and takes no name for markup', () => {
  const html = statisticsPage([{ date: '2026-11-27', tallies: [tally('<script>x</script>')] }], options);
  assert.doesNotMatch(html, /<script/);
  assert.match(html, /default-src 'none'; style-src https:\/\/page.test/);
  assert.match(html, /&lt;script&gt;/);
});
