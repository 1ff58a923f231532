import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { MEMORY_KINDS } from '../../../../src/engine/protocol/index.ts';
import { iconOf } from '../../../../src/memory/tree.ts';
import { STATE_ICONS } from '../../../../src/webview/memory/parts.ts';

const folder = path.join(import.meta.dirname, '../../../../src/webview/memory');

test('every icon of the page is in its style sheet, with the number of the package, and none is left over', () => {
  const own = readFileSync(path.join(folder, 'icons.css'), 'utf8');
  const theirs = readFileSync(createRequire(import.meta.url).resolve('@vscode/codicons/dist/codicon.css'), 'utf8');
  const icons = new Map(
    [...own.matchAll(/\.codicon-([\w-]+)::before \{\s*content: "(\\\w+)"/g)].map(([, name, number]) => [
      name!,
      number!,
    ]),
  );
  for (const [name, number] of icons)
    assert.match(theirs, new RegExp(`\\.codicon-${name}:before \\{ content: "\\\\${number}"`));
  const text = readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('\n');
  const named = [...text.matchAll(/(?:icon|button)\((?:pinned \? )?'([\w-]+)'(?: : '([\w-]+)')?/g)].flatMap(
    ([, a, b]) => [a, b],
  );
  const used = new Set([
    ...named,
    ...Object.values(STATE_ICONS),
    ...MEMORY_KINDS.map(iconOf),
    'pin',
    'info',
    'warning',
  ]);
  used.delete(undefined);
  assert.deepEqual([...icons.keys()].toSorted(), [...used].toSorted() as string[]);
});
