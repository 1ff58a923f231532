import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  Evidence,
  LEVELS,
  type Scope,
} from '../../../../../../../src/engine/server/services/completion/project/evidence.ts';
import { ORDERS } from '../../../../../../../src/engine/server/services/completion/project/shard.ts';
import { bytesOf, commonAt, evidenceOf, orderOf, scopeOf } from './scopes.ts';

interface NaiveScope {
  texts: number[][];
  own: boolean;
}
interface NaivePlace {
  token: number;
  length: number;
  weight: number;
  own: boolean;
}

/** Longest run in the text, within 24 tokens from a place on, that is a beginning of `following`. */
function rejoins(text: readonly number[], place: number, following: readonly number[]): number {
  const starts = Array.from({ length: 24 }, (_, i) => text.slice(place + i));
  const runs = starts.map((rest) => following.slice(0, 8).findIndex((token, i) => token !== rest[i]));
  return Math.max(0, ...runs.map((run) => (run < 0 ? Math.min(8, following.length) : run)));
}

/** All places, in the order in which they are found. */
function placesOf(
  context: readonly number[],
  scopes: readonly NaiveScope[],
  admit: (token: number) => number,
  following: readonly number[],
) {
  const places: NaivePlace[] = [];
  for (let order = 0; order < ORDERS.length; order++) {
    for (const { texts, own } of scopes) {
      let newer = 0;
      for (const text of [...texts].reverse()) {
        for (let at = text.length - 1; at >= 0; at--) {
          const length = commonAt(text, at, context);
          const token = admit(text[at]!);
          if (orderOf(length) !== order || token === -1) continue;
          const common = rejoins(text, at, following);
          const weight = ((own ? 5 : 1) * (1 + common ** 2 / 4)) / (1 + 0.3 * newer++);
          places.push({ token, length, own, weight });
        }
      }
    }
  }
  return places;
}

/** The levels in short. */
function levelsOf({ levels, tokens, count }: Evidence) {
  return levels.map(({ index, total, distinct, favourite, own, counts }) => ({
    least: LEVELS[index],
    total: rounded(total),
    distinct,
    best: rounded(counts[favourite]!),
    own: rounded(own),
    counts: Object.fromEntries(
      Array.from(tokens.subarray(0, count), (token, i) => [token, rounded(counts[i]!)] as const).filter(
        ([, n]) => n > 0,
      ),
    ),
  }));
}

function naiveLevels(places: readonly NaivePlace[]) {
  const levelOf = (length: number) => LEVELS.findLast((level) => level <= length)!;
  const leasts = LEVELS.filter((level) => places.some(({ length }) => levelOf(length) === level));
  return leasts.map((least) => {
    const there = places.filter(({ length }) => length >= least);
    const sum = (some: NaivePlace[]) => some.reduce((total, { weight }) => total + weight, 0);
    const counts = [...Map.groupBy(there, ({ token }) => token)].map(([token, some]) => [token, sum(some)] as const);
    return {
      least,
      total: rounded(sum(there)),
      distinct: counts.length,
      best: rounded(Math.max(...counts.map(([, count]) => count))),
      own: rounded(sum(there.filter(({ own }) => own))),
      counts: Object.fromEntries(counts.map(([token, count]) => [token, rounded(count)])),
    };
  });
}

const rounded = (number: number) => Math.round(number * 1e6) / 1e6;

const text = fc.oneof(
  fc.array(fc.nat(2), { maxLength: 25, size: 'max' }),
  fc.integer({ min: 0, max: 32 }).map((length) => Array<number>(length).fill(1)),
);
const scope = fc.record({ texts: fc.array(text, { maxLength: 2 }), own: fc.boolean() });

