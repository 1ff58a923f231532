import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LineTokens } from '../../../../../../../src/engine/server/services/completion/lines/lineTokens.ts';
import type { Candidate } from '../../../../../../../src/engine/server/services/completion/lines/recall.ts';
import { RecalledLines } from '../../../../../../../src/engine/server/services/completion/lines/recalledLines.ts';
import { tokenOf, WORD_VOCABULARY, wordTokenizer } from '../project/words.ts';

const spelling = new LineTokens(wordTokenizer, WORD_VOCABULARY);
const candidate = (text: string, share: number, breakToken?: number): Candidate => ({ text, share, breakToken });

function recalled(candidates: Candidate[], typed = '', beginning = ''): RecalledLines {
  return new RecalledLines(wordTokenizer, spelling, candidates, { typed, beginning });
}

/** What comes next, by its spelling. */
function next(lines: RecalledLines): Record<string, number> {
  const shares: Record<string, number> = {};
  lines.each((token, share) => {
    shares[spelling.text(token)] = (shares[spelling.text(token)] ?? 0) + share;
  });
  return shares;
}

describe('RecalledLines', () => {
  it('goes on with each line, and leaves the rest to others', () => {
    const lines = recalled([candidate('alpha = beta', 0.5), candidate('better = alpha', 0.2)]);
    assert.deepEqual(next(lines), { alpha: 0.5, better: 0.2 });
    assert.ok(Math.abs(lines.otherShare - 0.3) < 1e-12);
  });

  it('weighs each by how well it foretold what was chosen', () => {
    const lines = recalled([candidate('alpha = beta', 0.5), candidate('better = alpha', 0.2)]);
    lines.take(tokenOf('alpha'), 0.1);
    assert.deepEqual(Object.keys(next(lines)), [' = ']);
    assert.ok(Math.abs(next(lines)[' = ']! - 0.5 / 0.53) < 1e-12);
    assert.ok(Math.abs(lines.otherShare - 0.03 / 0.53) < 1e-12);
    lines.take(tokenOf(' = '), 1);
    assert.deepEqual(Object.keys(next(lines)), ['beta']);
  });

  it('says nothing more of a line that was departed from, or is at its end', () => {
    const departed = recalled([candidate('alpha = beta', 0.5)]);
    departed.take(tokenOf('better'), 0.4);
    assert.deepEqual([departed.speaks, departed.otherShare], [false, 1]);
    const ended = recalled([candidate('alpha', 0.5)]);
    ended.take(tokenOf('alpha'), 0.4);
    assert.deepEqual(Object.keys(next(ended)), ['\n']);
    ended.take(tokenOf('\n'), 0.4);
    assert.equal(ended.speaks, false);
  });

  it('ends a line as it ended where it was found', () => {
    const lines = recalled([candidate('alpha', 0.5, tokenOf('\n\n'))]);
    lines.take(tokenOf('alpha'), 0.1);
    assert.deepEqual(Object.keys(next(lines)), ['\n\n']);
  });

  it('gives the rest of a line that is begun, from the beginning that is written anew', () => {
    assert.deepEqual(Object.keys(next(recalled([candidate('alpha = beta', 0.5)], 'alpha = be', 'be'))), ['beta']);
    assert.deepEqual(Object.keys(next(recalled([candidate('alpha = beta', 0.5)], 'alpha ='))), [' ']);
  });

  it('follows a line whose text was chosen in other tokens', () => {
    const lines = recalled([candidate('alpha = beta', 0.5)]);
    lines.take(tokenOf('alpha'), 0.1);
    lines.take(tokenOf(' ='), 0.1);
    assert.deepEqual(Object.keys(next(lines)), [' ']);
  });
});
