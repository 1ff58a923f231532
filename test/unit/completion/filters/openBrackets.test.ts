import { openBrackets } from '../../../../src/completion/filters/openBrackets.ts';
import { testGolden } from './golden.ts';

testGolden(openBrackets, [
  { what: 'a body begun at the end', file: 'it(|)', text: "'x', () => {", shown: "'x', () =>" },
  { what: 'a call begun at the end', file: 'foo(|)', text: 'bar(', shown: 'bar' },
  { what: 'a call not closed', file: 'foo(|)', text: 'bar(a, b', shown: 'bar(a, b)' },
  { what: 'an object not closed', file: 'foo(|)', text: '{ a: [1', shown: '{ a: [1] }' },
  { what: 'nothing but an opening bracket', file: 'foo(|)', text: '({', shown: null },
  { what: 'a closed text', file: 'foo(|)', text: 'bar(a)', shown: 'bar(a)' },
  { what: 'the end of a line', file: 'if |', text: '(a) {', shown: '(a) {' },
  { what: 'a quote after the cursor', file: "foo('|')", text: 'a(', shown: 'a(' },
]);
