import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { areAlike, linesOf } from '../../../../../../src/engine/server/services/search/likeness.ts';

describe('areAlike', () => {
  const text = Array.from({ length: 20 }, (_, i) => `line ${i}`);
  const alike = (a: string[], b: string[]) => areAlike(linesOf(a.join('\n')), linesOf(b.join('\n')));
  it('takes copies for one, indented or with a line changed', () => {
    assert(
      alike(
        text,
        text.map((line) => `\t${line} `),
      ),
    );
    assert(alike(text, ['another', ...text.slice(1)]));
  });
  it('keeps apart what has half in common', () =>
    assert(!alike(text, [...text.slice(10), ...text.slice(10).map((line) => `${line}!`)])));
});
