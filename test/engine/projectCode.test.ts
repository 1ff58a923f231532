/** What the project's own code has to say in completions, through a real engine with the bundled model. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Completer, type CompletionOptions } from '../../src/completion/completer.ts';
import type { CompletionRequest } from '../../src/completion/request.ts';
import {
  changeDocumentNotification,
  closeDocumentNotification,
  type ModelInfo,
  openDocumentNotification,
  readWorkspaceNotification,
  type TextEdit,
} from '../../src/engine/protocol/index.ts';
import { bundledModel } from '../helpers/engine.ts';
import { openBundled } from '../helpers/native.ts';
import { assertSameUnlessNear } from '../helpers/sayable.ts';
import { ownEngine } from './ownEngine.ts';

const client = ownEngine();
const completer = new Completer(client);
let model: ModelInfo;
let workspace = '';

before(async () => {
  model = await client.openModel({ path: bundledModel, contextTokens: 0 });
  workspace = await client.openWorkspace({ folder: null, name: 'w', trusted: true });
});

const versions = new Map<string, number>();
function open(key: string, text: string): void {
  const version = (versions.get(key) ?? 0) + 1;
  versions.set(key, version);
  client.tell(openDocumentNotification, { workspace, key, path: key, version, text });
}
function change(key: string, edits: TextEdit[]): void {
  const from = versions.get(key)!;
  versions.set(key, from + 1);
  client.tell(changeDocumentNotification, { workspace, key, from, version: from + 1, edits });
}
const close = (...keys: string[]): void => {
  for (const key of keys) client.tell(closeDocumentNotification, { workspace, key });
};

/** Nobody else writes this. */
const habit = (depth: number) =>
  Array.from(
    { length: 4 },
    (_, row) =>
      `export function part${row}() {\n  registerFrobnicator(quuxService, { depth: ${depth}, mode: 'zorp' });\n}\n`,
  ).join('\n');

interface Place {
  path?: string;
  others?: CompletionRequest['others'];
}
const complete = async (prefix: string, options: Partial<CompletionOptions> & Place = {}) => {
  const { path: file = 'src/new.ts', others, ...more } = options;
  const request = { path: file, prefix, suffix: '\n}\n', ...(others && { others }) };
  // A small model is shown the file alone.
  const asked = others ? { ...model, parameters: 500e6 } : model;
  return completer.complete(asked, request, { workspace, maxTokens: 40, ...more });
};
const asked = 'export function mine() {\n  registerFrob';
const ngramStatus = async () => (await client.status()).models.find(({ info }) => info.id === model.id)!.ngram!;

