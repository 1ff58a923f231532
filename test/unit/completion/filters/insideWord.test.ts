import { insideWord } from '../../../../src/completion/filters/insideWord.ts';
import { testGolden } from './golden.ts';

testGolden(insideWord, [
  { what: 'inside a name', file: 'na|me = 1', text: 'med', shown: null },
  { what: 'behind a name', file: 'na|(a)', text: 'me', shown: 'me' },
  { what: 'before a name', file: 'a = |b', text: 'c + ', shown: 'c + ' },
]);
