import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import type { MemoryItem, MemorySentence } from '../../../../../../../src/engine/protocol/index.ts';
import { audited } from '../../../../../../../src/engine/server/services/memory/anchors/audit.ts';
import { CodeAnchorChecker } from '../../../../../../../src/engine/server/services/memory/anchors/checker.ts';
import { CodeFiles } from '../../../../../../../src/engine/server/services/memory/anchors/codeFiles.ts';
import { copiesIn } from '../../../../../../../src/engine/server/services/memory/anchors/copies.ts';
import { AnchorMaker } from '../../../../../../../src/engine/server/services/memory/anchors/fileAnchors.ts';
import { namesIn } from '../../../../../../../src/engine/server/services/memory/anchors/names.ts';
import { HashIndex } from '../../../../../../../src/engine/server/services/memory/anchors/whereabouts.ts';
import { readSource } from '../../../../../../../src/engine/server/services/workspaceFiles/folder.ts';
import { Grammars } from '../../../../../../../src/syntax/grammars.ts';
import { itemWith } from '../../../../../../helpers/memoryItems.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-audit-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const maker = new AnchorMaker(new Grammars(import.meta.url));
const parts = {
  checker: new CodeAnchorChecker(new CodeFiles(folder, maker), new HashIndex()),
  namesOf: async (file: string) => {
    const text = await readSource(path.join(folder, file));
    return text === undefined ? undefined : maker.namesOf({ path: file, text });
  },
  secretIn: (text: string) => (/hunter2/.test(text) ? 'a password' : undefined),
};
const A = '// oldName was here.\nexport function parseAll(text: string) {\n  return split(text, maxParts);\n}\n';
mkdirSync(path.join(folder, 'src'));
writeFileSync(path.join(folder, 'src/a.ts'), A);
const anchors = await maker.anchorsOf({ path: 'src/a.ts', text: A });

const item = (id: number, fields: Partial<MemoryItem>): MemoryItem =>
  itemWith({ id, kind: 'fact', source: 'person', made: 'person', key: `fact:${id}`, text: `${id}`, ...fields });
const about = (text: string, hash = anchors.symbol('parseAll')!.hash): MemorySentence => ({
  text,
  anchors: [{ path: 'src/a.ts', symbol: 'parseAll', hash }],
});

describe('audit of a store', () => {
  test('counts names, what is stale, copies and secrets, and says where', async () => {
    const rule = 'Tests of the parser are run with one worker only';
    const audit = await audited(
      [
        item(1, { kind: 'file', sentences: [about('parseAll splits by `maxParts`.'), about('It calls `oldName`.')] }),
        item(2, { kind: 'symbol', sentences: [about('parseAll is slow.', '1'.repeat(32)), about('No name here.')] }),
        item(3, { text: rule }),
        item(4, { text: `${rule}!` }),
        item(5, { text: `${rule}, always` }),
        item(6, { text: 'The password is hunter2' }),
        item(7, { text: rule, supersededBy: 3 }),
        item(8, { kind: 'symbol', text: rule }),
      ],
      parts,
    );
    assert.deepEqual(audit, {
      items: 7,
      sentences: 4,
      namesThatExist: 2 / 3,
      stale: 1 / 4,
      exactCopies: 1 / 4,
      nearCopies: 1 / 4,
      secrets: 1 / 7,
      findings: [
        { id: 6, what: 'Holds what looks like a password: forget it, and change the secret.' },
        { id: 1, what: 'Names `oldName`, which its code does not have.' },
        { id: 4, what: 'Says the same as memory 3.' },
        { id: 5, what: 'Says nearly the same as memory 3.' },
        { id: 2, what: 'Is not used any more: parseAll of src/a.ts has changed.' },
      ],
    });
  });

  test('finds nothing wrong with an empty store', async () => {
    const { namesThatExist, stale, exactCopies, nearCopies, secrets, findings } = await audited([], parts);
    assert.deepEqual([namesThatExist, stale, exactCopies, nearCopies, secrets, findings], [1, 0, 0, 0, 0, []]);
  });

  test('ends when it is told to', async () => {
    const items = [item(1, { kind: 'file', sentences: [about('parseAll.')] })];
    await assert.rejects(audited(items, parts, AbortSignal.abort(new Error('Enough.'))), /Enough/);
  });
});

describe('names in a sentence', () => {
  const CASES: [string, string[], string[]][] = [
    ['Keeps maxTokens and MAX_SIZE, `get` and run().', ['get', 'maxTokens', 'MAX_SIZE', 'run'], []],
    ['Written in TypeScript for HTTP on GitHub, e.g. by hand.', [], []],
    ['See src/lines/wrap.ts, cart.json and `A.m(x)`.', ['A', 'm', 'x'], ['src/lines/wrap.ts', 'cart.json']],
    ['Node.js reads package.json, WebP, glTF and macOS over a WebSocket.', [], []],
    ['A sentence ends.Another begins (or not) 3.5 times.', [], []],
    ['`#items` is private, $el is not, _x neither.', ['items', '$el', '_x'], []],
  ];
  for (const [text, names, paths] of CASES) {
    test(text, () => assert.deepEqual(namesIn(text), { names, files: paths }));
  }
});

describe('copies', () => {
  test('are found as by comparing all with all', () => {
    const word = fc.constantFrom(...'abcdefgh', '1', '2');
    const texts = fc.array(
      fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(' ')),
      {
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(texts, (all) => {
        const copies = copiesIn(all);
        const kept = all.map((_, at) => at).filter((at) => copies[at] === undefined);
        for (const [at, copy] of copies.entries()) {
          const earlier = kept.filter((other) => other < at);
          if (copy?.is === 'exact') assert.equal(all[at], all[copy.of]);
          else
            assert.equal(
              copy !== undefined,
              earlier.some((other) => alike(all[at]!, all[other]!)),
              `${at}`,
            );
        }
      }),
      { numRuns: 500 },
    );
  });

  test('differ in a number: they are none', () => {
    const text = 'requests to the gateway end after 20 seconds without an answer from it';
    assert.deepEqual(copiesIn([text, text.replace('20', '30'), text.replace('an', 'any')]), [
      undefined,
      undefined,
      { of: 0, is: 'near' },
    ]);
  });
});

function alike(a: string, b: string): boolean {
  const [x, y] = [new Set(a.split(' ')), new Set(b.split(' '))];
  const common = [...x].filter((word) => y.has(word)).length;
  const numbers = (words: Set<string>) => ['1', '2'].filter((one) => words.has(one)).join();
  return x.size >= 4 && y.size >= 4 && common / (x.size + y.size - common) >= 0.8 && numbers(x) === numbers(y);
}
