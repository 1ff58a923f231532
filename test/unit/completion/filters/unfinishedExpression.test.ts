import { unfinishedExpression } from '../../../../src/completion/filters/unfinishedExpression.ts';
import { testGolden } from './golden.ts';

const BROKEN = { broken: true, lines: 'one' } as const;

testGolden(unfinishedExpression, [
  { what: 'one that goes on below', file: 'a = |;', text: 'b', shown: null, context: BROKEN },
  { what: 'one that was cut for doubt', file: 'a = |;', text: 'b', shown: 'b' },
  { what: 'one that ends', file: 'a = |;', text: 'b;', shown: 'b;', context: BROKEN },
  ...['a &&', 'a ||', 'a ??', '(x) =>', 'a ===', 'a +', 'a ?', 'a.b.', 'new', 'x not', 'b='].map((text) => {
    return { what: 'what wants more', file: 'f(|);', text, shown: null };
  }),
  ...['i++', '*args', 'a?', '...rest', '/a/', '1.', 'a!', 'x -> y', 'renew'].map((text) => {
    return { what: 'what is whole', file: 'f(|);', text, shown: text };
  }),
  { what: 'the comma behind the last', file: 'f(|)', text: 'a, b,', shown: 'a, b' },
  { what: 'a comma before another', file: 'f(|, c)', text: 'a, b,', shown: 'a, b,' },
  { what: 'at the end of a line anything', file: 'a = |\n', text: 'b +', shown: 'b +', context: BROKEN },
]);
