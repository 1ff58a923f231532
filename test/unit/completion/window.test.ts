import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { budgetFor, prefixWindow, suffixWindow, tokensIn } from '../../../src/completion/window.ts';

const LONG_FILE = Array.from(
  { length: 3000 },
  (_, row) => `  const value${row} = compute(${row * 7}, 'row ${row}');`,
).join('\n');

test('a short file is shown whole', () => {
  assert.equal(prefixWindow('abc\ndef', 100), 'abc\ndef');
  assert.equal(suffixWindow('abc\ndef', 100), 'abc\ndef');
});

test('the prefix begins at a line start, within the budget and not far below it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: LONG_FILE.length }),
      fc.integer({ min: 400, max: 9000 }),
      (cursor, budget) => {
        const window = prefixWindow(LONG_FILE.slice(0, cursor), budget);
        assert.ok(window.length <= budget);
        assert.ok(LONG_FILE.slice(0, cursor).endsWith(window));
        if (cursor > budget) {
          assert.ok(window.length > budget / 2, `${window.length} of ${budget}`);
          assert.equal(LONG_FILE[cursor - window.length - 1], '\n');
        }
      },
    ),
  );
});

test('while typing, the window begins at the same place for at least 98 % of the keys', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 3000, max: LONG_FILE.length }),
      fc.array(fc.constantFrom('x', '(', ' ', '\n', 'return', '😀'), { minLength: 200, maxLength: 400 }),
      (cursor, keys) => {
        let prefix = LONG_FILE.slice(0, cursor);
        let start = prefix.length - prefixWindow(prefix, 2000).length;
        let moved = 0;
        for (const key of keys) {
          prefix += key;
          const next = prefix.length - prefixWindow(prefix, 2000).length;
          if (next !== start) moved += 1;
          start = next;
        }
        assert.ok(moved <= Math.max(4, keys.length * 0.02), `moved ${moved} times in ${keys.length} keys`);
      },
    ),
    { numRuns: 60 },
  );
});

test('a clipped prefix gives the same window as the whole one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: LONG_FILE.length }), (cursor) => {
      const before = Math.max(0, cursor - 3000);
      assert.equal(
        prefixWindow(LONG_FILE.slice(before, cursor), 2000, before),
        prefixWindow(LONG_FILE.slice(0, cursor), 2000),
      );
    }),
  );
});

test('what will be shown a little further on begins where it will begin then', () => {
  const starts = (soon: number) =>
    Array.from({ length: 600 }, (_, more) => {
      const prefix = LONG_FILE.slice(0, 5_000 + more);
      return prefix.length - prefixWindow(prefix, 2000, 0, soon).length;
    });
  assert.deepEqual(starts(100).slice(0, 500), starts(0).slice(100));
  assert.equal(prefixWindow('abc', 2000, 0, 100), 'abc');
});

test('a single line of millions of characters is cut without a line start', () => {
  const line = 'x'.repeat(5_000_000);
  assert.ok(prefixWindow(line, 2000).length > 1400);
  assert.ok(prefixWindow(line, 2000).length <= 2000);
  assert.equal(suffixWindow(line, 800).length, 800);
});

test('the suffix ends after a whole line where one is near', () => {
  const window = suffixWindow(LONG_FILE, 800);
  assert.ok(window.endsWith('\n'));
  assert.ok(window.length <= 800 && window.length > 600);
  assert.equal(suffixWindow(`${'y'.repeat(799)}😀`, 800), 'y'.repeat(799));
});

test('budgets follow the context: no other files in a small one, two thirds of the room in a larger one', () => {
  const parameters = 7e9;
  const tiny = budgetFor({ parameters, contextTokens: 1024, device: 'cpu' }, 128, 'suffixFirst');
  assert.equal(tiny.others, 0);
  assert.ok(tiny.prefix > 2 * tiny.suffix);
  assert.ok((tiny.prefix + tiny.suffix) / 3 <= 1024 - 128);
  const large = budgetFor({ parameters, contextTokens: 32_768, device: 'CUDA' }, 128, 'suffixFirst');
  assert.ok(Math.abs(large.others + large.pieces + large.notes - 2 * (large.prefix + large.suffix)) <= 4);
  assert.ok(large.files > tiny.files);
  assert.ok(budgetFor({ parameters, contextTokens: 32_768, device: 'cpu' }, 128, 'suffixFirst').prefix < large.prefix);
  assert.deepEqual(budgetFor({ parameters, contextTokens: 64, device: 'cpu' }, 128, 'suffixFirst'), {
    others: 0,
    files: 2,
    notes: 0,
    pieces: 0,
    prefix: 0,
    suffix: 0,
  });
});

