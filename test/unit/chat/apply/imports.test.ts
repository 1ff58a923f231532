import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applied, refusal } from './planned.ts';

/** A block with some imports and a function whose body is 2 instead of 1. */
async function withImports(imports: string, head: string, path = 'a.ts'): Promise<string> {
  const of = (value: number): string =>
    ({
      ts: `export function f(): number {\n  return ${value};\n}\n`,
      py: `def f():\n    return ${value}\n`,
      go: `func F() int {\n\treturn ${value}\n}\n`,
      rs: `fn f() -> u8 {\n    ${value}\n}\n`,
    })[path.split('.')[1]!]!;
  const { text } = await applied(`${imports}\n\n${of(2)}`, head + of(1), path);
  assert.ok(text.endsWith(of(2)), text);
  return text.slice(0, -of(2).length);
}

describe('imports of a block', () => {
  test('that bring fewer names than the file does leave it as it is', async () => {
    const head = "import { a, b } from 'x';\n\n";
    assert.equal(await withImports("import { b } from 'x';", head), head);
    const python = 'from x import a, b\n\n\n';
    assert.equal(await withImports('from x import a', python, 'a.py'), python);
  });

  test('that bring others of the same module come below, or into its list', async () => {
    assert.equal(
      await withImports("import { c } from 'x';", "import { a, b } from 'x';\n\n"),
      "import { a, b } from 'x';\nimport { c } from 'x';\n\n",
    );
    assert.equal(
      await withImports("import { b, c } from 'x';", "import { a, b } from 'x';\n\n"),
      "import { a, b, c } from 'x';\n\n",
    );
    assert.equal(
      await withImports('from x import b, c', 'from x import a, b\n\n\n', 'a.py'),
      'from x import a, b, c\n\n\n',
    );
  });

  test('of Rust are of a module too', async () => {
    assert.equal(
      await withImports('use std::fs::{self, File};', 'use std::fs::File;\nuse std::io;\n\n', 'a.rs'),
      'use std::fs::{self, File};\nuse std::io;\n\n',
    );
    assert.equal(await withImports('use std::fmt;', 'use std::io;\n\n', 'a.rs'), 'use std::io;\nuse std::fmt;\n\n');
  });

  test('of Go are brought once each', async () => {
    const group = 'package a\n\nimport (\n\t"errors"\n\t"sync"\n)\n\n';
    const more = group.replace('"sync"\n', '"sync"\n\t"fmt"\n');
    assert.equal(await withImports('import "sync"', group, 'a.go'), group);
    assert.equal(await withImports('import "fmt"', group, 'a.go'), more);
    assert.equal(await withImports('import (\n\t"errors"\n\t"fmt"\n)', group, 'a.go'), more);
    assert.equal(
      await withImports('import (\n\t"fmt"\n)', 'package a\n\nimport "os"\n\n', 'a.go'),
      'package a\n\nimport "os"\nimport "fmt"\n\n',
    );
  });

  test('come below what stands first in a file that has none', async () => {
    const line = "import { a } from 'x';\n";
    assert.equal(await withImports(line, ''), `${line}\n`);
    assert.equal(await withImports(line, "'use strict';\n\n"), `'use strict';\n\n${line}\n`);
    assert.equal(await withImports(line, '// Licence.\n\n/** Two. */\n'), `// Licence.\n\n${line}\n/** Two. */\n`);
    assert.equal(
      await withImports('import os', '#!/usr/bin/env python\n"""A file.\n\nOf mine.\n"""\n\n\n', 'a.py'),
      '#!/usr/bin/env python\n"""A file.\n\nOf mine.\n"""\n\nimport os\n\n\n',
    );
    assert.equal(
      await withImports('import "fmt"', '// Package a.\npackage a\n\n', 'a.go'),
      '// Package a.\npackage a\n\nimport "fmt"\n\n',
    );
  });

  test('are placed by themselves', async () => {
    const file = 'import os\n\n\ndef f():\n    return 1\n';
    assert.equal((await applied('import sys', file, 'a.py')).text, file.replace('os\n', 'os\nimport sys\n'));
    assert.deepEqual((await applied('import os', file, 'a.py')).plan.edits, []);
  });

  test('that call a name otherwise are not mixed', async () => {
    await refusal(
      "import { b as c, d } from 'x';\n\nfunction f() {\n  return 2;\n}",
      "import { a, b } from 'x';\n\nfunction f() {\n  return 1;\n}\n",
    );
  });
});
