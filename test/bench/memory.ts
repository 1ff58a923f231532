/**
 * The memory's store with 100,000 items: search by vector, by words, and by both, what an item costs, and what it takes.
 *
 * Why there is no sqlite-vec (0.1.9, vec0 with bit and int8 columns, the nearest by signs rescored): the same 100,000 vectors
 * of pieces of source code, 2 cores that were shared, processor time of the thread, p50 / p95, of the ten nearest found:
 *
 *     | dimensions | way                               | ms          | recall@10 |
 *     | 256        | typed-array scan, 400 rescored    | 5.0 / 8.9   | .985      |
 *     | 256        | sqlite-vec, 400 rescored          | 73 / 91     | .933      |
 *     | 256        | sqlite-vec, 800 rescored          | 197 / 240   | .953      |
 *     | 256        | sqlite-vec, float, exact          | 50 / 56     | 1         |
 *     | 384        | typed-array scan, 800 rescored    | 8.5 / 13.8  | .997      |
 *     | 384        | sqlite-vec, 400 rescored          | 88 / 101    | .970      |
 *     | 384        | sqlite-vec, float, exact          | 83 / 88     | 1         |
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { NewItem } from '../../src/engine/server/services/memory/items.ts';
import { MemoryStore } from '../../src/engine/server/services/memory/store/memoryStore.ts';
import { repository } from '../helpers/engine.ts';
import { Random } from '../traces/random.ts';
import type { BenchOptions } from './options.ts';
import { percentile, type Row } from './report.ts';

const ITEMS = 100_000;
const QUICK_ITEMS = 5_000;
const DIMENSIONS = 256;
const QUERIES = 200;
const TOP = 10;
/** Of each list that is fused. */
const FUSED = 50;
/** Vectors of the same topic are near each other, and all lean to one side. */
const TOPICS = 500;

