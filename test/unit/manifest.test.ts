import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { ACTIONS } from '../../src/monitor/notices.ts';

const root = resolve(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'package.json'), 'utf8');
const manifest = JSON.parse(text);
const words: Record<string, string> = JSON.parse(readFileSync(join(root, 'package.nls.json'), 'utf8'));
const commands: string[] = manifest.contributes.commands.map(({ command }: { command: string }) => command);
const settings: Record<string, { scope?: string }> = Object.assign(
  {},
  ...manifest.contributes.configuration.map(({ properties }: { properties: object }) => properties),
);
/** Registered, but not in the palette: they are reached through a button or a menu. */
const INTERNAL = ['quire.useBundledModel', 'quire.openSettings', 'quire.showMenu', 'quire.dismissSuggestion'];

describe('the manifest', () => {
  it('has words for every key, and no words left over', () => {
    const used = [...text.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key);
    assert.deepEqual([...new Set(used)].sort(), Object.keys(words).sort());
  });

  it('points at files that exist', () => {
    const files = [manifest.icon];
    for (const { steps } of manifest.contributes.walkthroughs) {
      for (const { media } of steps) files.push(media.svg ?? media.markdown);
    }
    for (const file of files) assert.ok(existsSync(join(root, file)), file);
  });

  it('names commands that exist', () => {
    const linked = Object.values(words).flatMap((line) =>
      [...line.matchAll(/\(command:(quire\.[\w.]+)/g)].map(([, id]) => id),
    );
    const actions = Object.values(ACTIONS).map(({ command }) => command);
    for (const command of [...linked, ...actions])
      assert.ok([...commands, ...INTERNAL].includes(command ?? ''), command);
    for (const command of INTERNAL) assert.ok(!commands.includes(command), command);
  });

  it('lets no workspace choose the engine, and no untrusted one the model', () => {
    const restricted: string[] = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
    for (const key of restricted) assert.ok(key in settings, key);
    for (const [key, { scope }] of Object.entries(settings)) {
      // Not 'machine': in a remote window that is the other machine, and Quire prefers the user's own.
      if (key.startsWith('quire.engine.')) assert.equal(scope, 'application', key);
      if (key.startsWith('quire.model.')) assert.ok(restricted.includes(key), key);
    }
  });

  it('takes no key of the editor, but where changes are reviewed, and Escape where a suggestion is on screen', () => {
    const isEscape = ({ command }: { command: string }) => command === 'quire.dismissSuggestion';
    const { keybindings } = manifest.contributes;
    for (const binding of keybindings) {
      if (!isEscape(binding)) assert.match(binding.when, /^quire\.reviewing && /, binding.key);
    }
    const [{ key, when }] = keybindings.filter(isEscape);
    assert.equal(key, 'escape');
    assert.match(when, /^inlineSuggestionVisible && editorTextFocus && /);
    // What else the editor's Escape does comes first, and so do Vim's modes.
    for (const other of [
      'suggestWidgetVisible',
      'parameterHintsVisible',
      'findWidgetVisible',
      'inSnippetMode',
      'vim.active',
    ])
      assert.ok(when.includes(`!${other}`), other);
  });
});
