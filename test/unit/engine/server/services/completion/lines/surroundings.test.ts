import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { surroundingsOf } from '../../../../../../../src/engine/server/services/completion/lines/surroundings.ts';
import { byteSpelling, bytesOf } from '../project/scopes.ts';

/** Surroundings of the place of a bar; what stands in angle brackets before it has lost its tokens. */
function at(text: string) {
  const [before, after] = text.split('|') as [string, string];
  const lost = /<(.*)>$/.exec(before)?.[1] ?? '';
  const kept = lost === '' ? before : before.slice(0, -lost.length - 2);
  const { above, below, header, typedTokens, ...rest } = surroundingsOf(
    byteSpelling,
    bytesOf(kept),
    bytesOf(after),
    Buffer.from(lost),
  );
  const spelled = (tokens: Int32Array) => byteSpelling.spelled(tokens);
  return {
    ...rest,
    above: above.map(spelled),
    below: below.map(spelled),
    header: spelled(header),
    whole: spelled(typedTokens),
  };
}

describe('surroundingsOf', () => {
  it('tells the lines above and below, the nearest first, blank ones passed over', () => {
    const { above, below, row } = at('one\ntwo\n\nthree\nfour\nfive\n|\nsix\n\n  seven\neight\nnine\nten\n');
    assert.deepEqual(above, ['five', 'four', 'three', 'two']);
    assert.deepEqual(below, ['six', 'seven', 'eight', 'nine']);
    assert.equal(row, 6);
  });

  it('tells what is written of the line, with the word that has lost its tokens, and what of it has tokens', () => {
    const place = at('if (a) {\n    this.na<me>|(x);\n}\n');
    assert.deepEqual([place.typed, place.whole, place.indent], ['this.name', 'this.na', 4]);
    assert.deepEqual([place.above, place.below], [['if (a) {'], ['}']]);
    assert.deepEqual(
      [at('a;\n<cons>|').typed, at('a;\n  |').typed, at('|').typed, at('begun|').typed],
      ['cons', '', '', 'begun'],
    );
  });

  it('tells the head of the block', () => {
    assert.equal(at('class A {\n  run() {\n    a();\n    |').header, 'run() {');
    assert.equal(at('class A {\n  run() {\n    a();\n  }\n  |').header, 'class A {');
    assert.equal(at('a();\n|').header, '');
  });

  it('takes bytes for characters', () => {
    assert.equal(at('  größ<e>|').typed, Buffer.from('größe').toString('latin1'));
  });
});