describe('the code of the project', () => {
  it('is heard: what another open document does is suggested, whole, and with more confidence than without', async () => {
    const without = await complete(asked);
    open('src/old.ts', habit(42));
    const { text, result } = await complete(asked);
    assert.equal(text, "nicator(quuxService, { depth: 42, mode: 'zorp' });");
    assert.notEqual(without.text, text);
    // A larger model is shown the document as well, and is not surprised.
    const shown = await complete(asked, { others: [{ path: 'src/old.ts', content: habit(42) }] });
    assert.equal(shown.text, text);
    const confidences = [without.result.confidence!, result.confidence!, shown.result.confidence!];
    assert.ok(confidences[0]! < confidences[2]! / 1.5, confidences.join());
  });

  it('is recalled by the lines around the cursor, where nothing of a line is written', async () => {
    const around = (line: string) =>
      `  const handle = await openArchive(path);\n  ${line}\n  await handle.release();\n}\n`;
    const text = `export async function load(path: string) {\n${around('quuxify(handle, zorpTable);')}`;
    const [prefix, suffix] = `export async function renew(path: string) {\n${around('|')}`.split('|') as [
      string,
      string,
    ];
    const place = { path: 'src/new.ts', prefix, suffix };
    const recalled = async () => (await completer.complete(model, place, { workspace, maxTokens: 40 })).text;
    assert.doesNotMatch(await recalled(), /quux/);
    open('src/archive.ts', text);
    assert.equal((await recalled()).split('\n')[0], 'quuxify(handle, zorpTable);');
    close('src/archive.ts');
  });

  it('is heard as it is now: an edit counts at the next completion', async () => {
    const text = habit(42);
    const edits = [...text.matchAll(/42/g)]
      .reverse()
      .map(({ index }) => ({ start: index, end: index + 2, text: '777' }));
    change('src/old.ts', edits);
    assert.match((await complete(asked)).text, /depth: 777, mode/);
  });

  it('is not heard in another workspace, nor when it is closed, nor where it is not wanted', async () => {
    const other = await client.openWorkspace({ folder: null, name: 'other', trusted: true });
    assert.doesNotMatch((await complete(asked, { workspace: other })).text, /quux/);
    assert.doesNotMatch((await complete(asked, { ngram: false })).text, /quux/);
    close('src/old.ts');
    assert.doesNotMatch((await complete(asked)).text, /quux/);
  });

  it('drops a document whose edits do not fit, until its text is told anew', async () => {
    open('src/old.ts', habit(42));
    change('src/old.ts', [{ start: 1e6, end: 1e6, text: 'x' }]);
    assert.doesNotMatch((await complete(asked)).text, /quux/);
    open('src/old.ts', habit(42));
    assert.match((await complete(asked)).text, /quux/);
    close('src/old.ts');
  });

  it('leaves the model its own text, to the letter, where it has no say', async () => {
    // At the beginning of a line no word is written anew, so that the prompts are the same.
    const prefix = 'export const sum = (a: number, b: number): number => {\n';
    const params = {
      model: model.id,
      workspace,
      class: 'keystroke',
      maxTokens: 48,
      ngram: false,
      oneLine: false,
    } as const;
    const segments = (mark: boolean) => [
      { special: 'fimSuffix' } as const,
      { text: '\n', ...(mark ? { cursor: 'after' as const } : {}) },
      { special: 'fimPrefix' } as const,
      { text: prefix, ...(mark ? { cursor: 'before' as const } : {}) },
      { special: 'fimMiddle' } as const,
    ];
    const plain = await client.complete({ ...params, segments: segments(false) });
    const marked = await client.complete({ ...params, segments: segments(true) });
    assert.ok(plain.text.length > 10, plain.text);
    const own = await openBundled({ path: bundledModel });
    assertSameUnlessNear(own, segments(false), marked.text, plain.text);
    own.dispose();
    assert.equal(marked.promptTokens, plain.promptTokens);
    assert.equal(plain.confidence, null);
    assert.ok(marked.confidence! >= 0 && marked.confidence! <= 1);
  });

  it('writes the word at the cursor anew, and gives only what is missing of it', async () => {
    open('src/old.ts', habit(42));
    for (const typed of ['registerF', 'registerFrobnicato', 'registerFrobnicator(quuxS']) {
      const { text } = await complete(`export function mine() {\n  ${typed}`);
      assert.equal(`${typed}${text}`, "registerFrobnicator(quuxService, { depth: 42, mode: 'zorp' });");
    }
    close('src/old.ts');
  });

  it('is drawn from as well: with a temperature, seeds give texts, and the habit is among them', async () => {
    open('src/old.ts', habit(42));
    const texts = new Set<string>();
    for (let seed = 1; seed <= 4; seed++) {
      const drawing = new Completer({
        complete: (params, options) => client.complete({ ...params, sampling: { temperature: 0.4, seed } }, options),
      });
      const request = { path: 'src/new.ts', prefix: asked, suffix: '\n}\n' };
      texts.add((await drawing.complete(model, request, { workspace, maxTokens: 40 })).text);
    }
    assert.ok(
      [...texts].some((text) => text.startsWith('nicator(quuxService')),
      [...texts].join(' | '),
    );
    close('src/old.ts');
  });

  it('is read from the folder, without what git ignores and what is secret, and anew when a file changes', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'quire-project-'));
    const write = (file: string, text: string) => {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), text);
    };
    try {
      write('.gitignore', 'generated/\n');
      write('src/old.ts', habit(42));
      write('generated/old.ts', habit(13).replaceAll('quux', 'ignored'));
      write('.env', habit(14).replaceAll('quux', 'secret'));
      const read = await client.openWorkspace({ folder, name: folder, trusted: true });
      client.tell(readWorkspaceNotification, { workspace: read, on: true });
      await settled();
      assert.equal((await ngramStatus()).files, 2); // .gitignore is a text, too
      assert.match((await complete(asked, { workspace: read })).text, /quuxService, \{ depth: 42/);
      write('src/old.ts', habit(4711));
      const changed = ['src/old.ts', '.env', 'generated/old.ts'];
      client.tell(readWorkspaceNotification, { workspace: read, on: true, changed });
      await settled();
      assert.equal((await ngramStatus()).files, 2);
      assert.match((await complete(asked, { workspace: read })).text, /quuxService, \{ depth: 4711/);
      client.tell(readWorkspaceNotification, { workspace: read, on: false });
      assert.doesNotMatch((await complete(asked, { workspace: read })).text, /quux/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says the same with and without reuse of the cache', async () => {
    open('src/old.ts', habit(42));
    const reused = await complete(asked);
    const anew = await complete(asked, { reuse: false });
    assert.equal(anew.result.cachedTokens, 0);
    assert.equal(anew.text, reused.text);
    close('src/old.ts');
  });
});

async function settled(): Promise<void> {
  await sleep(20);
  while ((await ngramStatus()).pending > 0) await sleep(10);
}
