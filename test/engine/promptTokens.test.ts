/** Prompts are cut from the tokens that documents have: while one types, nothing but what is new is computed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { Completer } from '../../src/completion/completer.ts';
import { fimLayoutOf } from '../../src/completion/fimLayouts.ts';
import { budgetFor, prefixWindow } from '../../src/completion/window.ts';
import {
  changeDocumentNotification,
  type ModelInfo,
  openDocumentNotification,
  type TextEdit,
} from '../../src/engine/protocol/index.ts';
import { chunksOf } from '../../src/engine/server/core/chunks.ts';
import { bundledModel, readingAtOnce, repository } from '../helpers/engine.ts';
import { openBundled } from '../helpers/native.ts';
import { ownEngine } from './ownEngine.ts';

const client = ownEngine();
const completer = new Completer(client);
let model: ModelInfo;
let workspace = '';

before(async () => {
  model = readingAtOnce(await client.openModel({ path: bundledModel, contextTokens: 0 }));
  workspace = await client.openWorkspace({ folder: null, name: 'w', trusted: true });
});

/** Indented throughout: nothing begins a line but at its ends. */
const body = readFileSync(path.join(repository, 'src/completion/provider.ts'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('  '))
  .join('\n');
const text = `class A {\n${body}\n}\n`;
const typed =
  "\n  async #written(place: Place, more: readonly string[]): Promise<void> {\n    const all = more.map((one) => place.path + one);\n    await this.#session.told(all, { of: 'nothing', at: place.offset ?? 0 });\n    if (all.length > 12) return;\n    this.#happened.fire({ what: 'shown', path: place.path, characters: all.length });";
/** Of a prompt, where only the end of its prefix is new. */
const FEW = 24;

describe('tokens of a prompt', () => {
  it('are the same wherever a text is cut to be tokenized', async () => {
    const { tokenizer } = await openBundled();
    for (const longest of [300, 512, 777, 1_024, 4_096]) {
      const pieces = chunksOf(text, false, longest);
      assert.ok(pieces.length > 1);
      const joined = pieces.flatMap((piece) => [...tokenizer.encode(piece)]);
      assert.deepEqual(joined, [...tokenizer.encode(text)], `in pieces of ${longest}`);
    }
  });

  it('stay what they were while one types in full pieces, and are those of the text that is sent in words', async () => {
    const key = 'src/a.ts';
    // A window begins anew in some hundreds of characters: it does not in these.
    const cursor = text.indexOf('\n', 2_450);
    client.tell(openDocumentNotification, { workspace, key, path: key, version: 1, text });
    let now = text;
    let version = 1;
    const place = (at: number, known: boolean) => ({
      path: key,
      prefix: now.slice(0, at),
      suffix: now.slice(at),
      ...(known ? { document: { key, version } } : {}),
    });
    const ask = async (at: number, known: boolean) =>
      (await completer.complete(model, place(at, known), { workspace, document: key, maxTokens: 1 })).result;
    await ask(cursor, true);
    const computed: number[] = [];
    for (let at = cursor; at < cursor + typed.length; at++) {
      const edit: TextEdit = { start: at, end: at, text: typed[at - cursor]! };
      now = now.slice(0, at) + edit.text + now.slice(at);
      client.tell(changeDocumentNotification, { workspace, key, from: version, version: ++version, edits: [edit] });
      computed.push((await ask(at + 1, true)).computedTokens);
    }
    const anew = computed.filter((count) => count > FEW);
    assert.ok(anew.length <= 1, `only where the window begins elsewhere: ${anew.join()}`);
    const sent = await ask(cursor + typed.length, false);
    assert.ok(sent.computedTokens <= FEW, `${sent.computedTokens} of ${sent.promptTokens}`);
  });

  it('are known where the window is about to begin elsewhere, once that was read', async () => {
    const { prefix: room } = budgetFor(model, 1, fimLayoutOf(model).order);
    const step = 60;
    const start = (at: number) => at - prefixWindow(text.slice(0, at), room).length;
    const cursor = Array.from({ length: 3_000 }, (_, at) => at).findLast((at) => start(at) !== start(at + step))!;
    const ask = async (more: string, soon = 0) => {
      const place = { path: 'src/b.ts', prefix: text.slice(0, cursor) + more, suffix: text.slice(cursor), soon };
      return (await completer.complete(model, place, { workspace, maxTokens: 1 })).result.computedTokens;
    };
    await ask('');
    assert.ok((await ask('', step)) > 100, 'it is read anew from where it begins');
    assert.ok((await ask(typed.slice(0, step))) <= FEW);
  });
});
