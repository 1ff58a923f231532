import { tooShort } from '../../../../src/completion/filters/tooShort.ts';
import { testGolden } from './golden.ts';

testGolden(tooShort, [
  { what: 'a lone opening bracket', file: 'foo|', text: '(', shown: null },
  { what: 'a lone dot', file: 'foo|', text: '.', shown: null },
  { what: 'an operator', file: 'foo|', text: ' =', shown: null },
  { what: 'punctuation that finishes', file: 'foo()|', text: ';', shown: ';' },
  { what: 'closing brackets', file: 'foo(a|', text: ');', shown: ');' },
  { what: 'a single letter of a name', file: 'item|', text: 's', shown: 's' },
  { what: 'all that is in brackets', file: 'COUNT(|)', text: '*', shown: '*' },
  { what: 'all that is in a string', file: 'a = "|"', text: '%', shown: '%' },
  { what: 'a bracket in brackets', file: 'foo(|)', text: '[', shown: null },
  { what: 'a digit', file: 'a = |', text: '0', shown: '0' },
]);