test('a small model is shown the file alone, and no more of it on a GPU or with a large context', () => {
  const of = (parameters: number, device: string, contextTokens = 32_768) =>
    budgetFor({ parameters, contextTokens, device }, 128, 'suffixFirst');
  const small = of(31e6, 'cpu');
  assert.deepEqual([small.others, small.pieces, small.notes], [0, 0, 0]);
  assert.ok(Math.abs(tokensIn(small.prefix + small.suffix) - 736) <= 1);
  const { files: _, ...onGpu } = of(31e6, 'CUDA');
  assert.deepEqual({ ...onGpu, files: small.files }, small);
  assert.ok(of(31e6, 'cpu', 512).prefix < small.prefix);
  assert.ok(of(0.5e9, 'cpu').others > 0);
});

test('where the text after the cursor is computed anew with every key, little of it is shown', () => {
  const model = { parameters: 31e6, contextTokens: 32_768, device: 'cpu' };
  const [first, last] = [budgetFor(model, 128, 'suffixFirst'), budgetFor(model, 128, 'prefixFirst')];
  assert.ok(last.suffix < first.suffix / 2);
  assert.ok(Math.abs(last.prefix + last.suffix - first.prefix - first.suffix) <= 2);
});

test('a model that reads slowly is shown less: first no other files, then less of what is near, and always something', () => {
  const times = fc.uniqueArray(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(
      times,
      fc.constantFrom('cpu', 'CUDA'),
      fc.constantFrom(1_500, 32_768),
      (both, device, contextTokens) => {
        const of = (promptMs?: number) => {
          const known = promptMs === undefined ? {} : { promptMs };
          return budgetFor({ parameters: 7e9, contextTokens, device, ...known }, 128, 'prefixFirst');
        };
        const near = ({ prefix, suffix }: ReturnType<typeof budgetFor>) => prefix + suffix;
        const [fast, slow] = [Math.min(...both), Math.max(...both)];
        for (const part of ['others', 'pieces', 'suffix'] as const) assert.ok(of(slow)[part] <= of(fast)[part], part);
        if (of(fast).others === 0 || of(slow).others > 0) assert.ok(near(of(slow)) <= near(of(fast)) + 2);
        const { others, pieces, notes, suffix } = of(slow);
        const read = tokensIn(near(of(slow)));
        assert.ok(read >= 255 && suffix >= 24 * 3 - 1);
        assert.ok(read <= 257 || read * slow <= 3_010);
        assert.ok(tokensIn(suffix) <= 24 || tokensIn(suffix) * slow <= 260);
        if (others > 0) assert.ok((read + tokensIn(others + pieces + notes)) * slow <= 9_100);
        assert.deepEqual(of(0.01), of());
      },
    ),
  );
});

test('notes have a small share of the room for other files, and none with a model that was not seen to gain from them', () => {
  fc.assert(
    fc.property(fc.integer({ min: 64, max: 300_000 }), fc.constantFrom('cpu', 'CUDA'), (contextTokens, device) => {
      const of = (parameters: number) => budgetFor({ parameters, contextTokens, device }, 128, 'prefixFirst');
      const [without, shown] = [of(0.5e9), of(7e9)];
      assert.equal(without.notes, 0);
      assert.ok(tokensIn(shown.notes) <= Math.min(400, 0.08 * contextTokens));
      assert.equal(shown.notes > 0, contextTokens - 128 >= 2048);
      assert.ok(Math.abs(shown.others + shown.notes + shown.pieces - without.others - without.pieces) <= 2);
      assert.deepEqual([shown.prefix, shown.suffix], [without.prefix, without.suffix]);
    }),
  );
});

test('pieces of other places are for models that gain from them, on a GPU: a CPU is too slow to read what changes before the file', () => {
  const of = (parameters: number, device: string, contextTokens = 32_768) =>
    budgetFor({ parameters, contextTokens, device }, 128, 'prefixFirst');
  const shown = of(7e9, 'CUDA');
  assert.ok(Math.abs(shown.pieces - shown.others) <= 1);
  assert.ok(tokensIn(shown.pieces) > 2_000);
  assert.ok(of(0.5e9, 'CUDA').pieces > shown.pieces);
  for (const without of [of(7e9, 'cpu'), of(31e6, 'CUDA'), of(31e6, 'cpu'), of(7e9, 'CUDA', 2_048)])
    assert.equal(without.pieces, 0);
});
