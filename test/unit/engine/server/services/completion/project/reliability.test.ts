import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LINE_END } from '../../../../../../../src/engine/server/services/completion/project/distribution.ts';
import { AGREEMENT, Mixture } from '../../../../../../../src/engine/server/services/completion/project/mixture.ts';
import { Reliability } from '../../../../../../../src/engine/server/services/completion/project/reliability.ts';
import { Vocabulary } from '../../../../../../../src/engine/server/services/completion/project/vocabulary.ts';
import { evidenceOf, scopeOf } from './scopes.ts';
import { tokenOf, WORD_VOCABULARY, wordTokenizer } from './words.ts';

const vocabulary = new Vocabulary(wordTokenizer, WORD_VOCABULARY);

/** A document that is written, and completions that are asked for in it. */
class Typist {
  readonly reliability = new Reliability(vocabulary);
  text = '';

  /**
   * Asks where the code says that `next` comes, and the model that it comes with this probability.
   * @param beginning how much of it is there already.
   */
  ask(next: string, { probability = 0.01, document = 'a.ts', beginning = 0 } = {}): void {
    const admit = (token: number) => (vocabulary.endsLine(token) ? LINE_END : token);
    const scope = scopeOf([wordTokenizer.encode(`alpha = ${next}`)]);
    const evidence = evidenceOf(wordTokenizer.encode('alpha = '), [scope], admit);
    assert.equal(evidence.count, 1);
    const mixture = new Mixture(10);
    const model = Float64Array.of(probability);
    mixture.mix(evidence, model, { most: Math.max(...model) }, this.reliability.biasOf(document));
    const cursor = this.text.length;
    this.reliability.expects(document, { at: cursor - beginning, cursor }, evidence, mixture, model);
  }

  write(text: string): void {
    this.text += text;
  }

  arrive(offset = this.text.length, document = 'a.ts'): void {
    this.reliability.arrived(document, offset, (start, end) => this.text.slice(start, end));
  }

  /** Where the code says `next`, this is written. */
  step(next: string, text: string, document = 'a.ts'): void {
    this.ask(next, { document });
    this.write(text);
    this.arrive(this.text.length, document);
  }

  get bias(): number {
    return this.reliability.biasOf('a.ts');
  }
  get seen(): number {
    return this.reliability.status().seen;
  }
}

