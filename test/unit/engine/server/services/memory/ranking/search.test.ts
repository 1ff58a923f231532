import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AnchorState, MemoryItem } from '../../../../../../../src/engine/protocol/index.ts';
import type { AnchorChecker } from '../../../../../../../src/engine/server/services/memory/items.ts';
import { search } from '../../../../../../../src/engine/server/services/memory/ranking/search.ts';
import { ItemList, itemWith, noLikeness } from '../../../../../../helpers/memoryItems.ts';

const DAY = 86_400_000;
const NOW = 1_000 * DAY;

/** The state of an anchor is its hash here. */
const checker: AnchorChecker = {
  check: async (anchors) => anchors.map((one) => ({ ...one, state: one.hash as AnchorState, lines: null })),
};

const sentence = (text: string, path: string, state: AnchorState = 'holds') => ({
  text,
  anchors: [{ path, symbol: null, hash: state }],
});

function code(id: number, path: string, text: string, symbol?: string, state?: AnchorState): MemoryItem {
  return itemWith({
    id,
    path,
    text,
    kind: symbol === undefined ? 'file' : 'symbol',
    key: symbol === undefined ? `file:${path}` : `symbol:${path}#${symbol}`,
    title: symbol ?? path.split('/').at(-1)!,
    sentences: [sentence(text, path, state)],
    changed: 900 * DAY,
    created: 900 * DAY,
  });
}

const ITEMS = [
  code(1, 'src/kv/pool.ts', 'The pool gives out pages of the cache and takes them back.'),
  code(2, 'src/kv/pool.ts', 'Takes back the page that is worth least, for a new one.', 'Pool.evictPage'),
  code(3, 'src/kv/worth.ts', 'How much a page is worth: its age, its use, what it costs to compute it again.'),
  code(4, 'test/kv/pool.test.ts', 'Tests that the pool evicts the page that is worth least, and evictPage itself.'),
  code(5, 'src/net/download.ts', 'Downloads a file in parts and resumes after the connection was lost.'),
  code(6, 'src/net/retry.ts', 'Tries a request again after a while, three times at most.', undefined, 'changed'),
  itemWith({ id: 7, kind: 'workspace', title: 'quire', text: 'A coding assistant that runs models on this machine.' }),
  itemWith({
    id: 8,
    kind: 'turn',
    title: 'How many retries?',
    text: 'How many retries do we want? We decided on five.',
  }),
  itemWith({ id: 9, kind: 'fact', title: 'Retries', text: 'Retries are three.', supersededBy: 10 }),
  itemWith({
    id: 10,
    kind: 'fact',
    title: 'Retries',
    text: 'Retries are five, since the proxy is slow.',
    changed: NOW,
  }),
];
const find = (query: string, more: { top?: number; all?: boolean; kinds?: MemoryItem['kind'][] } = {}, items = ITEMS) =>
  search({ query, top: 5, ...more }, { store: new ItemList(items), embedder: noLikeness, checker, now: NOW });
const ids = async (...asked: Parameters<typeof find>) => (await find(...asked)).hits.map(({ item }) => item.id);

const FIRST: [question: string, first: number][] = [
  ['evictPage', 2],
  ['who evicts the page that is worth least', 2],
  ['how much is a page worth', 3],
  ['tests of the pool', 4],
  ['resume a download when the connection is lost', 5],
  ['what is this project', 7],
  ['what did we decide about retries', 10],
  ['how many retries did I say we want', 8],
  ['retries slow proxy', 10],
];
for (const [question, first] of FIRST)
  test(`“${question}” finds ${ITEMS[first - 1]!.key}`, async () => assert.equal((await ids(question))[0], first));

const NONSENSE = ['qwzx blorf vantu', 'best sourdough bread recipe', 'who won the world cup', '', '???', 'the of and'];
for (const question of NONSENSE)
  test(`“${question}” finds nothing`, async () => assert.deepEqual(await ids(question), []));

test('of a question that little is known of the nearest is found, as not sure, and the best of each file', async () => {
  const asked = 'why do the lorries stop at the harbour gates once the page of the tide tables is worth nothing';
  const { hits } = await find(asked, { top: 10 });
  assert(hits.length > 1 && hits.every(({ sure }) => !sure));
  const paths = hits.flatMap(({ item }) => item.path ?? []);
  assert.equal(new Set(paths).size, paths.length);
  assert(paths.includes('src/kv/worth.ts') && !paths.includes('src/net/download.ts'), `${paths}`);
});

test('what is sure comes before what is nearest, whose files are others', async () => {
  const { hits } = await find('evictPage', { top: 10 });
  const sure = hits.filter((hit) => hit.sure);
  assert.deepEqual([sure[0]?.item.id, hits.slice(0, sure.length)], [2, sure]);
  const files = new Set(sure.map(({ item }) => item.path));
  assert(hits.slice(sure.length).every(({ item }) => !files.has(item.path)));
});

test('the fewer words of a question are known, the more likeness counts', async () => {
  const store = new ItemList(ITEMS);
  store.setVectors('model:x', [{ id: 5, vector: Float32Array.of(1, 0) }]);
  const embedder = { id: 'model:x', dimensions: 2, embed: async () => [Float32Array.of(1, 0)] };
  const shareFor = async (query: string) => {
    const { hits } = await search({ query, top: 10, loose: true }, { store, embedder, checker, now: NOW });
    return hits.find(({ item }) => item.id === 5)!.score.vector;
  };
  const known = await shareFor('which page of the pool is worth least');
  assert(known < (await shareFor('which page of the lorries is worth harbour money')));
});

