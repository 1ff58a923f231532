/** What an engine knows of a workspace is what its files and windows are now: through the protocol, with real files. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Completer } from '../../src/completion/completer.ts';
import { EngineClient } from '../../src/engine/client/client.ts';
import {
  changeDocumentNotification,
  type DocumentName,
  type ModelInfo,
  type NgramStatus,
  needsTextNotification,
  openDocumentNotification,
  pinDocumentsNotification,
  readWorkspaceNotification,
} from '../../src/engine/protocol/index.ts';
import { bundledModel, engineCommand } from '../helpers/engine.ts';
import { ownEngine } from './ownEngine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-life-'));
after(() => rmSync(folder, { recursive: true }));

const client = ownEngine();
const missing: DocumentName[] = [];
client.listen(needsTextNotification, (document) => missing.push(document));
let model: ModelInfo;
before(async () => {
  model = await client.openModel({ path: bundledModel, contextTokens: 0 });
});

/** Nobody else writes this. */
const habit = (depth: number, name = 'Frobnicator') =>
  `export function part() {\n  register${name}(quuxService, { depth: ${depth}, mode: 'zorp' });\n}\n\n`.repeat(4);

const known = async (): Promise<NgramStatus> => (await client.status()).models[0]!.ngram!;

async function suggested(workspace: string, typed = 'registerFrob'): Promise<string> {
  const place = { path: 'src/new.ts', prefix: `export function mine() {\n  ${typed}`, suffix: '\n}\n' };
  return (await new Completer(client).complete(model, place, { workspace, maxTokens: 40 })).text;
}

describe('a folder', () => {
  it('is, read whole a second time, without the files that were deleted or that a new .gitignore names', async () => {
    const write = (name: string, text: string) => {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    };
    write('src/kept.ts', habit(42));
    write('src/deleted.ts', habit(7, 'Grommet'));
    write('made/ignored.ts', habit(13, 'Blip'));
    const workspace = await client.openWorkspace({ folder, name: folder, trusted: true });
    const read = async () => {
      client.tell(readWorkspaceNotification, { workspace, on: true });
      await sleep(20);
      while ((await known()).pending > 0) await sleep(10);
    };
    await read();
    assert.equal((await known()).files, 3);
    assert.match(await suggested(workspace, 'registerGrom'), /quuxService, \{ depth: 7/);
    assert.match(await suggested(workspace, 'registerBli'), /quuxService, \{ depth: 13/);

    rmSync(path.join(folder, 'src/deleted.ts'));
    write('.gitignore', 'made/\n');
    await read();
    assert.equal((await known()).files, 2, 'one that is kept, and .gitignore');
    assert.match(await suggested(workspace), /quuxService, \{ depth: 42/);
    assert.doesNotMatch(await suggested(workspace, 'registerGrom'), /^met\(/);
    assert.doesNotMatch(await suggested(workspace, 'registerBli'), /^p\(/);
    client.closeWorkspace(workspace);
  });
});

describe('a window', () => {
  it('that closes takes its documents along, and leaves those of others', async () => {
    const spec = { folder: null, name: 'shared', trusted: true };
    const workspace = await client.openWorkspace(spec);
    const before = (await known()).documents;
    client.tell(openDocumentNotification, { workspace, key: 'a', path: 'a.ts', version: 1, text: habit(42) });
    const other = new EngineClient(engineCommand(), 'another window');
    await other.openModel({ path: bundledModel, contextTokens: 0 });
    assert.equal(await other.openWorkspace(spec), workspace);
    other.tell(openDocumentNotification, { workspace, key: 'b', path: 'b.ts', version: 1, text: habit(7, 'Grommet') });
    while ((await known()).documents < before + 2) await sleep(10);
    assert.match(await suggested(workspace, 'registerGrom'), /depth: 7/);

    await other.dispose();
    while ((await client.status()).clients.length > 1) await sleep(10);
    assert.equal((await known()).documents, before + 1);
    assert.doesNotMatch(await suggested(workspace, 'registerGrom'), /^met\(/);
    assert.match(await suggested(workspace), /depth: 42/);
  });
});

describe('a document', () => {
  it('that no tab shows, as one side of a diff, is known as it is edited when the tabs change', async () => {
    const workspace = await client.openWorkspace({ folder: null, name: 'diff', trusted: true });
    client.tell(openDocumentNotification, {
      workspace,
      key: 'diff',
      path: 'diff.ts',
      version: 1,
      text: 'export {};\n',
    });
    // The tabs that are told of are those whose pages are held; the diff is none of them.
    client.tell(pinDocumentsNotification, { workspace, keys: ['another.ts'] });
    client.tell(changeDocumentNotification, {
      workspace,
      key: 'diff',
      from: 1,
      version: 2,
      edits: [{ start: 0, end: 0, text: habit(99) }],
    });
    assert.match(await suggested(workspace), /depth: 99/);
    assert.deepEqual(missing, []);
  });
});
