import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type {
  MixedSampler,
  MixedSamplerOptions,
} from '../../../../../../../src/engine/server/services/completion/project/mixedSampler.ts';
import { Random } from '../../../../../../traces/random.ts';
import { codeOf, END, Greedy, row, SCOPES, sampler, tools, vocabulary } from './samplers.ts';
import { BYTE_VOCABULARY, bytesOf, scopeOf } from './scopes.ts';

/** What comes of flat rows but for the end of the answer, which is no character. */
function written(one: MixedSampler, length: number): string {
  return String.fromCharCode(...Array.from({ length }, (_, row) => one.sample(row)));
}
const flat = (length: number) => Array<Float32Array>(length).fill(row({ END: -1 }));
const randomRow = (random: Random) => Float32Array.from({ length: BYTE_VOCABULARY }, () => 16 * random.next() - 8);

describe('MixedSampler', () => {
  it('takes the likeliest token without scopes, whatever it is', () => {
    let ends = 0;
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), (seed, favoursEnd) => {
        const random = new Random(seed);
        const rows = Array.from({ length: 4 }, () => randomRow(random));
        if (favoursEnd) rows[1]![random.choice([0x0a, END])] = 9;
        const one = sampler(rows, { context: bytesOf('const alpha = ') });
        for (const [index, logits] of rows.entries()) {
          const best = logits.indexOf(Math.max(...logits));
          if (vocabulary.endsLine(best)) ends++;
          assert.equal(one.sample(index), best);
        }
      }),
    );
    assert.ok(ends > 10);
  });

  it('begins with the beginning, and then goes on freely, with code and without', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(text, fc.nat(), fc.boolean(), fc.boolean(), fc.boolean(), (text, seed, knows, oneLine, draws) => {
        const random = new Random(seed);
        const beginning = Uint8Array.from(bytesOf(text));
        const rows = Array.from({ length: beginning.length + 1 }, () => randomRow(random));
        rows.at(-1)![codeOf('x')] = 30;
        const one = sampler(rows, {
          beginning,
          oneLine,
          scopes: knows ? SCOPES : [],
          context: bytesOf('const alpha = '),
          drawer: draws ? new Greedy() : undefined,
        });
        const tokens = rows.map((_, row) => one.sample(row));
        assert.deepEqual(tokens.slice(0, -1), [...beginning]);
        if (!knows) assert.equal(tokens.at(-1), codeOf('x'));
      }),
    );
  });

  it('heeds only what the code says of words that begin like the one at the cursor', () => {
    const scopes = [scopeOf([bytesOf('x = alpha; x = alpha; x = beta;')])];
    const context = bytesOf('; x = ');
    assert.equal(written(sampler(flat(5), { scopes, context }), 5), 'alpha');
    assert.equal(written(sampler(flat(4), { scopes, context, beginning: Buffer.from('b') }), 4), 'beta');
  });

  it('does not end a line before it has begun, where there is only one', () => {
    const rows = [row({ '\n': 9, END: 8, ' ': 5 }), row({ '\n': 9, END: 9.5, a: 9 }), row({ '\n': 9, END: 8 })];
    for (const scopes of [[], SCOPES]) {
      const one = sampler(rows, { oneLine: true, scopes });
      assert.deepEqual(
        [0, 1, 2].map((row) => one.sample(row)),
        [codeOf(' '), codeOf('a'), 0x0a],
      );
      assert.equal(sampler(rows, { scopes }).sample(0), 0x0a);
      assert.equal(sampler(rows, { scopes }).sample(1), END);
    }
    // What was there before the cursor is no beginning of what is written.
    const word = sampler([row({ b: 9 }), ...rows], { oneLine: true, beginning: Buffer.from('b') });
    assert.deepEqual(
      [0, 1, 2, 3].map((row) => word.sample(row)),
      [codeOf('b'), codeOf(' '), codeOf('a'), 0x0a],
    );
  });

  it('ends a line, also where the code would, but not before it has begun', () => {
    const scopes = [scopeOf([bytesOf('return\nreturn\nreturn\nreturn ')])];
    const context = bytesOf('return');
    assert.notEqual(sampler(flat(1), { scopes, context, oneLine: true }).sample(0), 0x0a);
    assert.equal(sampler(flat(1), { scopes, context }).sample(0), 0x0a);
    const later = sampler([row({ r: 30 }), ...flat(6)], { scopes, context: bytesOf('\n'), oneLine: true });
    assert.equal(written(later, 7), 'return\n');
  });

  it('counts all ends of a line as one where it does not matter which it is', () => {
    const rows = [row({ a: 9 }), row({ '\n': 6.6, END: 6.5, a: 7 }, -9)];
    const of = (options: Partial<MixedSamplerOptions>) => {
      const one = sampler(rows, options);
      one.sample(0);
      return one.sample(1);
    };
    assert.equal(of({ oneLine: true, scopes: SCOPES }), 0x0a);
    assert.equal(of({ oneLine: false, scopes: SCOPES }), codeOf('a'));
    // The model alone is left as it is.
    assert.equal(of({ oneLine: true }), codeOf('a'));
  });

  it('lets the code win over a model that does not know, and the model over code that says little', () => {
    const context = bytesOf('const alpha = ');
    assert.equal(written(sampler(flat(5), { scopes: SCOPES, context }), 5), 'beta;');
    const sure = sampler([row({ z: 20 })], { scopes: SCOPES, context: bytesOf('a') });
    assert.equal(written(sure, 1), 'z');
    const elsewhere = sampler(flat(1), { scopes: SCOPES, context: bytesOf('?') });
    assert.equal(elsewhere.sample(0), sampler(flat(1)).sample(0));
  });

  it('trusts the code less with a larger bias', () => {
    const rows = [row({ z: 6 })];
    const context = bytesOf('const alpha = ');
    const first = (bias: number) => String.fromCharCode(sampler(rows, { scopes: SCOPES, context, bias }).sample(0));
    assert.deepEqual([first(-20), first(20)], ['b', 'z']);
  });

  it('knows how likely the line is right, once there is any of it', () => {
    const confidence = (rows: Float32Array[], options: Partial<MixedSamplerOptions> = {}) => {
      const one = sampler(rows, options);
      assert.equal(one.certainty.line, null);
      return rows.map((_, row) => {
        one.sample(row);
        const value = one.certainty.line!;
        assert.ok(value >= 0 && value <= 1);
        return value;
      });
    };
    const [sure, doubtful] = [row({ a: 20 }), row({ a: 5 })];
    const [first, second, third] = confidence([sure, doubtful, doubtful]);
    assert.ok(first! > 0.99 && second! < first! && third! < second!);
    assert.ok(confidence([row({ a: 6 })])[0]! > confidence([doubtful])[0]!);
    // What it ends with counts, and what comes then does not.
    const [begun, ended, after] = confidence([doubtful, row({ '\n': 5 }), doubtful]);
    assert.ok(ended! < begun!);
    assert.equal(after, ended);
    // It does not matter which token ends it.
    assert.ok(confidence([doubtful, row({ '\n': 5, END: 5 })])[1]! > ended!);
    // Where code agrees, the line is surer.
    const context = bytesOf('const alpha = ');
    const alone = confidence([row({ b: 4 })], { context })[0]!;
    assert.ok(confidence([row({ b: 4 })], { context, scopes: SCOPES })[0]! > alone);
  });

  it('shows a drawer the mixed distribution', () => {
    const rows = [row({ a: 2, b: 1, END: 1 })];
    const context = bytesOf('const alpha = ');
    const [alone, mixed] = [new Greedy(), new Greedy()];
    sampler(rows, { context, drawer: alone }).sample(0);
    const one = sampler(rows, { context, scopes: SCOPES, drawer: mixed });
    assert.equal(one.sample(0), codeOf('b'));
    const b = codeOf('b');
    assert.ok(mixed.shown[b]! > 3 * alone.shown[b]!);
    const found = new Set(tools.evidence.tokens.subarray(0, tools.evidence.count));
    assert.ok(found.has(b));
    for (const [token, probability] of mixed.shown.entries()) {
      const at = tools.evidence.tokens.subarray(0, tools.evidence.count).indexOf(token);
      const expected = at < 0 ? tools.mixture.outside * alone.shown[token]! : tools.mixture.probabilities[at]!;
      assert.ok(
        Math.abs(probability - expected) <= 0.04 * expected + 1e-6,
        `${token} has ${probability}, not ${expected}`,
      );
    }
  });

  it('shows a drawer each end of a line for itself, also where it does not matter which it is', () => {
    const drawer = new Greedy();
    const scopes = [scopeOf([bytesOf('return\nreturn\nreturn\n')])];
    assert.equal(sampler(flat(1), { scopes, context: bytesOf('return'), oneLine: true, drawer }).sample(0), 0x0a);
    assert.ok(drawer.shown[0x0a]! > 10 * drawer.shown[END]!);
  });

  it('shows a drawer nothing that does not fit the beginning', () => {
    const drawer = new Greedy();
    const one = sampler([row({ a: 9 }), row({ a: 9 })], { beginning: Buffer.from('b'), drawer, scopes: SCOPES });
    assert.equal(one.sample(0), codeOf('b'));
    assert.equal(drawer.shown[codeOf('b')], 1);
    assert.equal(one.sample(1), codeOf('a'));
  });

  it('tells the drawer of the tokens before the answer, and disposes of it', () => {
    const drawer = new Greedy();
    const one = sampler([], { drawer });
    one.accept(7);
    one.dispose();
    assert.deepEqual([drawer.accepted, drawer.disposed], [[7], true]);
    sampler([]).accept(7);
    sampler([]).dispose();
  });

  it('asks once, about the first token, and is the model alone where the answer is no', () => {
    const random = new Random(1);
    const rows = Array.from({ length: 6 }, () => Float32Array.from(randomRow(random), (logit) => logit / 8));
    const context = bytesOf('const alpha = ');
    for (const drawer of [undefined, new Greedy()]) {
      const of = (options: Partial<MixedSamplerOptions>) => {
        const one = sampler(rows, { context, drawer, oneLine: true, ...options });
        return { tokens: rows.map((_, row) => one.sample(row)), confidence: one.certainty.line };
      };
      let asked = 0;
      const onFirst: MixedSamplerOptions['onFirst'] = (evidence, mixture, model) => {
        asked++;
        const index = evidence.tokens.subarray(0, evidence.count).indexOf(codeOf('b'));
        assert.ok(mixture.probabilities[index]! > model[index]!);
        return asked > 1;
      };
      const alone = of({});
      assert.deepEqual(of({ scopes: SCOPES, onFirst }), alone);
      assert.equal(asked, 1);
      assert.notDeepEqual(of({ scopes: SCOPES, onFirst }), alone);
      assert.equal(asked, 2);
    }
  });

  it('does not ask where there is nothing to search', () => {
    const onFirst = () => assert.fail();
    assert.equal(sampler([row({ a: 9 })], { onFirst }).sample(0), codeOf('a'));
  });
});
