import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Neighbours } from '../../../src/completion/neighbours.ts';

function visited(files: string): Neighbours {
  const neighbours = new Neighbours();
  for (const file of files) neighbours.visit(file);
  return neighbours;
}

describe('Neighbours', () => {
  it('shows the same files, in the same order, to every file that is no member', () => {
    const neighbours = visited('abcdefghij');
    for (const file of 'fghij') assert.deepEqual(neighbours.of(file), ['a', 'b', 'c', 'd']);
    assert.deepEqual(neighbours.of('b'), ['a', 'c', 'd', 'e']);
  });

  it('stays the same while ten files are gone through again and again', () => {
    const neighbours = visited('abcdefghij'.repeat(3));
    assert.deepEqual(neighbours.of('j'), ['a', 'b', 'c', 'd']);
  });

  it('moves what is edited to the end', () => {
    const neighbours = visited('abcdef');
    neighbours.edit('a');
    neighbours.edit('f');
    assert.deepEqual(neighbours.of('f'), ['b', 'c', 'd', 'e']);
    assert.deepEqual(neighbours.of('c'), ['b', 'd', 'e', 'a']);
  });

  it('replaces one that was not in front for long', () => {
    const neighbours = visited('abcde');
    for (const file of 'bcdefghijk') neighbours.visit(file);
    assert.ok(!neighbours.of('z').includes('a'));
  });

  it('fills the place of a closed file with the latest of the others', () => {
    const neighbours = visited('abcdefg');
    neighbours.close('b');
    assert.deepEqual(neighbours.of('a'), ['c', 'd', 'e', 'g']);
    neighbours.close('g');
    assert.deepEqual(neighbours.of('a'), ['c', 'd', 'e', 'f']);
  });
});
