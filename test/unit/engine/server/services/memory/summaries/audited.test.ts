import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { MemoryItem } from '../../../../../../../src/engine/protocol/index.ts';
import { audited } from '../../../../../../../src/engine/server/services/memory/anchors/audit.ts';
import { CodeAnchorChecker } from '../../../../../../../src/engine/server/services/memory/anchors/checker.ts';
import { CodeFiles } from '../../../../../../../src/engine/server/services/memory/anchors/codeFiles.ts';
import { AnchorMaker } from '../../../../../../../src/engine/server/services/memory/anchors/fileAnchors.ts';
import { HashIndex } from '../../../../../../../src/engine/server/services/memory/anchors/whereabouts.ts';
import { QuoteChecker } from '../../../../../../../src/engine/server/services/memory/summaries/quoteChecker.ts';
import { readSource } from '../../../../../../../src/engine/server/services/workspaceFiles/folder.ts';
import { Grammars } from '../../../../../../../src/syntax/grammars.ts';
import { summarise } from '../../../../../../eval/memory/summaries/summarised.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-audited-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const maker = new AnchorMaker(new Grammars(import.meta.url));
const read = (file: string) => readSource(path.join(folder, file));

const SHOP = `/** Shops, as src/gone.ts knows them; see cartBroker and shopOwner. */
import { Item } from './item.ts';

export const shopOwner = 'nobody';

/**
 * Finds what the shopOwner has, or asks a cartBroker. Made by build/make.js from package.json in TypeScript.
 * @param oldName what is looked for
 * @returns an Item of itemMarket
 */
export function find(name: string): Item {
  const item = new Item(name);
  item.find();
  return item;
}
`;
const FILES = {
  'src/shop.ts': SHOP,
  'src/item.ts': '/** One thing, see find() of shop.ts. */\n\nexport class Item {\n  find() {}\n}\n',
  'README.md': '# Shops\n\nKeeps **shop**Owner\\_names in `src/shop.ts` for `__init__`.\n\n## max\\_items of a shop\n',
  'package.json': '{"name": "shops", "description": "Shops of a `shopOwner`", "main": "./dist/main.js"}',
  'a.py':
    '"""Keeps __all__ of them."""\n\n\ndef keep(self):\n    """Keeps what old_name kept, and self."""\n    return self\n',
};

test('an audit of a folder as it was summarised finds nothing, and nothing that is used later names what went away', async () => {
  for (const [file, text] of Object.entries(FILES)) write(file, text);
  const { items } = await summarise(folder);
  const stored = items.map((item, at) => ({ ...item, id: at + 1, supersededBy: null })) as MemoryItem[];
  assert.ok(items.some(({ sentences }) => sentences.some(({ text }) => text.includes('shopOwner'))));

  const { namesThatExist, stale, findings } = await audit(stored);
  assert.deepEqual({ namesThatExist, stale, findings }, { namesThatExist: 1, stale: 0, findings: [] });

  // The function and its comment stay as they are; what the comment names does not.
  write('src/shop.ts', SHOP.replace("export const shopOwner = 'nobody';\n", ''));
  const later = await audit(stored);
  assert.equal(later.namesThatExist, 1);
  assert.ok(later.stale > 0);
  assert.ok(later.findings.every(({ what }) => what.startsWith('Is not used any more')));
});

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
}

function audit(items: readonly MemoryItem[]) {
  const code = new CodeAnchorChecker(new CodeFiles(folder, maker), new HashIndex());
  return audited(items, {
    checker: new QuoteChecker(code, maker, read),
    namesOf: async (file) => {
      const text = await read(file);
      return text === undefined ? undefined : maker.namesOf({ path: file, text });
    },
    secretIn: () => undefined,
  });
}
