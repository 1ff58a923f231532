import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CATALOGUE } from '../../../src/models/catalogue.ts';
import { type ChoiceFacts, modelChoices } from '../../../src/models/choices.ts';

const [small] = CATALOGUE;
const downloaded = { path: '/lib/a.gguf', fileName: 'qwen2.5-coder-0.5b-q8_0.gguf', sizeBytes: 531e6, entry: small };

const labels = (facts: Partial<ChoiceFacts>) =>
  modelChoices({ current: undefined, downloaded: [], recent: [], ...facts }).map(({ title, rows }) => ({
    title,
    rows: rows.map(({ label }) => label),
  }));

describe('modelChoices', () => {
  it('offers the bundled model, a file, and the whole catalogue', () => {
    const [here, there] = labels({});
    assert.deepEqual(here, {
      title: 'On this machine',
      rows: ['$(check) Bundled: tiny-code-fim', '$(folder-opened) A GGUF file of yours…'],
    });
    assert.deepEqual(
      there?.rows,
      CATALOGUE.map(({ title }) => `$(cloud-download) ${title}`),
    );
  });

  it('moves what is downloaded to this machine, and marks what is in use', () => {
    const [here, there] = labels({
      current: '/lib/a.gguf',
      downloaded: [downloaded],
      recent: ['/lib/a.gguf', '/own/b.gguf'],
    });
    assert.deepEqual(here?.rows, [
      'Bundled: tiny-code-fim',
      '$(check) Qwen2.5-Coder 0.5B',
      'b.gguf',
      '$(folder-opened) A GGUF file of yours…',
    ]);
    assert.equal(there?.rows.length, CATALOGUE.length - 1);
  });

  it('lets Quire delete only what it downloaded', () => {
    const [here] = modelChoices({ current: undefined, downloaded: [downloaded], recent: ['/own/b.gguf'] });
    const removable = here?.rows.flatMap(({ choice }) =>
      choice.kind === 'file' ? [[choice.path, choice.removable]] : [],
    );
    assert.deepEqual(removable, [
      ['/lib/a.gguf', true],
      ['/own/b.gguf', false],
    ]);
  });

  it('says size, memory and licence before a download', () => {
    const rows = modelChoices({ current: undefined, downloaded: [], recent: [] })[1]?.rows;
    assert.equal(rows?.[1]?.description, '1.6 GB, needs 2.5 GB of memory, Apache-2.0');
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
});
