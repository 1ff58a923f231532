/** What every DecodeBackend does; run against libllama with the bundled model, and against the simulated one. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DecodeBackend, SequenceId } from '../../../../../../src/engine/server/core/backend.ts';

export interface Subject {
  name: string;
  /** Three texts of at least 24 tokens, of which no two begin alike. */
  texts: () => Promise<[number[], number[], number[]]>;
  create: (options: { cells: number; sequences: number; batchTokens: number }) => Promise<DecodeBackend>;
  /** How far logits that should be the same may be apart: a cache is rounded, and sums are taken in another order. */
  tolerance: number;
}

const PAGE = 8;

/** Decodes tokens at the end of one or more sequences; the logits after the last one. */
function extend(backend: DecodeBackend, sequences: SequenceId[], tokens: readonly number[]): Float32Array {
  const batch = backend.createBatch();
  const start = backend.lastPosition(sequences[0]!) + 1;
  let row = 0;
  tokens.forEach((token, index) => {
    row = batch.add(token, start + index, sequences, index === tokens.length - 1);
  });
  assert.equal(backend.decode(batch), 'ok');
  return backend.logits(row);
}

function distance(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);
}

function largest(logits: Float32Array): number {
  return logits.indexOf(Math.max(...logits));
}

export function backendCases({ name, texts, create, tolerance }: Subject): void {
  const same = (a: Float32Array, b: Float32Array): void => {
    const apart = distance(a, b);
    assert(apart <= tolerance, `logits are ${apart} apart`);
  };
  const differs = (a: Float32Array, b: Float32Array): void => {
    const apart = distance(a, b);
    assert(apart > tolerance, `logits are only ${apart} apart`);
  };

  const inBackend = (
    title: string,
    body: (backend: DecodeBackend, ...texts: number[][]) => void | Promise<void>,
  ): void => {
    test(title, async () => {
      const backend = await create({ cells: 512, sequences: 8, batchTokens: 96 });
      try {
        await body(backend, ...(await texts()));
      } finally {
        backend.dispose();
      }
    });
  };

  describe(name, () => {
    inBackend('starts empty', (backend) => {
      for (let sequence = 0; sequence < backend.sequences; sequence++) assert.equal(backend.lastPosition(sequence), -1);
      assert.equal(backend.sharesPages, true);
      assert(backend.cells >= 512);
    });

    inBackend('decodes one text in pieces or at once alike', (backend, text) => {
      const whole = extend(backend, [0], text!);
      extend(backend, [1], text!.slice(0, 5));
      extend(backend, [1], text!.slice(5, 6));
      same(extend(backend, [1], text!.slice(6)), whole);
      assert.equal(backend.lastPosition(1), text!.length - 1);
    });

    inBackend('tells texts apart', (backend, one, two) => {
      differs(extend(backend, [0], one!), extend(backend, [1], two!));
    });

    inBackend('decodes several sequences in one batch', (backend, one, two) => {
      const [first, second] = [extend(backend, [0], one!), extend(backend, [1], two!)];
      const batch = backend.createBatch();
      const rows = [one!, two!].map(
        (text, index) =>
          text.map((token, position) => batch.add(token, position, [2 + index], position === text.length - 1)).at(-1)!,
      );
      assert.equal(backend.decode(batch), 'ok');
      same(backend.logits(rows[0]!), first);
      same(backend.logits(rows[1]!), second);
    });

    inBackend('samples the largest logit when greedy', (backend, text) => {
      const logits = extend(backend, [0], text!);
      const sampler = backend.createSampler({});
      assert.equal(sampler.sample(text!.length - 1), largest(logits));
      sampler.dispose();
      sampler.dispose();
    });

    inBackend('has logits only where they were asked for', (backend, text) => {
      extend(backend, [0], text!);
      assert.throws(() => backend.logits(0), RangeError);
      assert.throws(() => backend.createSampler({}).sample(1), RangeError);
      assert.throws(() => backend.logits(1_000), RangeError);
    });

    inBackend('a shared prefix stands for a fresh prefill', (backend, one, two) => {
      const fresh = extend(backend, [0], [...one!, ...two!]);
      extend(backend, [1], one!);
      backend.copyRange(1, 2, 0, one!.length);
      assert.equal(backend.lastPosition(2), one!.length - 1);
      same(extend(backend, [2], two!), fresh);
      same(extend(backend, [1], two!), fresh);
    });

    inBackend('a page of another past changes the answer', (backend, one, two, three) => {
      const head = one!.slice(0, PAGE);
      const fresh = extend(backend, [0], [...head, ...two!.slice(PAGE, 2 * PAGE), ...three!]);
      extend(backend, [1], two!);
      extend(backend, [2], head);
      backend.copyRange(1, 2, PAGE, 2 * PAGE);
      differs(extend(backend, [2], three!), fresh);
    });

    inBackend('a removed end is forgotten', (backend, one, two) => {
      const fresh = extend(backend, [0], [...one!.slice(0, 10), ...two!]);
      extend(backend, [1], one!);
      assert.equal(backend.removeRange(1, 10, -1), true);
      assert.equal(backend.lastPosition(1), 9);
      same(extend(backend, [1], two!), fresh);
    });

    inBackend('a removed owner leaves the cells to the others', (backend, one, two) => {
      const fresh = extend(backend, [0], [...one!, ...two!]);
      extend(backend, [1], one!);
      backend.copyRange(1, 2, 0, one!.length);
      backend.removeRange(1, 0, -1);
      assert.equal(backend.lastPosition(1), -1);
      same(extend(backend, [2], two!), fresh);
    });

    inBackend('verifies a two-branch tree in one batch', (backend, text, left, right) => {
      const before = text!.slice(0, -1);
      const root = text!.at(-1)!;
      const plain = [left!, right!].map((branch, index) => {
        extend(backend, [index], text!);
        return branch.slice(0, 3).map((token) => extend(backend, [index], [token]));
      });
      extend(backend, [2], before);
      backend.copyRange(2, 3, 0, before.length);
      const batch = backend.createBatch();
      batch.add(root, before.length, [2, 3], true);
      const rows = [left!, right!].map((branch, index) =>
        branch.slice(0, 3).map((token, depth) => batch.add(token, text!.length + depth, [2 + index], true)),
      );
      assert.equal(backend.decode(batch), 'ok');
      for (const branch of [0, 1]) {
        for (const depth of [0, 1, 2]) same(backend.logits(rows[branch]![depth]!), plain[branch]![depth]!);
      }
    });

    inBackend('a branch that lost can be cut off, and the other goes on', (backend, text, left, right) => {
      const fresh = extend(backend, [0], [...text!, ...left!.slice(0, 2), ...right!.slice(0, 2)]);
      extend(backend, [1], text!);
      backend.copyRange(1, 2, 0, text!.length);
      extend(backend, [1], right!.slice(0, 4));
      extend(backend, [2], left!.slice(0, 2));
      backend.removeRange(1, text!.length, -1);
      backend.copyRange(2, 1, text!.length, text!.length + 2);
      backend.removeRange(2, 0, -1);
      same(extend(backend, [1], right!.slice(0, 2)), fresh);
    });

    inBackend('refuses a gap and a repeated position, and goes on', (backend, text) => {
      const fresh = extend(backend, [0], text!);
      extend(backend, [1], text!.slice(0, -1));
      for (const position of [text!.length, text!.length - 2]) {
        const batch = backend.createBatch();
        batch.add(text!.at(-1)!, position, [1], true);
        assert.throws(() => backend.decode(batch), { name: 'EngineFailure', kind: 'internal' });
      }
      assert.equal(backend.lastPosition(1), text!.length - 2);
      same(extend(backend, [1], text!.slice(-1)), fresh);
    });

    inBackend('refuses a token shared by sequences of different lengths', (backend, text) => {
      extend(backend, [0], text!);
      extend(backend, [1], text!.slice(0, 5));
      const batch = backend.createBatch();
      batch.add(text![5]!, text!.length, [0, 1], true);
      assert.throws(() => backend.decode(batch), { name: 'EngineFailure', kind: 'internal' });
    });

    inBackend('refuses tokens and sequences that are not there', (backend, text) => {
      const batch = backend.createBatch();
      batch.add(10_000_000, 0, [0], true);
      assert.throws(() => backend.decode(batch), { name: 'EngineFailure', kind: 'internal' });
      assert.throws(() => backend.lastPosition(backend.sequences), RangeError);
      assert.throws(() => backend.copyRange(0, backend.sequences, 0, 1), RangeError);
      extend(backend, [0], text!);
    });

    inBackend('says when there is no room, and has decoded nothing', (backend, text) => {
      const fresh = extend(backend, [0], text!);
      let sequence = 1;
      const chunk = backend.batchTokens;
      const fill = (): string => {
        const batch = backend.createBatch();
        const start = backend.lastPosition(sequence) + 1;
        for (let index = 0; index < chunk; index++) batch.add(text![0]!, start + index, [sequence], false);
        return backend.decode(batch);
      };
      while (fill() === 'ok') sequence = 1 + (sequence % (backend.sequences - 1));
      const before = backend.lastPosition(sequence);
      assert.equal(fill(), 'noRoom');
      assert.equal(backend.lastPosition(sequence), before);
      for (let other = 1; other < backend.sequences; other++) backend.removeRange(other, 0, -1);
      backend.copyRange(0, 1, 0, text!.length - 1);
      same(extend(backend, [1], text!.slice(-1)), fresh);
    });

    inBackend('saves pages and restores them in other cells', (backend, one, two) => {
      const text = one!.slice(0, 2 * PAGE);
      const fresh = extend(backend, [0], [...text, ...two!]);
      extend(backend, [1], text);
      const pages = [backend.savePage(1, 0, PAGE), backend.savePage(1, PAGE, 2 * PAGE)];
      backend.removeRange(1, 0, -1);
      extend(backend, [2], two!);
      for (const page of pages) assert.equal(backend.restorePage(3, page), true);
      assert.equal(backend.lastPosition(3), 2 * PAGE - 1);
      same(extend(backend, [3], two!), fresh);
    });

    inBackend('saving leaves everything as it was', (backend, one, two) => {
      const fresh = extend(backend, [0], [...one!, ...two!]);
      extend(backend, [1], one!);
      const page = backend.savePage(1, 0, PAGE);
      assert.deepEqual(backend.savePage(1, 0, PAGE), page);
      same(extend(backend, [1], two!), fresh);
    });

    inBackend('refuses a page that is damaged, cut off, or has no place', (backend, text) => {
      extend(backend, [0], text!);
      const page = backend.savePage(0, 0, PAGE);
      const second = backend.savePage(0, PAGE, 2 * PAGE);
      for (const at of [0, 5, 9, 20, page.length - 1]) {
        const damaged = page.slice();
        damaged[at]! ^= 1;
        assert.equal(backend.restorePage(1, damaged), false, `byte ${at}`);
      }
      assert.equal(backend.restorePage(1, page.subarray(0, page.length / 2)), false);
      assert.equal(backend.restorePage(1, new Uint8Array()), false);
      assert.equal(backend.restorePage(1, second), false);
      assert.equal(backend.restorePage(0, page), false);
      assert.equal(backend.lastPosition(1), -1);
      assert.equal(backend.restorePage(1, page), true);
      assert.equal(backend.restorePage(1, second), true);
    });

    inBackend('restores nothing where there is no room', (backend, text) => {
      extend(backend, [0], text!);
      const page = backend.savePage(0, 0, PAGE);
      let sequence = 1;
      for (let outcome = 'ok'; outcome === 'ok'; sequence = 1 + (sequence % (backend.sequences - 2))) {
        const batch = backend.createBatch();
        batch.add(text![0]!, backend.lastPosition(sequence) + 1, [sequence], false);
        outcome = backend.decode(batch);
      }
      assert.equal(backend.restorePage(backend.sequences - 1, page), false);
      assert.equal(backend.lastPosition(backend.sequences - 1), -1);
    });

    inBackend('cannot save what is not there', (backend, text) => {
      extend(backend, [0], text!.slice(0, PAGE));
      assert.throws(() => backend.savePage(0, PAGE, 2 * PAGE), RangeError);
      assert.throws(() => backend.savePage(1, 0, PAGE), RangeError);
    });

    inBackend('a batch takes as many tokens as it says', (backend) => {
      const batch = backend.createBatch();
      assert.equal(batch.capacity, backend.batchTokens);
      for (let index = 0; index < batch.capacity; index++) assert.equal(batch.add(1, index, [0], false), index);
      assert.throws(() => batch.add(1, batch.capacity, [0], false), RangeError);
      assert.equal(batch.length, batch.capacity);
      batch.clear();
      assert.equal(batch.length, 0);
      assert.throws(() => backend.decode(batch), RangeError);
      for (const sequences of [[], [-1], [backend.sequences], Array(99).fill(0) as number[]]) {
        assert.throws(() => batch.add(1, 0, sequences, false), RangeError);
      }
      assert.throws(() => batch.add(1, -1, [0], false), RangeError);
      assert.equal(batch.length, 0);
    });

    inBackend('draws the same tokens for the same seed', (backend, text) => {
      extend(backend, [0], text!);
      const row = text!.length - 1;
      const draw = (seed: number): number[] => {
        const sampler = backend.createSampler({ temperature: 5, seed });
        return Array.from({ length: 20 }, () => sampler.sample(row));
      };
      assert.deepEqual(draw(7), draw(7));
      assert.notDeepEqual(draw(7), draw(8));
    });

    inBackend('refuses a grammar that is none', (backend) => {
      for (const grammar of ['', 'start ::= "a"', 'root = "a"']) {
        assert.throws(() => backend.createSampler({ grammar }), { name: 'EngineFailure', kind: 'grammarInvalid' });
      }
      backend.createSampler({ grammar: 'root ::= "a" | "b"' }).dispose();
    });

    inBackend('decodes off the event loop as on it', async (backend, text) => {
      const fresh = extend(backend, [0], text!);
      const batch = backend.createBatch();
      for (const [position, token] of text!.entries()) batch.add(token, position, [1], position === text!.length - 1);
      assert.equal(await backend.decodeAsync(batch), 'ok');
      same(backend.logits(text!.length - 1), fresh);
      assert.equal(backend.createSampler({}).sample(text!.length - 1), largest(fresh));
      batch.clear();
      batch.add(text![0]!, text!.length + 1, [1], true);
      await assert.rejects(backend.decodeAsync(batch), { name: 'EngineFailure', kind: 'internal' });
      assert.equal(backend.lastPosition(1), text!.length - 1);
    });

    inBackend('an aborted decode leaves nothing behind, however often', async (backend, one, two, three) => {
      assert.equal(backend.abortable, true);
      const head = one!.slice(0, PAGE);
      const fresh = extend(backend, [0], [...head, ...two!]);
      backend.removeRange(0, 0, -1);
      extend(backend, [1], head);
      backend.copyRange(1, 2, 0, head.length);
      const batch = backend.createBatch();
      let row = 0;
      // A tree: a stem of two sequences and its branches; and another text.
      for (const [at, token] of two!.entries()) row = batch.add(token, PAGE + at, [2, 1], at === two!.length - 1);
      batch.add(three![0]!, PAGE + two!.length, [1], true);
      batch.add(three![1]!, PAGE + two!.length, [2], true);
      for (const [at, token] of three!.entries()) batch.add(token, at, [3], false);
      const running = () => {
        const promise = backend.decodeAsync(batch);
        backend.abort();
        return promise;
      };
      let times = 0;
      for (let tries = 0; times < 30 && tries < 90; tries++) {
        const before = backend.now();
        if ((await running()) === 'ok') {
          // On a busy machine it may be done before it is told to stop.
          for (const sequence of [1, 2]) backend.removeRange(sequence, PAGE, -1);
          backend.removeRange(3, 0, -1);
          continue;
        }
        times++;
        assert(backend.now() > before);
        const last = [0, 1, 2, 3].map((sequence) => backend.lastPosition(sequence));
        assert.deepEqual(last, [-1, PAGE - 1, PAGE - 1, -1]);
        assert.throws(() => backend.logits(row), RangeError);
      }
      assert.equal(times, 30);
      assert.equal(await backend.decodeAsync(batch), 'ok');
      same(backend.logits(row), fresh);
      assert.equal(backend.lastPosition(3), three!.length - 1);
    });

    inBackend('an abort that comes too late, or to nothing, has no effect', async (backend, text) => {
      backend.abort();
      const fresh = extend(backend, [0], text!);
      backend.abort();
      const batch = backend.createBatch();
      for (const [position, token] of text!.entries()) batch.add(token, position, [1], position === text!.length - 1);
      const running = backend.decodeAsync(batch);
      assert.equal(await running, 'ok');
      backend.abort();
      same(extend(backend, [2], text!), fresh);
    });

    inBackend('leaves sequences and rows alone while a decode runs', async (backend, text) => {
      const sampler = backend.createSampler({});
      const batch = backend.createBatch();
      for (const [position, token] of text!.entries()) batch.add(token, position, [0], true);
      const running = backend.decodeAsync(batch);
      for (const use of [
        () => backend.decode(batch),
        () => backend.lastPosition(0),
        () => backend.copyRange(0, 1, 0, 1),
        () => backend.removeRange(0, 0, -1),
        () => backend.savePage(0, 0, 1),
        () => backend.restorePage(0, new Uint8Array(100)),
        () => backend.logits(0),
        () => sampler.sample(0),
      ]) {
        assert.throws(use, /is running/);
      }
      await assert.rejects(backend.decodeAsync(batch), /is running/);
      backend.createSampler({}).dispose();
      assert.equal(backend.createBatch().length, 0);
      assert.equal(await running, 'ok');
      sampler.sample(0);
    });

    test('is disposed of while a decode runs, which ends', async () => {
      const backend = await create({ cells: 256, sequences: 2, batchTokens: 96 });
      const sampler = backend.createSampler({});
      const batch = backend.createBatch();
      for (let position = 0; position < 96; position++) batch.add(1, position, [0, 1], position === 95);
      const running = backend.decodeAsync(batch);
      backend.dispose();
      backend.dispose();
      sampler.dispose();
      backend.abort();
      assert.throws(() => backend.lastPosition(0), /disposed/);
      assert.equal(await running, 'aborted');
      await assert.rejects(backend.decodeAsync(batch), /disposed/);
    });

    test('is of no use once disposed of, and says so', async () => {
      const backend = await create({ cells: 256, sequences: 2, batchTokens: 16 });
      const sampler = backend.createSampler({});
      const batch = backend.createBatch();
      batch.add(1, 0, [0], true);
      backend.dispose();
      backend.dispose();
      sampler.dispose();
      for (const use of [
        () => backend.decode(batch),
        () => backend.lastPosition(0),
        () => backend.copyRange(0, 1, 0, 1),
        () => backend.removeRange(0, 0, -1),
        () => backend.savePage(0, 0, 1),
        () => backend.createSampler({}),
        () => backend.logits(0),
      ]) {
        assert.throws(use, /disposed/);
      }
    });
  });
}
