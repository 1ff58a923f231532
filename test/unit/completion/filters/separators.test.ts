import { separators } from '../../../../src/completion/filters/separators.ts';
import { testGolden } from './golden.ts';

const JSON_FILE = { path: 'a.json' };

testGolden(separators, [
  { what: 'none before the end of JSON', file: '{\n  |\n}', text: '"a": 1,', shown: '"a": 1', context: JSON_FILE },
  { what: 'by the id of the language', file: '[\n  |\n]', text: '1,', shown: '1', context: { languageId: 'jsonc' } },
  {
    what: 'one before the next of JSON',
    file: '{\n  |\n  "b": 2\n}',
    text: '"a": 1',
    shown: '"a": 1,',
    context: JSON_FILE,
  },
  { what: 'one before the next object', file: '[\n  |\n  {}\n]', text: '{}', shown: '{},', context: JSON_FILE },
  { what: 'none behind half a property', file: '{\n  |\n  "b": 2\n}', text: '"a"', shown: '"a"', context: JSON_FILE },
  { what: 'none behind what opens', file: '{\n  |\n  "b": 2\n}', text: '"a": {', shown: '"a": {', context: JSON_FILE },
  { what: 'none alone', file: '[\n  |\n]', text: ',', shown: null, context: JSON_FILE },
  {
    what: 'none behind the last argument in Java',
    file: 'f(\n  |\n)',
    text: 'a,',
    shown: 'a',
    context: { path: 'A.java' },
  },
  { what: 'one in an array of Java', file: '{\n  |\n}', text: 'a,', shown: 'a,', context: { path: 'A.java' } },
  { what: 'always one in Go', file: 'f(\n\ta,\n\t|\n)', text: 'b', shown: 'b,', context: { path: 'a.go' } },
  {
    what: 'none in a block of Go',
    file: 'func f() {\n\ta()\n\t|\n}',
    text: 'b()',
    shown: 'b()',
    context: { path: 'a.go' },
  },
  { what: 'any where both are right', file: 'f(\n  |\n)', text: 'a,', shown: 'a,', context: { path: 'a.ts' } },
]);
