import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Acceptance } from '../../../../../../src/engine/server/core/speculation/acceptance.ts';
import type { DraftSource, SourceName } from '../../../../../../src/engine/server/core/speculation/draft.ts';
import { Drafter } from '../../../../../../src/engine/server/core/speculation/drafter.ts';

function source(name: SourceName, tokens: number[], kind: number): DraftSource & { asked: number } {
  return {
    name,
    asked: 0,
    guess() {
      this.asked++;
      return tokens.length === 0 ? undefined : { tokens, kinds: tokens.map(() => kind) };
    },
  };
}

describe('Drafter', () => {
  it('follows the source that is likeliest to be right', () => {
    const drafter = new Drafter(new Acceptance(), [source('code', [1, 2], 2), source('text', [3, 4], 6)]);
    const reach = drafter.look([0], 1, 8);
    assert.equal(reach.length, 2);
    assert(reach[0]! > reach[1]! && reach[1]! > 0.3);
    assert.equal(drafter.source, 'text');
    assert.deepEqual(drafter.draft(2), { tokens: [3, 4], parents: [-1, 0] });
  });

  it('keeps a guess while it is right, and asks again when it is not', () => {
    const text = source('text', [3, 4, 5], 6);
    const drafter = new Drafter(new Acceptance(), [text]);
    drafter.look([0], 1, 8);
    drafter.took(3);
    assert.equal(drafter.look([0, 3], 1, 8).length, 2);
    assert.deepEqual(drafter.draft(1).tokens, [4]);
    assert.equal(text.asked, 1);
    drafter.took(9);
    drafter.look([0, 3, 9], 1, 8);
    assert.equal(text.asked, 2);
  });

  it('trusts no source in an answer where it was wrong more often than elsewhere', () => {
    const acceptance = new Acceptance();
    for (let i = 0; i < 64; i++) acceptance.learn('text', 6, 0, true);
    const drafter = new Drafter(acceptance, [source('text', [3, 4, 5], 6)]);
    const known = [0];
    const [first] = drafter.look(known, 1, 8);
    for (let i = 0; i < 6; i++) {
      drafter.took(9);
      known.push(9);
      drafter.look(known, 1, 8);
    }
    assert(drafter.look(known, 1, 8)[0]! < 0.6 * first!);
  });

  it('is of no more use than what is wanted, and of none where nothing is known', () => {
    assert.equal(new Drafter(new Acceptance(), [source('text', [3, 4, 5], 7)]).look([0], 1, 2).length, 2);
    assert.equal(new Drafter(new Acceptance(), [source('text', [], 7)]).look([0], 1, 8).length, 0);
    assert.equal(new Drafter(new Acceptance(), []).look([0], 1, 8).length, 0);
  });
});
