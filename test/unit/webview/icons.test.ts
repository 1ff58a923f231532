import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { MEMORY_KINDS } from '../../../src/engine/protocol/index.ts';
import { iconOf } from '../../../src/memory/tree.ts';
import { STATE_ICONS } from '../../../src/webview/memory/parts.ts';

const folder = path.join(import.meta.dirname, '../../../src/webview');
const read = (...parts: string[]): string => readFileSync(path.join(folder, ...parts), 'utf8');
const icons = new Map(
  [...read('icons.css').matchAll(/\.codicon-([\w-]+)::before \{\s*content: "\\(\w+)"/g)].map(([, name, number]) => [
    name!,
    number!,
  ]),
);

test('the numbers of the icons are those of the package', () => {
  const theirs = readFileSync(createRequire(import.meta.url).resolve('@vscode/codicons/dist/codicon.css'), 'utf8');
  for (const [name, number] of icons)
    assert.ok(theirs.includes(`.codicon-${name}:before { content: "\\${number}" }`), name);
});

test('every icon of the two pages is in the style sheet, and none is left over', () => {
  const chat = [...(/type Icon =([^;]+);/.exec(read('chat', 'icons.ts'))?.[1] ?? '').matchAll(/'([\w-]+)'/g)];
  const memory = readdirSync(path.join(folder, 'memory'))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read('memory', name))
    .join('\n')
    .matchAll(/(?:icon|button)\((?:pinned \? )?'([\w-]+)'(?: : '([\w-]+)')?/g);
  assert.ok(chat.length > 20);
  const used = new Set([
    ...[...chat, ...memory].flatMap(([, ...names]) => names.filter((name) => name !== undefined)),
    ...Object.values(STATE_ICONS),
    ...MEMORY_KINDS.map(iconOf),
    'pin',
    'info',
    'warning',
  ]);
  assert.deepEqual([...icons.keys()].toSorted(), [...used].toSorted());
});
