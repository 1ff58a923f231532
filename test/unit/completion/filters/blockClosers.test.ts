import { blockClosers } from '../../../../src/completion/filters/blockClosers.ts';
import { testGolden } from './golden.ts';

testGolden(blockClosers, [
  { what: 'the closing line is below', file: 'f() {\n  |\n}', text: 'a();\n}', shown: 'a();' },
  { what: 'and what came after it', file: 'f() {\n  |\n}', text: 'a();\n}\n\ng() {', shown: 'a();' },
  { what: 'a block of the text itself', file: 'f() {\n  |\n}', text: 'if (a) {\n  }', shown: 'if (a) {\n  }' },
  {
    what: 'the closing line of another block',
    file: 'f() {\n  if (a) {\n    |\n}',
    text: 'a();\n  }',
    shown: 'a();\n  }',
  },
  { what: 'a closing line of two brackets', file: 'f(() => {\n  |\n});', text: 'a();\n});', shown: 'a();' },
  { what: 'another line below', file: 'f() {\n  |\n  b();\n}', text: 'a();\n}', shown: 'a();\n}' },
  { what: 'nothing below', file: 'f() {\n  |', text: 'a();\n}', shown: 'a();\n}' },
]);
