import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  argumentAt,
  firstLine,
  isBegun,
  isRight,
  type Place,
  type PlaceKind,
  placeIn,
  type SourceFile,
} from '../../eval/places.ts';
import { Random } from '../../traces/random.ts';

const KINDS: PlaceKind[] = ['restOfLine', 'argument', 'wholeLine'];
const SOURCES: SourceFile[] = ['places.ts', 'scores.ts', 'cases.ts'].map((name) => ({
  path: name,
  content: readFileSync(new URL(`../../eval/${name}`, import.meta.url), 'utf8'),
}));

function check(place: Place, { path, content }: SourceFile): void {
  const { prefix, truth, suffix, kind, argument } = place;
  assert.equal(prefix + truth + suffix, content);
  assert.equal(place.path, path);
  assert.ok(truth.trim().length >= 2 && !truth.includes('\n') && truth === truth.trimEnd());
  assert.match(suffix, /^[^\S\n]*(?:\n|$)/);
  assert.ok(isRight(place, truth));
  assert.ok(!isRight(place, `${truth}x`.slice(1)));
  const before = prefix.slice(prefix.lastIndexOf('\n') + 1);
  if (kind === 'wholeLine') assert.match(before, /^\s+$/);
  else assert.match(before, /^\s+\S/);
  assert.equal(argument !== undefined, kind === 'argument');
  if (argument !== undefined) assert.ok(truth.startsWith(argument) && argument.trim() !== '' && isBegun(place, truth));
}

describe('placeIn', () => {
  for (const kind of KINDS) {
    it(`takes a ${kind} out of a file, the same for the same seed`, () => {
      const seen = new Set<string>();
      fc.assert(
        fc.property(fc.nat(), fc.constantFrom(...SOURCES), (seed, file) => {
          const place = placeIn(file, kind, new Random(seed));
          assert.ok(place);
          assert.equal(place.kind, kind);
          check(place, file);
          assert.deepEqual(placeIn(file, kind, new Random(seed)), place);
          seen.add(place.prefix);
        }),
      );
      assert.ok(seen.size > 20);
    });
  }

  it('takes a place out of any text, or none', () => {
    const line = fc.constantFrom(
      '',
      '  call(alpha, beta);',
      '  // nothing',
      'top();',
      '\tconst x = [1, 2];  ',
      '  }',
      '    return f(g(1), "a)");',
    );
    const text = fc
      .array(line, { maxLength: 6 })
      .chain((lines) => fc.constantFrom('\n', '\r\n').map((end) => lines.join(end)));
    let found = 0;
    fc.assert(
      fc.property(text, fc.constantFrom(...KINDS), fc.nat(), (content, kind, seed) => {
        const place = placeIn({ path: 'a.ts', content }, kind, new Random(seed));
        if (!place) return;
        check(place, { path: 'a.ts', content });
        found++;
      }),
      { numRuns: 500 },
    );
    assert.ok(found > 50);
  });

  it('leaves comments, short lines and those without indentation', () => {
    const content =
      'const top = level();\n  // const alpha = beta;\n  * const alpha = beta;\n  a = b;\nlast(one, two);\n';
    for (const kind of KINDS) {
      for (let seed = 0; seed < 20; seed++) {
        assert.equal(placeIn({ path: 'a.ts', content }, kind, new Random(seed)), undefined);
      }
    }
  });
});

describe('argumentAt', () => {
  for (const [line, at, argument] of [
    ['call(a, b)', 5, 'a'],
    ['call(a, b)', 8, 'b'],
    ['call(f(a, b), c)', 5, 'f(a, b)'],
    ['call(f(a, b), c)', 7, 'a'],
    ['call([a, b], { c, d })', 5, '[a, b]'],
    ['call([a, b], { c, d })', 13, '{ c, d }'],
    ['call("a, b)", c)', 5, '"a, b)"'],
    ["call('it\\'s, so', c)", 5, "'it\\'s, so'"],
    ['call(`a)`)', 5, '`a)`'],
    ['call()', 5, undefined],
    ['call( , a)', 5, undefined],
    ['call(a', 5, undefined],
    ['call("a)', 5, undefined],
    ['call(a]', 5, undefined],
    ['call([a, b])', 9, undefined],
    ['a, b', 3, undefined],
    ['call(a), b)', 9, undefined],
    ['call((a) => {', 5, undefined],
  ] as const) {
    it(`${argument === undefined ? 'finds none' : `finds ${argument}`} at ${at} of ${line}`, () => {
      assert.equal(argumentAt(line, at), argument);
    });
  }
});

describe('isRight', () => {
  it('asks for the line that stood there, and for nothing behind it', () => {
    const place = { truth: 'size + 1;' };
    assert.ok(isRight(place, 'size + 1;'));
    assert.ok(isRight(place, 'size + 1;  \nmore();'));
    for (const text of ['size + 1', 'size + 1; //', ' size + 1;', '', '\nsize + 1;'])
      assert.ok(!isRight(place, text), text);
  });

  it('asks of an argument that it ends there', () => {
    const place = { truth: 'size, 1);', argument: 'size' };
    for (const text of ['size', 'size, 2', 'size)', 'size )', 'size  ']) assert.ok(isRight(place, text), text);
    for (const text of ['sizes', 'size + 1', 'size.a', 'siz', ' size', '']) assert.ok(!isRight(place, text), text);
  });
});

describe('isBegun', () => {
  it('asks for the first word of the argument', () => {
    for (const [argument, text, begun] of [
      ['size.width', 'size', true],
      ['size.width', 'size + 1', true],
      ['size.width', 'sizes', false],
      ['size', 'siz', false],
      ['{ a }', '{}', true],
      ['{ a }', '[', false],
      ["'a'", "'b'", true],
      ['$a_1', '$a_1()', true],
      ['12', '12', true],
      ['12', '1', false],
      ['size', '', false],
    ] as const) {
      assert.equal(isBegun({ argument }, text), begun, `${text} for ${argument}`);
    }
    assert.equal(isBegun({}, 'size'), false);
  });
});

describe('firstLine', () => {
  it('ends at the line break, without space', () => {
    assert.deepEqual(['a b \n c', 'a\r\nb', 'a ', '\n', ''].map(firstLine), ['a b', 'a', 'a', '', '']);
  });
});
