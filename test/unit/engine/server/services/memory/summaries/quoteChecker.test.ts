import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { CodeAnchorChecker } from '../../../../../../../src/engine/server/services/memory/anchors/checker.ts';
import { CodeFiles } from '../../../../../../../src/engine/server/services/memory/anchors/codeFiles.ts';
import { AnchorMaker } from '../../../../../../../src/engine/server/services/memory/anchors/fileAnchors.ts';
import { checkSentences } from '../../../../../../../src/engine/server/services/memory/anchors/sentences.ts';
import { ExtractiveSummariser } from '../../../../../../../src/engine/server/services/memory/summaries/extractive.ts';
import { QuoteChecker } from '../../../../../../../src/engine/server/services/memory/summaries/quoteChecker.ts';
import { Grammars } from '../../../../../../../src/syntax/grammars.ts';

const maker = new AnchorMaker(new Grammars(import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'quire-quotes-'));
after(() => rmSync(folder, { recursive: true }));

const write = (file: string, text: string) => writeFileSync(path.join(folder, file), text);
const read = async (file: string) => {
  try {
    return readFileSync(path.join(folder, file), 'utf8');
  } catch {
    return undefined;
  }
};
const places = new Map<string, string[]>();
const checker = new QuoteChecker(
  new CodeAnchorChecker(new CodeFiles(folder, maker), { whereIs: (hash) => places.get(hash) ?? [] }),
  maker,
  read,
);

const BEFORE = `/** Counts what goes by. */

/**
 * Adds one. It never fails.
 * @returns how many there are now
 */
export function count(all: number[]): number {
  all.push(all.length);
  if (all.length > 1000) all.length = 0;
  return all.length;
}
`;

/** Which sentences of the text before are true of the one now. */
async function trueOf(file: string, before: string, change: () => void): Promise<string[]> {
  write(file, before);
  const { items } = await new ExtractiveSummariser(maker).file({ path: file, text: before });
  change();
  const sentences = await checkSentences(
    checker,
    items.flatMap((item) => item.sentences),
  );
  return sentences.filter(({ isTrue }) => isTrue).map(({ text }) => text);
}

const ALL = [
  'a.ts: Counts what goes by.',
  'It exports the function count.',
  'count (function): Adds one.',
  'count (function in a.ts): Adds one.',
  'It never fails.',
  'It is declared as function count(all: number[]): number.',
  'It returns: how many there are now.',
];

test('what is quoted is true while code and comment are as they were', async () => {
  assert.deepEqual(await trueOf('a.ts', BEFORE, () => {}), ALL);
});

test('formatting and other comments do not count', async () => {
  const now = BEFORE.replace('all.push(', '// Now.\n    all.push( ').replace(
    '/**\n * Adds one. It',
    '/** Adds one.\n * It',
  );
  assert.deepEqual(await trueOf('a.ts', BEFORE, () => write('a.ts', now)), ALL);
});

test('a sentence that the comment does not have any more is not true; the others are', async () => {
  const now = BEFORE.replace('It never fails.', 'It fails for more than a thousand.');
  assert.deepEqual(
    await trueOf('a.ts', BEFORE, () => write('a.ts', now)),
    ALL.filter((text) => text !== 'It never fails.'),
  );
});

test('a comment is not true of other code', async () => {
  const now = BEFORE.replace('1000', '2000');
  assert.deepEqual(await trueOf('a.ts', BEFORE, () => write('a.ts', now)), []);
});

test('a quote follows its code to another file, unless its comment stays behind', async () => {
  const moved = BEFORE.replace('/** Counts what goes by. */\n', '').replace('It never fails.', 'It is quick.');
  const { anchors } = await maker.read({ path: 'a.ts', text: BEFORE });
  places.set(anchors.anchor('count')!.hash, ['b.ts']);
  const truth = await trueOf('a.ts', BEFORE, () => {
    rmSync(path.join(folder, 'a.ts'));
    write('b.ts', moved);
  });
  assert.deepEqual(truth, [
    'count (function): Adds one.',
    'count (function in b.ts): Adds one.',
    'It is declared as function count(all: number[]): number.',
    'It returns: how many there are now.',
  ]);
});

test('a docstring is a comment', async () => {
  const before = 'def f(a):\n    """Does much. It is quick."""\n    b = a\n    c = b\n    return c\n';
  const now = before.replace('It is quick', 'It is slow');
  assert.deepEqual(
    (await trueOf('c.py', before, () => write('c.py', now))).filter((text) => !text.startsWith('It is declared')),
    ['c.py exports the function f.', 'f (function): Does much.', 'f (function in c.py): Does much.'],
  );
});
