import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Line, LineTokens } from '../../../../../../../src/engine/server/services/completion/lines/lineTokens.ts';

/** Tokens as models have them: a break with the indentation behind it, one that is merged with the end of its line. */
const WORDS = ['\n', '\n  ', ';\n', '    ', ' const', 'const', 'x', ';', '\t', '\n\n', '}'];
const spelling = new LineTokens({ bytes: (token) => Buffer.from(WORDS[token]!) }, WORDS.length);
const tokensOf = (...words: string[]) => words.map((word) => WORDS.indexOf(word));

function linesOf(...words: string[]): Line[] {
  const lines: Line[] = [];
  spelling.eachLine(tokensOf(...words), (line) => lines.push(line));
  return lines;
}

describe('LineTokens', () => {
  it('tells lines, their indentation and their rows, and passes blank ones over', () => {
    assert.deepEqual(linesOf('const', 'x', ';', '\n  ', 'x', '\n\n', '}', '\n', '\n'), [
      { from: 0, to: 3, indent: 0, row: 0 },
      { from: 4, to: 5, indent: 2, row: 1 },
      { from: 6, to: 7, indent: 0, row: 3 },
    ]);
    assert.deepEqual(linesOf('\n', '\n  ', '    ', '\n'), []);
    assert.deepEqual(linesOf(), []);
  });

  it('counts indentation that has tokens of its own, or is a part of the first word', () => {
    assert.deepEqual(linesOf('\n', '    ', ' const', 'x'), [{ from: 2, to: 4, indent: 5, row: 1 }]);
    assert.deepEqual(linesOf('\n  ', '\t', 'x'), [{ from: 2, to: 3, indent: 3, row: 1 }]);
  });

  it('leaves a break that is merged with the end of a line to the line', () => {
    assert.deepEqual(linesOf('x', ';\n', '    ', 'x', ';\n', ';\n'), [
      { from: 0, to: 2, indent: 0, row: 0 },
      { from: 3, to: 5, indent: 4, row: 1 },
      { from: 5, to: 6, indent: 0, row: 2 },
    ]);
  });

  it('spells tokens, and knows breaks, words and blanks', () => {
    assert.equal(spelling.spelled(tokensOf('x', ';\n', ' const'), 1), ';\n const');
    assert.deepEqual(
      tokensOf('\n', ';\n', 'x').map((token) => spelling.breaksLine(token)),
      [true, true, false],
    );
    assert.deepEqual(
      tokensOf('x', ' const', ';', '\t').map((token) => spelling.isWord(token)),
      [true, true, false, false],
    );
    assert.equal(spelling.rowsOf(tokensOf('x', '\n\n', ';\n', 'x')), 3);
    assert.equal(spelling.skipBlank(tokensOf('x', '\t', '    ', 'x'), 1), 3);
  });
});
