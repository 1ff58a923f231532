import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { editPieces, RecentEdits } from '../../../../src/completion/context/recentEdits.ts';

const FILE = Array.from({ length: 60 }, (_, row) => `line ${row};`);
const text = (change: (lines: string[]) => void): string => {
  const lines = [...FILE];
  change(lines);
  return lines.join('\n');
};

describe('RecentEdits', () => {
  it('tells what stood there and what stands there now, the newest last', () => {
    const edits = new RecentEdits();
    for (const path of ['a.ts', 'b.ts']) edits.rest(path, FILE.join('\n'));
    assert.deepEqual(edits.besides('c.ts'), []);
    edits.rest(
      'a.ts',
      text((lines) => lines.splice(3, 1, 'other 3;')),
    );
    edits.rest(
      'b.ts',
      text((lines) => lines.splice(5, 0, 'new;', 'lines;')),
    );
    assert.deepEqual(edits.besides('c.ts'), [
      { path: 'a.ts', before: ['line 3;'], after: ['other 3;'] },
      { path: 'b.ts', before: [], after: ['new;', 'lines;'] },
    ]);
  });

  it('takes what is changed near each other as one edit, and what is changed far away as another', () => {
    const edits = new RecentEdits();
    edits.rest('a.ts', FILE.join('\n'));
    const first = text((lines) => lines.splice(3, 1, 'three'));
    const second = text((lines) => lines.splice(3, 3, 'three', 'line 4;', 'five'));
    const third = text((lines) => lines.splice(3, 3, 'three', 'line 4;', 'five') && lines.splice(40, 1, 'forty'));
    for (const now of [first, second, third]) edits.rest('a.ts', now);
    assert.deepEqual(edits.besides('b.ts'), [
      { path: 'a.ts', before: ['line 3;', 'line 4;', 'line 5;'], after: ['three', 'line 4;', 'five'] },
      { path: 'a.ts', before: ['line 40;'], after: ['forty'] },
    ]);
  });

  it('leaves out what is under way where the cursor is, what was undone, blanks, and what nobody typed', () => {
    const edits = new RecentEdits();
    edits.rest('a.ts', FILE.join('\n'));
    edits.rest(
      'a.ts',
      text((lines) => lines.splice(3, 1, 'three')),
    );
    assert.deepEqual(edits.besides('a.ts'), []);
    assert.equal(edits.besides('b.ts').length, 1);
    edits.rest('a.ts', FILE.join('\n'));
    assert.deepEqual(edits.besides('b.ts'), []);
    edits.rest(
      'a.ts',
      text((lines) => lines.splice(3, 1, '  line 3;')),
    );
    assert.deepEqual(edits.besides('b.ts'), []);
    edits.rest('b.ts', '');
    edits.rest('b.ts', FILE.join('\n'));
    assert.deepEqual(edits.besides('c.ts'), []);
  });

  it('forgets a file with its edits, and keeps few', () => {
    const edits = new RecentEdits();
    edits.rest('a.ts', FILE.join('\n'));
    edits.rest('b.ts', FILE.join('\n'));
    for (let row = 0; row < 55; row += 20) {
      edits.rest(
        'a.ts',
        text((lines) => lines.splice(row, 1, 'x')),
      );
    }
    edits.rest(
      'b.ts',
      text((lines) => lines.splice(9, 1, 'b')),
    );
    edits.forget('a.ts');
    assert.deepEqual(edits.besides('c.ts'), [{ path: 'b.ts', before: ['line 9;'], after: ['b'] }]);
    for (let i = 0; i < 20; i++) {
      edits.rest(`f${i}`, 'a');
      edits.rest(`f${i}`, `b${i}`);
    }
    assert.equal(edits.besides('c.ts').length, 6);
  });

  it('tells of one edit what makes the old text the new one', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 20 });
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const edits = new RecentEdits();
        edits.rest('a', before.join('\n'));
        edits.rest('a', after.join('\n'));
        const [edit] = edits.besides('b');
        if (edit === undefined) return;
        const old = before.join('\n').split('\n');
        const possible = old.some((_, at) => {
          const made = old.toSpliced(at, edit.before.length, ...edit.after);
          return (
            made.join('\n') === after.join('\n') && old.slice(at, at + edit.before.length).join() === edit.before.join()
          );
        });
        const atEnd = [...old, ...edit.after].join('\n') === after.join('\n');
        assert.ok(possible || atEnd);
      }),
    );
  });
});

it('an edit is written as the lines of a diff', () => {
  assert.deepEqual(editPieces([{ path: 'a.ts', before: ['old'], after: ['new', 'more'] }]), [
    { source: 'edits', path: 'a.ts.diff', text: '-old\n+new\n+more\n' },
  ]);
});
