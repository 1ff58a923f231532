/**
 * Comments and what they stand above, out of documents of the corpus, as the stems that a static table has vectors for.
 * Usage: node embedding/pairs.ts work/docs.jsonl work/pairs [--words vocab.txt] [--vocabulary 28000] [--buckets 1500] [--of 1]
 * Writes `vocabulary.json` (stems, the most frequent first, each with the word that it is mostly of; what is none of them has
 * one of the buckets behind them), `counts.bin` (Float32, how often each row was seen), and `pairs.bin` (Int32: for each pair the number of the package, the
 * lengths of comment, name and code, then their rows).
 */
import { createReadStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { plainWordsOf } from '../../src/engine/server/services/memory/embedding/pieces.ts';
import { hashOf, stem } from '../../src/engine/server/services/search/words.ts';
import { Grammars } from '../../src/syntax/grammars.ts';
import { pairsOf } from '../../test/eval/memory/retrieval/pairs.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** A sentence encoder's word pieces: whole words of it are known too, however rare they are here. */
    words: { type: 'string' },
    vocabulary: { type: 'string', default: '28000' },
    buckets: { type: 'string', default: '1500' },
    /** Only every so many documents are read. */
    of: { type: 'string', default: '1' },
  },
});
const [documents, out] = positionals;
if (!documents || !out) throw new Error('usage: pairs.ts docs.jsonl out');

/** So that no large package says what comments are like. */
const PER_PACKAGE = 1_500;
const LONGEST = { comment: 96, code: 192 };
/** Bytes of a document; larger ones are data mostly. */
const LARGEST = 200_000;

interface Pair {
  source: number;
  comment: string[];
  name: string[];
  code: string[];
}

const grammars = new Grammars(import.meta.filename);
const seen = new Set<number>();
const counts = new Map<string, number>();
const packages = new Map<string, { number: number; pairs: number }>();
const pairs: Pair[] = [];
/** How often each word was seen, by its stem. */
const forms = new Map<string, Map<string, number>>();
const stems = new Map<string, string>();

function piecesOf(text: string, most?: number): string[] {
  return plainWordsOf(text, most).map((word) => {
    // One string for each stem: there are millions of them.
    const piece = stems.get(word) ?? stem(word);
    const own = forms.get(piece) ?? new Map<string, number>();
    forms.set(piece, own.set(word, (own.get(word) ?? 0) + 1));
    stems.set(word, piece);
    return piece;
  });
}

let number = 0;
for await (const line of createInterface({ input: createReadStream(documents) })) {
  if (number++ % Number(values.of) !== 0 || line.length > LARGEST) continue;
  const one = JSON.parse(line) as { package: string; path: string; kind: string; text: string };
  if (!/^(?:js|ts|tsx|jsx|dts)$/.test(one.kind)) continue;
  const from = packages.get(one.package) ?? { number: packages.size, pairs: 0 };
  packages.set(one.package, from);
  if (from.pairs >= PER_PACKAGE) continue;
  for (const { name, comment, code } of await pairsOf(grammars, one.path, one.text)) {
    const said = piecesOf(comment, LONGEST.comment);
    const same = hashOf(said.join(' '));
    if (said.length < 3 || seen.has(same)) continue;
    seen.add(same);
    const pair = {
      source: from.number,
      comment: said,
      name: piecesOf(name),
      code: piecesOf(code, LONGEST.code),
    };
    if (pair.code.length < 2) continue;
    for (const piece of new Set([...said, ...pair.code])) counts.set(piece, (counts.get(piece) ?? 0) + 1);
    pairs.push(pair);
    from.pairs++;
  }
  if (number % 5_000 === 0) console.error(`${number} documents, ${pairs.length} pairs`);
}

const most = Number(values.vocabulary);
const buckets = Number(values.buckets);
/** Of what was seen less often nothing could be learned. */
const LEAST = 3;
const seenOften = [...counts]
  .filter(([, count]) => count >= LEAST)
  .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  .map(([piece]) => piece);
const known = values.words === undefined ? [] : readFileSync(values.words, 'utf8').split('\n');
const usual = known.filter((word) => /^\p{Ll}{3,}$/u.test(word)).flatMap((word) => piecesOf(word));
const vocabulary = [...new Set([...seenOften, ...usual])].slice(0, most);
const formOf = (piece: string) => [...forms.get(piece)!].sort(([, x], [, y]) => y - x)[0]![0];
const rows = new Map(vocabulary.map((piece, row) => [piece, row]));
const rowOf = (piece: string) => rows.get(piece) ?? vocabulary.length + (hashOf(piece) % buckets);
const perRow = new Float32Array(vocabulary.length + buckets);
for (const [piece, count] of counts) perRow[rowOf(piece)]! += count;

const numbers = new Int32Array(
  pairs.reduce((sum, pair) => sum + 4 + pair.comment.length + pair.name.length + pair.code.length, 0),
);
let at = 0;
for (const { source, ...parts } of pairs) {
  numbers.set([source, parts.comment.length, parts.name.length, parts.code.length], at);
  at += 4;
  for (const part of [parts.comment, parts.name, parts.code]) {
    numbers.set(part.map(rowOf), at);
    at += part.length;
  }
}
mkdirSync(out, { recursive: true });
writeFileSync(path.join(out, 'vocabulary.json'), JSON.stringify(vocabulary.map((piece) => [piece, formOf(piece)])));
writeFileSync(path.join(out, 'counts.bin'), perRow);
writeFileSync(path.join(out, 'pairs.bin'), numbers);
console.error(
  `${pairs.length} pairs of ${packages.size} packages; ${vocabulary.length} stems, ${seenOften.length} of ${counts.size} from the pairs`,
);
