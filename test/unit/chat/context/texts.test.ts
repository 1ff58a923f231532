import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { labelOf, namesInWords, withComment } from '../../../../src/chat/context/attachment.ts';
import { kindsLike } from '../../../../src/chat/context/kinds.ts';
import { listingText } from '../../../../src/chat/context/listing.ts';
import { type Problem, problemsText } from '../../../../src/chat/context/problems.ts';

it('names lines and files', () => {
  assert.equal(labelOf('a.ts', [3, 3]), 'a.ts:3');
  assert.equal(labelOf('a.ts', [3, 5]), 'a.ts:3-5');
  assert.equal(namesInWords([]), '');
  assert.equal(namesInWords(['a', 'b', 'c']), 'a, b and c');
  assert.equal(namesInWords(['a', 'b', 'c', 'd'], 3), 'a, b and 2 others');
});

describe('a definition', () => {
  it('takes along the comment and the decorators above it, and nothing else', () => {
    const lines = ['const a = 1;', '/**', ' * Adds.', ' */', '@once', 'function add() {}'];
    assert.equal(withComment(lines, 5), 1);
    assert.equal(withComment(['# says', 'def f():'], 1), 0);
    assert.equal(withComment(['#include <a.h>', 'int f();'], 1), 1);
    assert.equal(withComment(['a;', '', 'b;'], 2), 2);
  });
});

it('lists a folder with sizes and outlines', () => {
  const entries = [
    { path: 'src' },
    { path: 'src/a.ts', size: 2048, outline: ['class A', '  method b'] },
    { path: 'x.md', size: 12 },
  ];
  assert.equal(listingText(entries), 'src/\n  a.ts (2.0 KB)\n    - class A\n    -   method b\nx.md (12 bytes)');
});

describe('problems', () => {
  const problem = (name: string, line: number, severity: Problem['severity']): Problem => ({
    name,
    line,
    severity,
    message: 'No.',
    source: 'ts(1)',
    text: '  let a;',
  });

  it('are told with their lines, errors first', () => {
    const told = problemsText([
      problem('b.ts', 1, 'warning'),
      problem('b.ts', 9, 'error'),
      problem('a.ts', 3, 'error'),
    ]);
    assert.deepEqual(told.text.split('\n'), [
      'a.ts:3: error ts(1): No.',
      '    let a;',
      'b.ts:9: error ts(1): No.',
      '    let a;',
      'b.ts:1: warning ts(1): No.',
      '    let a;',
    ]);
  });

  it('are as many as fit, and how many more is said', () => {
    const many = Array.from({ length: 7 }, (_, line) => problem('a.ts', line + 1, 'warning'));
    const { text, left } = problemsText(many, 5);
    assert.equal(left, 2);
    assert.ok(text.includes('a.ts:5:') && !text.includes('a.ts:6:'));
  });
});

it('knows the kinds that begin so', () => {
  assert.deepEqual(
    kindsLike('f').map(({ kind }) => kind),
    ['file', 'folder'],
  );
  assert.ok(!kindsLike('', ['codebase']).some(({ kind }) => kind === 'codebase'));
});