test('what is not true any more is counted, and shown only when all is asked for', async () => {
  const { hits, stale } = await find('tries a request again');
  assert(hits.every(({ item }) => item.id !== 6));
  assert.equal(stale, 1);
  const all = await find('tries a request again', { all: true });
  assert.deepEqual([all.hits[0]?.item.id, all.stale], [6, 0]);
  assert.equal(all.hits[0]?.sentences[0]?.isTrue, false);
});

test('what is superseded is shown only when all is asked for, behind what is not', async () => {
  assert.deepEqual(await ids('retries', { kinds: ['fact'] }), [10]);
  assert.deepEqual(await ids('retries', { kinds: ['fact'], all: true }), [10, 9]);
});

test('the parts of a score add up to it, and the best come first', async () => {
  const { hits, searched } = await find('which page of the pool is worth least');
  assert.equal(searched, 9);
  assert(hits.length > 1);
  for (const { score } of hits) {
    const { total, words, vector, recency, ranking } = score;
    assert(Math.abs(words + vector + recency + ranking - total) < 1e-9);
  }
  assert.deepEqual(
    hits.map(({ score }) => -score.total).sort((a, b) => a - b),
    hits.map(({ score }) => -score.total),
  );
});

test('why says which words were found, and what else spoke for it', async () => {
  const [hit] = (await find('who calls evictPage of the pool')).hits;
  assert(hit!.why.includes('evictPage') && hit!.why.includes('defines Pool.evictPage'), `${hit!.why}`);
});

test('kinds are kept to', async () => {
  assert.deepEqual(await ids('retries', { kinds: ['fact'] }), [10]);
});

test('a cosine alone finds what has other words', async () => {
  const store = new ItemList(ITEMS);
  store.setVectors('model:x', [
    { id: 5, vector: Float32Array.of(1, 0) },
    { id: 1, vector: Float32Array.of(0, 1) },
  ]);
  const embedder = { id: 'model:x', dimensions: 2, embed: async () => [Float32Array.of(0.9, 0.1)] };
  const { hits } = await search({ query: 'fetching bytes', top: 5 }, { store, embedder, checker, now: NOW });
  assert.deepEqual(
    hits.map(({ item, why }) => [item.id, why.includes('alike in meaning')]),
    [[5, true]],
  );
});

test('vectors of another embedder are not compared', async () => {
  const store = new ItemList(ITEMS);
  store.setVectors('model:before', [{ id: 5, vector: Float32Array.of(1, 0) }]);
  const embedder = { id: 'model:x', dimensions: 2, embed: async () => [Float32Array.of(1, 0)] };
  const { hits } = await search({ query: 'fetching bytes', top: 5 }, { store, embedder, checker, now: NOW });
  assert.deepEqual(hits, []);
});

test('of equals the newer comes first, and what was used lately', async () => {
  const same = (id: number, fields: Partial<MemoryItem>) =>
    itemWith({ id, kind: 'turn', title: 'pool', text: `the pool of number ${'abcdefghij'[id]!.repeat(4)}`, ...fields });
  const items = [same(1, { changed: 1 }), same(2, { changed: NOW }), same(3, { changed: 1, activated: NOW - DAY })];
  assert.deepEqual(await ids('pool', {}, items), [2, 3, 1]);
});

const WORDS = 'pool page worth evict cache retry download request project test file token'.split(' ');
const texts = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 8 }).map((words) => words.join(' '));
const someItems = fc.array(
  fc.record({
    text: texts,
    kind: fc.constantFrom('symbol', 'file', 'turn', 'fact') as fc.Arbitrary<MemoryItem['kind']>,
    path: fc.constantFrom('src/pool.ts', 'src/page/index.ts', 'test/a.test.ts', null),
    supersededBy: fc.constantFrom(null, null, 1),
    pinned: fc.boolean(),
    changed: fc.integer({ min: 0, max: NOW }),
    state: fc.constantFrom('holds', 'moved', 'changed', 'gone', 'unread') as fc.Arbitrary<AnchorState>,
  }),
  { minLength: 1, maxLength: 12 },
);

test('nothing superseded or stale is found, scores add up, and the order depends on nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(someItems, texts, fc.integer({ min: 1, max: 6 }), async (made, query, top) => {
      const items = made.map(({ state, ...fields }, i) =>
        itemWith({ ...fields, id: i + 1, sentences: [sentence('x', 'a', state)] }),
      );
      const { hits, stale } = await find(query, { top }, items);
      assert(hits.length <= top);
      for (const { item, score, sentences } of hits) {
        assert.equal(item.supersededBy, null);
        assert(sentences.some(({ isTrue }) => isTrue));
        assert(Math.abs(score.words + score.vector + score.recency + score.ranking - score.total) < 1e-9);
      }
      const again = await find(query, { top }, [...items].reverse());
      assert.deepEqual(
        again.hits.map(({ item }) => item.id),
        hits.map(({ item }) => item.id),
      );
      assert.equal(again.stale, stale);
    }),
    { numRuns: 60 },
  );
});