export async function benchMemory({ quick }: BenchOptions): Promise<Row[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-bench-'));
  try {
    return measure(path.join(folder, 'memory.db'), quick ? QUICK_ITEMS : ITEMS);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function measure(file: string, count: number): Row[] {
  const random = new Random(15);
  const texts = new Texts(random);
  const vectors = new Vectors(random);
  const store = new MemoryStore(file, { budgetBytes: Number.POSITIVE_INFINITY });
  const put = timed(Math.ceil(count / 100), () =>
    store.inTransaction(() => {
      const items = Array.from({ length: 100 }, () => store.put(texts.item()));
      store.setVectors(
        'bench',
        items.map(({ id }) => ({ id, vector: vectors.next() })),
      );
    }),
  ).map((ms) => ms / 100);
  const alone = timed(100, () => store.put(texts.item()));
  while (store.step(1000));

  while (store.warm(4));
  const first = timed(1, () => store.byVector(vectors.next(), TOP))[0]!;
  const searches = {
    vector: () => store.byVector(vectors.next(), TOP),
    words: () => store.byWords(texts.question(), TOP),
    both: () => fuse(store.byVector(vectors.next(), FUSED), store.byWords(texts.question(), FUSED)),
  };
  const [byVector, byWords, fused] = Object.values(searches).map((search) => timedBoth(QUERIES, search)) as [
    Both,
    Both,
    Both,
  ];
  const ram = store.ramBytes;
  const { bytes } = store.status();
  store.close();
  const opened = timed(1, () => new MemoryStore(file).close())[0]!;

  const group = `memory, ${count} items`;
  const ms = (name: string, value: number, note: string, goal?: string): Row => ({
    group,
    name,
    value,
    unit: 'ms',
    note,
    ...(goal === undefined ? {} : { goal }),
  });
  const MiB = (name: string, value: number, note: string): Row => ({
    group,
    name,
    value: value / 2 ** 20,
    unit: 'MiB',
    note,
  });
  return [
    ms('search by vector, p95', percentile(byVector.wall, 0.95), `top ${TOP} of ${DIMENSIONS} dimensions`, '<= 12'),
    ms(
      'search by vector, processor, p95',
      percentile(byVector.processor, 0.95),
      'what others on the machine do is not in it',
    ),
    ms('search by words, p95', percentile(byWords.wall, 0.95), 'questions of 2 to 8 words'),
    ms('search by words, processor, p95', percentile(byWords.processor, 0.95), ''),
    ms('search by both, p95', percentile(fused.wall, 0.95), `${FUSED} of each, reciprocal ranks`, '<= 20'),
    ms('search by both, processor, p95', percentile(fused.processor, 0.95), ''),
    ms('the first search by vector', first, 'it reads all vectors'),
    ms('an item with its vector, p50', percentile(put, 0.5), '100 in a transaction'),
    ms('an item alone, p95', percentile(alone, 0.95), ''),
    ms('opening', opened, 'with the check of the file'),
    MiB('in RAM', ram, 'vectors, and items used last'),
    MiB('on disk', bytes, 'text, words and vectors'),
  ];
}

interface Both {
  wall: number[];
  processor: number[];
}

/** Milliseconds of each, by the clock and of this thread's processor time. */
function timedBoth(times: number, work: () => unknown): Both {
  const processor: number[] = [];
  const wall = timed(times, () => {
    const begin = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(begin);
    processor.push((user + system) / 1000);
  });
  return { wall, processor };
}

/** Milliseconds of each. */
function timed(times: number, work: () => unknown): number[] {
  return Array.from({ length: times }, () => {
    const begin = performance.now();
    work();
    return performance.now() - begin;
  });
}

/** Reciprocal rank fusion (Cormack et al., SIGIR 2009). */
function fuse(...lists: readonly { id: number }[][]): number[] {
  const scores = new Map<number, number>();
  for (const list of lists)
    for (const [at, { id }] of list.entries()) scores.set(id, (scores.get(id) ?? 0) + 1 / (60 + at));
  return [...scores].sort((a, b) => b[1] - a[1]).map(([id]) => id);
}

/** Those of this project: a vocabulary as a memory of code has one. */
function sources(): string {
  return readdirSync(path.join(repository, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => readFileSync(path.join(repository, 'src', file), 'utf8'))
    .join('\n');
}

/** Items and questions from the words of real source text, and names that are in few of them. */
class Texts {
  readonly #random: Random;
  readonly #words = sources().match(/[A-Za-z_]\w+/g)!;
  #made = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  item(): NewItem {
    const name = this.#name();
    const file = `src/${this.#words[this.#random.integer(0, 99)]}/${this.#name()}.ts`;
    return {
      kind: 'symbol',
      source: 'code',
      made: 'extracted',
      key: `symbol:${file}#${this.#made++}`,
      title: name,
      path: file,
      text: `${name} ${this.#run(this.#random.integer(15, 60))} ${this.#name()}`,
      sentences: [],
    };
  }

  question(): string {
    return `${this.#run(this.#random.integer(1, 7))} ${this.#name()}`;
  }

  #run(words: number): string {
    const from = this.#random.integer(0, this.#words.length - words - 1);
    return this.#words.slice(from, from + words).join(' ');
  }

  #name(): string {
    const part = () => this.#words[this.#random.integer(0, this.#words.length - 1)]!;
    return `${part()}_${part()}${this.#random.integer(0, 3000)}`;
  }
}

class Vectors {
  readonly #random: Random;
  readonly #lean: Float32Array;
  readonly #topics: Float32Array[];

  constructor(random: Random) {
    this.#random = random;
    this.#lean = this.#noise();
    this.#topics = Array.from({ length: TOPICS }, () => this.#noise());
  }

  next(): Float32Array {
    const topic = this.#topics[this.#random.integer(0, TOPICS - 1)]!;
    const vector = this.#noise().map((value, at) => value + topic[at]! + 0.5 * this.#lean[at]!);
    const norm = Math.hypot(...vector);
    return vector.map((value) => value / norm);
  }

  #noise(): Float32Array {
    return Float32Array.from({ length: DIMENSIONS }, () => this.#random.integer(-1000, 1000) / 1000);
  }
}