describe('Evidence', () => {
  it('counts as a search through all texts counts, whatever was gathered before', () => {
    const evidence = new Evidence();
    const seen = new Set<number>();
    fc.assert(
      fc.property(fc.array(scope, { maxLength: 3 }), text, text, fc.boolean(), (scopes, context, following, some) => {
        const admit = (token: number) => (some ? ([token, -1, 0][token] ?? token) : token);
        const real = scopes.map(({ texts, own }) => scopeOf(texts, own));
        const places = placesOf(context, scopes, admit, following);
        evidence.gather(context, real, admit, Int32Array.from(following));
        assert.deepEqual(levelsOf(evidence), naiveLevels(places));
        assert.equal(evidence.longest, Math.max(0, ...places.map(({ length }) => length)));
        assert.deepEqual(Array.from(evidence.tokens.subarray(0, evidence.count)), [
          ...new Set(places.map(({ token }) => token)),
        ]);
        for (const { index } of evidence.levels) seen.add(index);
      }),
      { numRuns: 500 },
    );
    assert.deepEqual([...seen].sort(), [...LEVELS.keys()]);
  });

  it('asks of every token what it counts as: a stand-in, or nothing', () => {
    const scopes = [scopeOf([bytesOf('x=a x=b x=c')])];
    const admit = (token: number) => (token === 0x61 ? -1 : -2);
    const { tokens, count, levels } = evidenceOf(bytesOf('x='), scopes, admit);
    assert.deepEqual(Array.from(tokens.subarray(0, count)), [-2]);
    assert.deepEqual([levels[0]?.distinct, levels[0]?.total], [1, 1 + 1 / 1.3]);
    assert.equal(evidenceOf(bytesOf('x='), scopes, () => -1).count, 0);
  });

  it('finds nothing in what is left out of a scope', () => {
    const scope = scopeOf([bytesOf('x=a'), bytesOf('x=b')]);
    assert.equal(evidenceOf(bytesOf('x='), [scope]).count, 2);
    assert.equal(evidenceOf(bytesOf('x='), [{ ...scope, except: 1 }]).tokens[0], 0x61);
    assert.equal(evidenceOf(bytesOf('x='), [{ ...scope, except: 1 }]).count, 1);
  });

  it('hears most of places that go on as the text after the cursor does', () => {
    const scopes = [scopeOf([bytesOf('x = one;\nfirst();\nx = two;\nlast();\n'), bytesOf('x = two;\n')])];
    const favourite = (following: string) => {
      const evidence = new Evidence();
      evidence.gather(bytesOf('x = '), scopes, (token) => token, bytesOf(following));
      const { counts } = evidence.levels.at(-1)!;
      return evidence.tokens[counts[0]! >= counts[1]! ? 0 : 1];
    };
    assert.equal(favourite(''), 0x74);
    assert.equal(favourite('\nfirst();'), 0x6f);
  });

  it('looks at so many places and no more, near scopes first', () => {
    const scopes = Array.from({ length: 5 }, (_, i) => scopeOf([Array<number>(100).fill(1)], i === 0));
    let asked = 0;
    const evidence = evidenceOf([1, 1, 1, 1, 1], scopes, (token) => {
      asked++;
      return token;
    });
    assert.ok(asked >= 192 && asked <= 192 + 3 * 10, `${asked} places`);
    assert.equal(evidence.count, 1);
    const level = evidence.levels.at(-1)!;
    const shard = Array.from({ length: 64 }, (_, rank) => 1 / (1 + 0.3 * rank)).reduce((a, b) => a + b);
    assert.equal(rounded(level.total), rounded(7 * shard));
    assert.equal(rounded(level.own), rounded(5 * shard));
  });

  it('looks at less of what is far away, and at nothing behind a single token', () => {
    const scope = (own = false) => scopeOf([Array<number>(100).fill(1)], own);
    const far = { ...scope(), far: true };
    assert.deepEqual(evidenceOf([1], [far]).levels, []);
    assert.equal(evidenceOf([1], [scope(), far]).levels[0]?.total, evidenceOf([1], [scope()]).levels[0]?.total);
    const total = (some: Scope) => evidenceOf([1, 1], [some]).levels[0]!.total;
    assert.ok(total(far) > 0 && total(far) < total(scope()));
  });

  it('has room for as many tokens as it can find', () => {
    // After each of the three contexts another token, as often as there are looks.
    const texts = [5, 2, 1].map((order, kind) =>
      Array.from({ length: 3 }, (_, part) =>
        Array.from({ length: 64 }, (_, i) => [
          9,
          ...[1, 2, 3, 4, 5].slice(-order),
          1000 * kind + 100 * part + i + 10,
        ]).flat(),
      ),
    );
    const scopes = texts.flatMap((parts) => parts.map((part) => scopeOf([part])));
    const evidence = evidenceOf([1, 2, 3, 4, 5], scopes);
    assert.ok(evidence.count > 150, `${evidence.count} tokens`);
    assert.equal(new Set(evidence.tokens.subarray(0, evidence.count)).size, evidence.count);
    assert.equal(evidence.levels[0]?.distinct, evidence.count);
    evidence.clear();
    assert.deepEqual([evidence.count, evidence.longest, evidence.levels], [0, 0, []]);
  });

  it('makes room for a token that was not found, and counts nothing for it', () => {
    const evidence = evidenceOf([1, 2], [scopeOf([[1, 2, 3, 1, 2, 4]])]);
    const known = evidence.tokens.subarray(0, evidence.count).indexOf(3);
    const [count, total] = [evidence.count, evidence.levels[0]!.total];
    assert.equal(evidence.include(3), known);
    assert.equal(evidence.include(77), count);
    assert.equal(evidence.include(77), count);
    assert.deepEqual([evidence.count, evidence.tokens[count]], [count + 1, 77]);
    for (const { counts } of evidence.levels) assert.equal(counts[count], 0);
    assert.equal(evidence.levels[0]!.total, total);
    // Nor is it remembered by the next search.
    evidence.gather([1, 2], [scopeOf([[1, 2, 77]])], (token) => token);
    assert.deepEqual([evidence.count, evidence.levels[0]!.counts[0]], [1, 1]);
  });
});
