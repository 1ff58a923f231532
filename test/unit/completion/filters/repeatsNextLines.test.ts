import { repeatsNextLines } from '../../../../src/completion/filters/repeatsNextLines.ts';
import { testGolden } from './golden.ts';

testGolden(repeatsNextLines, [
  { what: 'the next line', file: '  |\n  return a;\n}', text: 'return a;', shown: null },
  { what: 'the next line and more', file: '  |\n  return a;\n}', text: 'return a;\n  b();', shown: null },
  { what: 'the rest of a line that is the next', file: '  return |\n\n    return a;', text: 'a;', shown: null },
  { what: 'the next line after a newline', file: 'a();|\nb();', text: '\nb();', shown: null },
  { what: 'another line', file: '  |\n  return a;', text: 'return b;', shown: 'return b;' },
  {
    what: 'the next line as far as it was sure',
    file: 'const rows = [];\n  |\n  for (const order of orders) {\n  }',
    text: 'for (const order of orders',
    shown: null,
  },
  {
    what: 'what the next line begins with too, behind what is typed',
    file: '  registerAll(|\n  registerAll(services, options);',
    text: 'services',
    shown: 'services',
  },
  { what: 'few words that the next line begins with', file: '|\nreturn a + b;', text: 'return a', shown: 'return a' },
  { what: 'a bracket like the next line', file: '  |\n}', text: '}', shown: '}' },
  { what: 'the end of the file', file: 'return |', text: 'a;', shown: 'a;' },
  { what: 'a word that ends another block', file: '  if a\n    b\n  |\nend', text: 'end', shown: 'end' },
  {
    what: 'a line of a block further below',
    file: 'if (a) {\n  |\n}\nif (b) {\n  throw new NoSuchThing(c);\n}',
    text: 'throw new NoSuchThing(c);',
    shown: 'throw new NoSuchThing(c);',
  },
]);
