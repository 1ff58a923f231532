import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { rank, scoreOf } from '../../../../src/chat/context/fuzzy.ts';

const best = (query: string, paths: string[]) => rank(query, paths, (path) => path).map(({ item }) => item);

describe('ranking of paths', () => {
  const paths = [
    'src/engine/client/session.ts',
    'src/completion/session.ts',
    'src/completion/fitToFile.ts',
    'src/files/private.ts',
    'test/unit/completion/session.test.ts',
    'package.json',
    'docs/session-notes.md',
  ];

  it('puts a name before what only begins like it, and that before what holds it', () => {
    assert.deepEqual(best('session', paths).slice(0, 2).sort(), [
      'src/completion/session.ts',
      'src/engine/client/session.ts',
    ]);
    assert.deepEqual(best('note', ['a/denoted.ts', 'a/my-note.ts', 'a/notes.ts', 'note/x.ts']), [
      'a/notes.ts',
      'a/my-note.ts',
      'a/denoted.ts',
      'note/x.ts',
    ]);
  });

  it('finds beginnings of words', () => {
    assert.equal(best('ftf', paths)[0], 'src/completion/fitToFile.ts');
    assert.equal(best('cmpsess', paths)[0], 'src/completion/session.ts');
  });

  it('takes a slash for a folder, and a backslash for a slash', () => {
    assert.equal(best('client/ses', paths)[0], 'src/engine/client/session.ts');
    assert.equal(best('client\\session.ts', paths)[0], 'src/engine/client/session.ts');
  });

  it('leaves out what lacks a letter, and keeps the order among equals', () => {
    assert.deepEqual(best('zzz', paths), []);
    assert.deepEqual(best('', paths), paths);
  });

  it('finds every text by any of its letters in order', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), fc.array(fc.boolean()), (text, picks) => {
        const letters = [...text.toLowerCase()].filter((letter, at) => picks[at] && !/[\s\\]/.test(letter)).join('');
        const score = scoreOf(letters, text);
        assert.ok(score !== undefined && score >= 0 && score < 1_002, `${letters} in ${text}: ${score}`);
      }),
    );
  });
});
