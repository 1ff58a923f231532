import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Scope } from '../../../../../../../src/engine/server/services/completion/project/evidence.ts';
import {
  type DraftNode,
  propose,
} from '../../../../../../../src/engine/server/services/completion/project/proposals.ts';
import { bytesOf, scopeOf } from './scopes.ts';

/** The text of the path that ends at a node. */
function textTo(nodes: readonly DraftNode[], index: number): string {
  const { token, parent } = nodes[index]!;
  return (parent < 0 ? '' : textTo(nodes, parent)) + String.fromCharCode(token);
}

const paths = (nodes: readonly DraftNode[]) => nodes.map((_, index) => textTo(nodes, index));

function proposed(context: string, scopes: readonly Scope[], maxTokens: number, branches?: number): DraftNode[] {
  return propose(bytesOf(context), scopes, branches === undefined ? { maxTokens } : { maxTokens, branches });
}

describe('propose', () => {
  it('goes on as the code went on', () => {
    const scopes = [scopeOf([bytesOf('for (const each of list) use(each);')])];
    const nodes = proposed('  for (const', scopes, 10);
    assert.deepEqual(
      nodes.map(({ parent }) => parent),
      [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8],
    );
    assert.equal(paths(nodes).at(-1), ' each of l');
  });

  it('proposes nothing where the context is unknown, or too little of it known', () => {
    const scopes = [scopeOf([bytesOf('let x = 1;')])];
    assert.deepEqual(proposed('zzz', scopes, 10), []);
    assert.deepEqual(proposed('zx', scopes, 10), []);
    assert.deepEqual(proposed('', scopes, 10), []);
    assert.deepEqual(proposed('let x', [], 10), []);
    assert.deepEqual(proposed('let x', scopes, 0), []);
    assert.equal(proposed('tt x', scopes, 10).length, 5);
  });

  it('does not find the segment of the cursor', () => {
    const scope = scopeOf([bytesOf('let x = 1;'), bytesOf('let x = 2;')]);
    assert.deepEqual(paths(proposed('let x = ', [{ ...scope, except: 1 }], 1)), ['1']);
    assert.deepEqual(paths(proposed('let x = ', [{ ...scope, except: 0 }], 1)), ['2']);
  });

  it('takes the likelier way, and both where it may', () => {
    const scopes = [scopeOf(['call(one);', 'call(two);', 'call(one);'].map(bytesOf))];
    assert.deepEqual(paths(proposed('call(', scopes, 3)), ['o', 'on', 'one']);
    const both = paths(proposed('call(', scopes, 10, 2));
    assert.ok(both.includes('one);') && both.includes('two);'));
    assert.equal(both[0], 'o');
    const three = [scopeOf(['call(one);', 'call(two);', 'call(x);'].map(bytesOf))];
    assert.equal(new Set(paths(proposed('call(', three, 20, 2)).map((text) => text[0])).size, 2);
    assert.equal(new Set(paths(proposed('call(', three, 20, 3)).map((text) => text[0])).size, 3);
  });

  it('is surer of what it saw more often, and after a longer match', () => {
    const [once, often] = [[bytesOf('call(one)')], Array<Int32Array>(5).fill(bytesOf('call(one)'))];
    const first = (context: string, texts: Int32Array[]) => proposed(context, [scopeOf(texts)], 1)[0]!.probability;
    assert.ok(first('call(', often) > first('call(', once));
    assert.ok(first('call(', once) > first('-all(', once));
  });

  it('makes a tree of ways that the code went, the likeliest nodes first', () => {
    const tokens = fc.array(fc.nat(2), { minLength: 1, maxLength: 40, size: 'max' });
    const context = fc.array(fc.nat(2), { maxLength: 8 });
    let nodes = 0;
    let forks = 0;
    fc.assert(
      fc.property(
        fc.array(fc.array(tokens, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
        context,
        fc.nat(16),
        fc.integer({ min: 1, max: 3 }),
        (texts, context, maxTokens, branches) => {
          const draft = propose(
            context,
            texts.map((each) => scopeOf(each)),
            { maxTokens, branches },
          );
          assert.ok(draft.length <= maxTokens);
          const children = new Map<number, number[]>();
          for (const [index, { token, parent, probability }] of draft.entries()) {
            assert.ok(parent >= -1 && parent < index);
            assert.ok(probability > 0 && probability <= (draft[parent]?.probability ?? 1));
            assert.ok(probability <= (draft[index - 1]?.probability ?? 1));
            const siblings = children.get(parent) ?? [];
            assert.ok(!siblings.includes(token));
            children.set(parent, [...siblings, token]);
            assert.ok(siblings.length < branches);
            if (siblings.length > 0) forks++;
            const way = [...context.slice(-2), ...[...textTo(draft, index)].map((c) => c.charCodeAt(0))].join();
            assert.ok(texts.flat().some((text) => `,${text.join()},`.includes(`,${way},`)));
          }
          for (const tokens of children.values()) assert.ok(tokens.length <= branches);
          nodes += draft.length;
        },
      ),
      { numRuns: 300 },
    );
    assert.ok(nodes > 500 && forks > 50);
  });
});
