import { repeatsLine } from '../../../../src/completion/filters/repeatsLine.ts';
import { testGolden } from './golden.ts';

testGolden(repeatsLine, [
  { what: 'the whole beginning', file: '  const a = |', text: 'const a = b;', shown: 'b;' },
  { what: 'nothing else', file: '  const a = |', text: 'const a =', shown: null },
  { what: 'the beginning of a word', file: 'return foo.ba|', text: 'return foo.bar();', shown: 'r();' },
  { what: 'a single word stays', file: 'div |', text: 'div p {', shown: 'div p {' },
  { what: 'an element of a list stays', file: 'null, null, |', text: 'null, null, null', shown: 'null, null, null' },
]);
