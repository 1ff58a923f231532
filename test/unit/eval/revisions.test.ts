import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placesBetween } from '../../eval/context/revisions.ts';
import { Random } from '../../traces/random.ts';

const lines = (count: number, name: string) =>
  Array.from({ length: count }, (_, row) => `  const ${name}${row} = compute(${row});`);
const file = (path: string, content: string[]) => ({ path, content: content.join('\n') });

const OLD = [file('a.ts', lines(20, 'a')), file('b.ts', lines(20, 'b')), file('c.ts', lines(20, 'c'))];
const NOW = [
  file('a.ts', lines(20, 'a').with(3, '  const first = changed(3);')),
  file(
    'b.ts',
    lines(20, 'b')
      .with(2, '  const second = changed(2);')
      .toSpliced(10, 1, '  const third = added(10);', '  const fourth = added(11);'),
  ),
  file('c.ts', lines(20, 'c').with(5, '  const fifth = changed(5);')),
];

test('a place is in what was changed: above it all is as it became, below it as it was', () => {
  const places = placesBetween(OLD, NOW, 60, new Random(1));
  assert.equal(places.length, 60);
  const fourth = places.find(({ prefix }) => prefix.includes('third = added') && prefix.includes('\n  '));
  assert.ok(fourth);
  assert.match(fourth.prefix, /second = changed/);
  assert.equal(fourth.suffix, ['', ...lines(20, 'b').slice(11)].join('\n'));
  for (const { prefix, truth, path } of places) {
    const now = NOW.find((one) => one.path === path)!.content;
    assert.ok(now.includes(prefix.slice(prefix.lastIndexOf('\n') + 1) + truth));
    assert.ok(!OLD.find((one) => one.path === path)!.content.includes(truth) || truth.length < 20);
  }
});

test('files before it are as they became, files after it as they were; the edits are those before it, the last one last', () => {
  const place = placesBetween(OLD, NOW, 12, new Random(1)).find(
    ({ path, edits }) => path === 'b.ts' && edits.length === 2,
  )!;
  assert.deepEqual(place.others, [NOW[0], OLD[2]]);
  assert.deepEqual(
    place.edits.map(({ path, before, after }) => ({ path, before, after })),
    [
      { path: 'a.ts', before: ['  const a3 = compute(3);'], after: ['  const first = changed(3);'] },
      { path: 'b.ts', before: ['  const b2 = compute(2);'], after: ['  const second = changed(2);'] },
    ],
  );
});
