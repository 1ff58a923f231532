import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CATALOGUE as ALL } from '../../../src/models/catalogue.ts';
import { type ChoiceFacts, modelChoices, roleChoices } from '../../../src/models/choices.ts';
import type { Selection } from '../../../src/models/selection.ts';

const CATALOGUE = ALL.filter(({ fim }) => fim);
const [small] = CATALOGUE;
const downloaded = { path: '/lib/a.gguf', fileName: 'qwen2.5-coder-0.5b-q8_0.gguf', sizeBytes: 531e6, entry: small };

const bundled: Selection = { kind: 'bundled', spec: { path: '/bundled.gguf', contextTokens: 0 } };
const asCompletion: Selection = { ...bundled, kind: 'asCompletion' };
const fileAt = (path: string): Selection => ({ kind: 'file', spec: { path, contextTokens: 0 } });

const choices = (facts: Partial<ChoiceFacts>) =>
  modelChoices({ role: 'completion', current: bundled, downloaded: [], recent: [], unfit: new Map(), ...facts });

const labels = (facts: Partial<ChoiceFacts>) =>
  choices(facts).map(({ title, rows }) => ({
    title,
    rows: rows.map(({ label }) => label),
  }));

describe('modelChoices', () => {
  it('offers the bundled model, a file, and the whole catalogue', () => {
    const [here, there] = labels({});
    assert.deepEqual(here, {
      title: 'On this machine',
      rows: [
        '$(check) Bundled: tiny-code-fim',
        'Bundled, smallest: tiny-code-fim v0',
        '$(folder-opened) A GGUF file of yours…',
      ],
    });
    assert.deepEqual(
      there?.rows,
      CATALOGUE.map(({ title }) => `$(cloud-download) ${title}`),
    );
  });

  it('moves what is downloaded to this machine, and marks what is in use', () => {
    const [here, there] = labels({
      current: fileAt('/lib/a.gguf'),
      downloaded: [downloaded],
      recent: ['/lib/a.gguf', '/own/b.gguf'],
    });
    assert.deepEqual(here?.rows, [
      'Bundled: tiny-code-fim',
      'Bundled, smallest: tiny-code-fim v0',
      '$(check) Qwen2.5-Coder 0.5B',
      'b.gguf',
      '$(folder-opened) A GGUF file of yours…',
    ]);
    assert.equal(there?.rows.length, CATALOGUE.length - 1);
  });

  it('lets Quire delete only what it downloaded', () => {
    const [here] = choices({ downloaded: [downloaded], recent: ['/own/b.gguf'] });
    const removable = here?.rows.flatMap(({ choice }) =>
      choice.kind === 'file' ? [[choice.path, choice.removable]] : [],
    );
    assert.deepEqual(removable, [
      ['/lib/a.gguf', true],
      ['/own/b.gguf', false],
    ]);
  });

  it('says size, memory and licence before a download', () => {
    const rows = choices({})[1]?.rows;
    assert.equal(rows?.[1]?.description, '1.1 GB, needs 2.0 GB of memory, Apache-2.0');
  });

  it('leaves out an empty group', () => {
    const all = CATALOGUE.map((entry) => ({
      path: `/lib/${entry.id}`,
      fileName: entry.uri.replace(/^.*\/|#.*$/g, ''),
      sizeBytes: 1,
      entry,
    }));
    assert.deepEqual(
      labels({ downloaded: all }).map(({ title }) => title),
      ['On this machine'],
    );
  });

  it('offers for chat what can chat, and the model for completion', () => {
    const groups = labels({ role: 'chat', current: asCompletion, recent: ['/own/b.gguf'] });
    assert.deepEqual(groups[0]?.rows, [
      '$(check) The same as for completion',
      'b.gguf',
      '$(folder-opened) A GGUF file of yours…',
    ]);
    assert.deepEqual(
      groups[1]?.rows,
      ALL.filter(({ chat }) => chat).map(({ title }) => `$(cloud-download) ${title}`),
    );
    const unfit = new Map([['/bundled.gguf', 'its file has no chat template']]);
    const [first] = choices({ role: 'chat', current: asCompletion, unfit })[0]!.rows;
    assert.equal(first?.detail, 'The one of now cannot chat: its file has no chat template.');
  });

  it('offers for embedding only what makes vectors, and says of the others why they are not offered', () => {
    const unfit = new Map([['/lib/a.gguf', 'it writes text, and makes no vectors']]);
    const facts = { role: 'embedding', current: fileAt('/own/e.gguf'), recent: ['/own/e.gguf'], unfit } as const;
    const [here, apart, ...more] = choices({ ...facts, downloaded: [downloaded] });
    assert.deepEqual(
      here?.rows.map(({ label }) => label),
      ['None', '$(check) e.gguf', '$(folder-opened) A GGUF file of yours…'],
    );
    assert.equal(apart?.title, 'Not for embedding');
    const choice = { kind: 'file', path: '/lib/a.gguf', removable: true, unfit: true };
    assert.deepEqual(apart?.rows, [
      {
        label: 'Qwen2.5-Coder 0.5B',
        description: '531 MB',
        detail: 'it writes text, and makes no vectors',
        choice,
      },
    ]);
    assert.deepEqual(more, []);
  });
});

describe('roleChoices', () => {
  it('says what is chosen for each role', () => {
    const current = { completion: fileAt('/own/b.gguf'), chat: asCompletion, embedding: { kind: 'none', message: '' } };
    assert.deepEqual(
      roleChoices((role) => current[role] as Selection).map(({ choice, description }) => [choice, description]),
      [
        ['completion', 'b.gguf'],
        ['chat', 'the same as for completion'],
        ['embedding', 'none'],
      ],
    );
  });
});
