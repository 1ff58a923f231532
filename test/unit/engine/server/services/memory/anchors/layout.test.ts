import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { AnchorMaker } from '../../../../../../../src/engine/server/services/memory/anchors/fileAnchors.ts';
import { Grammars } from '../../../../../../../src/syntax/grammars.ts';

const maker = new AnchorMaker(new Grammars(import.meta.url));
const anchorsOf = (path: string, text: string) => maker.anchorsOf({ path, text });

/** Programs as rows of tokens: no line break may stand before those that begin with a space. */
const name = fc.constantFrom('a', 'b1', '$c', 'items', 'Δ');
const literal = fc.constantFrom('1', '0x1f', "'a b'", '"c"', 'true', 'null', `\`d  \${e}\``, '/f g/i');
const expression: fc.Memo<string[]> = fc.memo((depth) =>
  depth <= 1
    ? fc.oneof(name, literal).map((token) => [token])
    : fc.oneof(
        expression(1),
        fc
          .tuple(expression(), fc.constantFrom('+', '-', '<', '&&', '===', '??'), expression())
          .map(([a, op, b]) => ['(', ...a, op, ...b, ')']),
        fc.tuple(name, fc.array(expression(), { maxLength: 3 })).map(([f, args]) => [f, ' (', ...commas(args), ')']),
        fc.tuple(name, name).map(([a, b]) => [a, '.', b]),
        fc.array(expression(), { maxLength: 3 }).map((items) => ['[', ...commas(items), ']']),
        fc.tuple(name, expression()).map(([key, value]) => ['(', '{', key, ':', ...value, '}', ')']),
      ),
);
const commas = (items: string[][]) => items.flatMap((item, at) => (at === 0 ? item : [',', ...item]));
const statement: fc.Memo<string[]> = fc.memo((depth) =>
  depth <= 1
    ? fc.oneof(
        fc.tuple(name, expression(2)).map(([a, value]) => ['const', a, '=', ...value, ';']),
        expression(2).map((value) => ['f', ' (', ...value, ')', ';']),
        fc.tuple(name, expression(2)).map(([a, value]) => [a, '=', ...value, ';']),
      )
    : fc.oneof(
        statement(1),
        fc.tuple(expression(2), block()).map(([test, body]) => ['if', '(', ...test, ')', ...body]),
        fc.tuple(name, block()).map(([item, body]) => ['for', '(', 'const', item, 'of', 'items', ')', ...body]),
      ),
);
const block = fc.memo((depth) =>
  fc.array(statement(Math.max(1, depth - 1)), { maxLength: 3 }).map((all) => ['{', ...all.flat(), '}']),
);
const program = fc
  .array(fc.tuple(fc.constantFrom('f', 'g', 'h'), block(3)), { minLength: 1, maxLength: 3 })
  .map((all) => all.flatMap(([f, body]) => ['function', f, '(', 'a', ',', 'b', ')', ...body]));

const BREAKING = ['\n', '  \n\t', ' // a line }\n', '\n/**\n * Doc.\n */\n'];
const INLINE = [' ', '\t ', ' /* a ( */ ', '  '];
/** The tokens with what the numbers choose between them. */
function laidOut(tokens: readonly string[], choices: readonly number[]): string {
  return tokens
    .map((token, at) => {
      const chosen = choices[at % choices.length]!;
      const gaps = token.startsWith(' ') ? INLINE : [...INLINE, ...BREAKING];
      return gaps[chosen % gaps.length] + token.trim();
    })
    .join('');
}
const layout = fc.array(fc.nat(1_000), { minLength: 7, maxLength: 61 });

describe('hashes and layout', () => {
  test('white space and comments between tokens never change one', async () => {
    await fc.assert(
      fc.asyncProperty(program, layout, layout, async (tokens, one, other) => {
        const [a, b] = [await anchorsOf('a.js', laidOut(tokens, one)), await anchorsOf('b.ts', laidOut(tokens, other))];
        const c = await anchorsOf('c.js', laidOut(tokens, other));
        assert.equal(a.treeHash, c.treeHash);
        assert.match(a.treeHash, /^10/, 'of a tree');
        const hashes = ({ symbols }: typeof a) => symbols.map(({ symbol, hash }) => [symbol, hash]);
        assert.deepEqual(hashes(a), hashes(c));
        assert.deepEqual(
          b.symbols.map(({ symbol }) => symbol),
          a.symbols.map(({ symbol }) => symbol),
        );
      }),
      { numRuns: 150 },
    );
  });

  test('another token always does', async () => {
    await fc.assert(
      fc.asyncProperty(program, layout, fc.nat(), async (tokens, choices, which) => {
        const at = which % tokens.length;
        const other = CHANGED.get(tokens[at]!);
        fc.pre(other !== undefined);
        const before = await anchorsOf('a.js', laidOut(tokens, choices));
        const after = await anchorsOf('a.js', laidOut(tokens.with(at, other!), choices));
        assert.notEqual(before.treeHash, after.treeHash, `${tokens[at]} ${other}`);
        assert.ok(
          before.symbols.some(({ symbol, hash }) => after.symbol(symbol)?.hash !== hash),
          'and it is seen in a symbol',
        );
      }),
      { numRuns: 300 },
    );
  });
});

/** For a token another that may stand in its place. */
const CHANGED = new Map(
  [
    ['a', 'z'],
    ['b1', 'b2'],
    ['$c', '_c'],
    ['items', 'item'],
    ['Δ', 'δ'],
    ['1', '2'],
    ['0x1f', '0x1e'],
    ["'a b'", "'a  b'"],
    ['"c"', '"c "'],
    ['true', 'false'],
    ['null', 'undefined'],
    [`\`d  \${e}\``, `\`d \${e}\``],
    ['/f g/i', '/f  g/i'],
    ['+', '-'],
    ['-', '*'],
    ['<', '<='],
    ['&&', '||'],
    ['===', '=='],
    ['??', '||'],
    ['const', 'let'],
    ['f', 'k'],
    ['g', 'k'],
    ['h', 'k'],
    ['of', 'in'],
  ].map(([from, to]) => [from!, to!] as const),
);
