import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseQuery } from '../../../../../../src/engine/server/services/search/query.ts';
import { ranking } from '../../../../../../src/engine/server/services/search/ranking.ts';
import { SearchIndex } from '../../../../../../src/engine/server/services/search/searchIndex.ts';

const ROOM = 100 << 20;
/** One block and not a byte more. */
const LITTLE = 1;

function add(index: SearchIndex, path: string, text: string): boolean {
  const adding = index.add(path, text);
  for (;;) {
    const step = adding.next();
    if (step.done) return step.value;
  }
}

function find(index: SearchIndex, query: string): string[] {
  const steps = ranking(index, parseQuery(query));
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value.map(({ file }) => file.path);
  }
}
const letter = (number: number) => String.fromCharCode(...[...String(number)].map((digit) => 97 + Number(digit)));
/** A text of so many lines with so many different words each. */
const wordy = (seed: string, lines: number, each = 40) =>
  Array.from({ length: lines }, (_, i) => Array.from({ length: each }, (_, j) => `${seed}q${i}w${j}`).join(' ')).join(
    '\n',
  );

describe('SearchIndex', () => {
  it('finds a file as it is now, and not once it is gone', () => {
    const index = new SearchIndex(ROOM);
    add(index, 'a.ts', 'const zebra = 1;');
    add(index, 'b.ts', 'const lion = 1;');
    assert.deepEqual(find(index, 'zebra'), ['a.ts']);
    add(index, 'a.ts', 'const okapi = 1;');
    assert.deepEqual([find(index, 'zebra'), find(index, 'okapi')], [[], ['a.ts']]);
    index.delete('a.ts');
    assert.deepEqual([find(index, 'okapi'), index.files, index.totals.pieces], [[], 1, 1]);
    index.delete('b.ts');
    assert.deepEqual(index.totals, { pieces: 0, words: 0, names: 0 });
  });
  it('finds what a file was until what it is now is read, and also if that is given up', () => {
    const index = new SearchIndex(ROOM);
    add(index, 'a.ts', 'const zebra = 1;');
    const adding = index.add('a.ts', `${'const okapi = 1;\n\n'.repeat(100)}`);
    adding.next();
    assert.deepEqual([find(index, 'zebra'), find(index, 'okapi')], [['a.ts'], []]);
    adding.return(false);
    assert.deepEqual([find(index, 'zebra'), find(index, 'okapi')], [['a.ts'], []]);
  });
  it('gives the room of what left back, and keeps the rest findable', () => {
    const index = new SearchIndex(ROOM);
    for (let i = 0; i < 60; i++) add(index, `f${i}.ts`, `needle${'abcdefghij'[i % 10]}\n${wordy(`x${i}`, 60)}`);
    const before = index.bytes;
    for (let i = 0; i < 60; i++) if (i % 10 !== 3) index.delete(`f${i}.ts`);
    for (let i = 0; i < 10; i++) index.tidy();
    assert(index.bytes <= before / 2, `${index.bytes} of ${before}`);
    assert.deepEqual(find(index, 'needled').sort(), ['f13.ts', 'f23.ts', 'f3.ts', 'f33.ts', 'f43.ts', 'f53.ts']);
    assert.deepEqual(find(index, 'needlea'), []);
  });
  it('says where there is no room, and has nothing of such a file; a change of one that is there finds room', () => {
    const index = new SearchIndex(LITTLE);
    let files = 0;
    while (add(index, `f${files}.ts`, `needle${letter(files)}\n${wordy(`x${files}`, 60)}`)) files++;
    assert(files > 3);
    assert.equal(index.files, files);
    assert.deepEqual(find(index, `needle${letter(files)}`), []);
    assert.deepEqual(find(index, `needle${letter(0)}`), ['f0.ts']);
    for (let i = 0; i < files / 2; i++) index.delete(`f${i}.ts`);
    assert.equal(add(index, 'late.ts', `latecomer\n${wordy('late', 60)}`), true);
    assert.deepEqual(find(index, 'latecomer'), ['late.ts']);
  });
});
