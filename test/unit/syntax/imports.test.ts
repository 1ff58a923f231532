import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importsOf } from '../../../src/syntax/imports.ts';

test('what a file takes from its own project is named from the root, packages are left out', () => {
  const script = [
    "import fs from 'node:fs';",
    "import type { A, B as C } from './parts/a.js';",
    "import whole, { D } from '../b';",
    "import * as E from './parts/a.js';",
    "import { F } from '../../../outside';",
  ].join('\n');
  assert.deepEqual(importsOf(script, 'src/app/main.ts', 'typescript'), [
    { from: 'src/app/parts/a.js', names: ['A', 'C', 'E'] },
    { from: 'src/b', names: ['whole', 'D'] },
  ]);
  const python = 'import os\nfrom .parts.a import one, two as three\nfrom ..b import (\n  four,\n)\n';
  assert.deepEqual(importsOf(python, 'src/app/main.py', 'python'), [
    { from: 'src/app/parts/a', names: ['one', 'three'] },
    { from: 'src/b', names: ['four'] },
  ]);
  assert.deepEqual(importsOf('use crate::kv::{Pool, Page};\nuse std::io;\n', 'src/main.rs', 'rust'), [
    { from: 'kv', names: ['Pool', 'Page'] },
  ]);
  assert.deepEqual(importsOf('@import "a.css";', 'a.css', 'css'), []);
});
