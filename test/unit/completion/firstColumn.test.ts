import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { atCursor, isFromFirstColumn } from '../../../src/completion/firstColumn.ts';

const TS = { path: 'a.ts' };

describe('isFromFirstColumn', () => {
  it('tells by the line below one that begins a block', () => {
    assert.equal(isFromFirstColumn('if (a) {\n  b();', '    ', 2, TS), true);
    assert.equal(isFromFirstColumn('if (a) {\n      b();', '    ', 2, TS), false);
    assert.equal(isFromFirstColumn('if (a) {\n}', '    ', 2, TS), false);
    assert.equal(isFromFirstColumn('a();\n  b();', '    ', 2, TS), false);
  });

  it('counts a colon in languages where it begins a block', () => {
    assert.equal(isFromFirstColumn('if a:\n    b()', '        ', 4, { path: 'a.py' }), true);
    assert.equal(isFromFirstColumn('case 1:\n    b();', '        ', 4, TS), false);
    assert.equal(isFromFirstColumn('a:\n  - b', '    ', 2, { path: 'a.yml' }), false);
  });

  it('says nothing before a line below is begun, or where the cursor is not at the beginning of a line', () => {
    assert.equal(isFromFirstColumn('if (a) {\n  ', '    ', 2, TS), false);
    assert.equal(isFromFirstColumn('if (a) {\n  b();', '    x = ', 2, TS), false);
    assert.equal(isFromFirstColumn('if (a) {\n  b();', '', 2, TS), false);
  });
});

describe('atCursor', () => {
  it('moves the lines below the first, in steps of the file', () => {
    const moved = atCursor('if (a) {\n    b();\n\n    if (c) {\n        d();\n    }\n}', '    ', {
      tabs: false,
      width: 2,
    });
    assert.equal(moved, 'if (a) {\n      b();\n\n      if (c) {\n        d();\n      }\n    }');
    assert.equal(atCursor('if a:\n  b()', '\t\t', { tabs: true, width: 4 }), 'if a:\n\t\t\tb()');
  });

  it('counts from what closes the block', () => {
    assert.equal(
      atCursor('f(() => {\n    b();\n  });', '    ', { tabs: false, width: 2 }),
      'f(() => {\n      b();\n    });',
    );
  });
});