describe('Reliability', () => {
  it('trusts the code more where it was right, and the model more where it was not', () => {
    const right = new Typist();
    assert.deepEqual(right.reliability.status(), { on: true, gain: null, seen: 0 });
    right.step('beta', 'beta');
    assert.ok(right.bias < 0);
    assert.ok(right.reliability.status().gain! > 0);
    const wrong = new Typist();
    wrong.step('beta', 'alpha');
    assert.ok(wrong.bias > 0);
    assert.ok(wrong.reliability.status().gain! < 0);
    // Elsewhere it says nothing yet.
    assert.equal(wrong.reliability.biasOf('b.ts'), 0);
    wrong.step('beta', 'beta', 'b.ts');
    assert.ok(wrong.bias > 0 && wrong.reliability.biasOf('b.ts') < 0);
  });

  it('never goes further than its bounds', () => {
    for (const [text, bound] of [
      ['beta', -2],
      ['alpha', 2],
    ] as const) {
      const typist = new Typist();
      for (let i = 0; i < 300; i++) {
        typist.step('beta', text);
        assert.ok(Math.abs(typist.bias) <= 2);
      }
      assert.ok(Math.abs(typist.bias - bound) < 0.5, `${typist.bias}`);
    }
  });

  it('waits until what is written can be told apart', () => {
    const typist = new Typist();
    typist.ask('beta');
    typist.arrive();
    for (const c of 'bet') {
      typist.write(c);
      typist.arrive();
      assert.equal(typist.seen, 0, typist.text);
      // What is asked for meanwhile does not take its place.
      typist.ask('alpha');
    }
    typist.write('a');
    typist.arrive();
    assert.equal(typist.seen, 1);
    assert.ok(typist.bias < 0);
    // It is told once.
    typist.write('alpha');
    typist.arrive();
    assert.equal(typist.seen, 1);
    typist.ask('beta');
    typist.write('bu');
    typist.arrive();
    assert.equal(typist.seen, 2);
  });

  it('forgets what it waits for where the cursor jumps', () => {
    for (const jump of [-1, 201]) {
      const typist = new Typist();
      typist.write('a'.repeat(10));
      typist.ask('beta');
      typist.text = `${typist.text}beta${'a'.repeat(300)}`;
      typist.arrive(10 + jump);
      typist.arrive(14);
      assert.deepEqual([typist.seen, typist.bias], [0, 0], `${jump}`);
    }
    const near = new Typist();
    near.ask('beta');
    near.write(`beta${'a'.repeat(196)}`);
    near.arrive();
    assert.equal(near.seen, 1);
  });

  it('learns nothing from the beginning of a word that was there already', () => {
    const typist = new Typist();
    typist.write('be');
    typist.ask('be', { beginning: 2 });
    typist.arrive();
    typist.write('t');
    typist.arrive();
    assert.deepEqual([typist.seen, typist.bias], [0, 0]);
    // But from how the word went on.
    for (const [rest, sign] of [
      ['ta', -1],
      ['ll', 1],
    ] as const) {
      const other = new Typist();
      other.write('be');
      other.ask('beta', { beginning: 2 });
      other.arrive();
      assert.equal(other.seen, 0);
      other.write(rest);
      other.arrive();
      assert.deepEqual([other.seen, Math.sign(other.bias)], [1, sign]);
    }
  });

  it('takes any line break for the end of a line', () => {
    for (const end of ['\n', '\r\n']) {
      const typist = new Typist();
      typist.step('\n', `${end}alpha`);
      assert.ok(typist.bias < 0, JSON.stringify(end));
    }
    const typist = new Typist();
    typist.step('\n', 'beta');
    assert.ok(typist.bias > 0);
  });

  it('takes the longest of the words that fit', () => {
    const scope = scopeOf(['b', 'beta', 'alpha'].map((word) => wordTokenizer.encode(`alpha = ${word}`)));
    const evidence = evidenceOf(wordTokenizer.encode('alpha = '), [scope]);
    const tokens = Array.from(evidence.tokens.subarray(0, evidence.count));
    assert.deepEqual(tokens, ['alpha', 'beta', 'b'].map(tokenOf));
    // The model is sure of `b`, so that only the word which is taken can tell whether it was right.
    const model = Float64Array.of(0.01, 0.01, 0.98);
    const learned = (text: string) => {
      const reliability = new Reliability(vocabulary);
      const mixture = new Mixture(10);
      mixture.mix(evidence, model, { most: Math.max(...model) }, 0);
      reliability.expects('a.ts', { at: 0, cursor: 0 }, evidence, mixture, model);
      reliability.arrived('a.ts', text.length, (start, end) => text.slice(start, end));
      return reliability.biasOf('a.ts');
    };
    assert.ok(learned('beta') < 0);
    assert.ok(learned('bull') > 0);
    assert.equal(learned('bet'), 0);
  });

  it('turns mixing off where it does not help, and on again where it does', () => {
    const typist = new Typist();
    for (let i = 0; i < 39; i++) {
      typist.step('beta', 'alpha');
      assert.ok(typist.reliability.on, `after ${i + 1}`);
    }
    typist.step('beta', 'alpha');
    assert.deepEqual([typist.reliability.on, typist.reliability.status().on], [false, false]);
    for (let i = 0; i < 300 && !typist.reliability.on; i++) typist.step('beta', 'beta');
    assert.equal(typist.reliability.on, true);
    assert.ok(typist.reliability.status().gain! >= 0);
  });

  it('takes it for no gain that the code was wrong behind a short context', () => {
    const flat = 1 / WORD_VOCABULARY;
    const evidence = evidenceOf([tokenOf('(')], [scopeOf([wordTokenizer.encode('(beta')])]);
    const mixture = new Mixture(10);
    const model = Float64Array.of(flat);
    mixture.mix(evidence, model, { most: flat, powerSum: WORD_VOCABULARY * flat ** (1 + AGREEMENT) }, 0);
    assert.ok(mixture.probabilities[0]! > flat && mixture.probabilityOutside(flat) < flat);
    const gainOf = (text: string) => {
      const reliability = new Reliability(vocabulary);
      reliability.expects('a.ts', { at: 0, cursor: 0 }, evidence, mixture, model);
      reliability.arrived('a.ts', text.length, (start, end) => text.slice(start, end));
      return reliability.status().gain!;
    };
    assert.ok(gainOf('beta') > 0);
    assert.ok(gainOf('alpha') < 0, `${gainOf('alpha')}`);
  });

  it('expects nothing without evidence', () => {
    const reliability = new Reliability(vocabulary);
    reliability.expects('a.ts', { at: 0, cursor: 0 }, evidenceOf([1], []), new Mixture(1), new Float64Array(0));
    reliability.arrived('a.ts', 5, () => 'alpha');
    assert.equal(reliability.status().seen, 0);
  });

  it('forgets a document that is closed', () => {
    const typist = new Typist();
    typist.step('beta', 'beta');
    typist.ask('beta');
    typist.reliability.forget('a.ts');
    assert.equal(typist.bias, 0);
    typist.write('beta');
    typist.arrive();
    assert.equal(typist.seen, 1);
  });

  it('remembers a bounded number of documents, the latest', () => {
    const typist = new Typist();
    for (let i = 0; i < 300; i++) typist.step('beta', 'beta', `${i}.ts`);
    assert.equal(typist.reliability.biasOf('0.ts'), 0);
    assert.ok(typist.reliability.biasOf('299.ts') < 0 && typist.reliability.biasOf('60.ts') < 0);
  });
});
