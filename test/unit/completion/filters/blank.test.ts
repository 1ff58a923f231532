import { blank } from '../../../../src/completion/filters/blank.ts';
import { testGolden } from './golden.ts';

testGolden(blank, [
  { what: 'nothing', file: 'a|', text: '', shown: null },
  { what: 'space and newlines', file: 'a|', text: ' \n\t\n', shown: null },
  { what: 'something', file: 'a|', text: ' b', shown: ' b' },
]);
