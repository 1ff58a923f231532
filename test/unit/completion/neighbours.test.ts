import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Neighbours } from '../../../src/completion/neighbours.ts';

function visited(files: string): Neighbours {
  const neighbours = new Neighbours();
  for (const file of files) neighbours.visit(file);
  return neighbours;
}

describe('Neighbours', () => {
  it("shows the same files, in the same order, to every file that is no member, and no other in a member's place", () => {
    const neighbours = visited('abcdefghij');
    for (const file of 'efghij') assert.deepEqual(neighbours.of(file), ['a', 'b', 'c', 'd']);
    assert.deepEqual(neighbours.of('b'), ['a', 'c', 'd']);
    assert.deepEqual(neighbours.of('e', 2), ['a', 'd']);
    assert.deepEqual(neighbours.of('a', 2), ['d']);
  });

  it('stays the same while files are gone through again and again', () => {
    const neighbours = visited('abcdefghij'.repeat(3));
    assert.deepEqual(neighbours.of('j'), ['a', 'b', 'c', 'd']);
  });

  it('moves what is edited to the end', () => {
    const neighbours = visited('abcdef');
    neighbours.edit('a');
    neighbours.edit('f');
    assert.deepEqual(neighbours.of('f'), ['b', 'c', 'd', 'a']);
    assert.deepEqual(neighbours.of('c'), ['b', 'd', 'a']);
    assert.deepEqual(neighbours.of('f', 2), ['b', 'a']);
  });

  it('replaces one that was not in front for long', () => {
    const neighbours = visited('abcd');
    for (const file of 'bcdefghijklmnopqrst') neighbours.visit(file);
    assert.ok(!neighbours.of('z').includes('a'));
  });

  it('fills the place of a closed file with the latest of the others', () => {
    const neighbours = visited('abcdefg');
    neighbours.close('b');
    assert.deepEqual(neighbours.of('z'), ['a', 'c', 'd', 'g']);
    neighbours.close('g');
    assert.deepEqual(neighbours.of('z'), ['a', 'c', 'd', 'f']);
  });
});
