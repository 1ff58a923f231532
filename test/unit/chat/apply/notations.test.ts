import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applied, planned, refusal } from './planned.ts';

const FILE = `export function add(a: number, b: number): number {
  return a + b;
}

export function subtract(a: number, b: number): number {
  return a - b;
}
`;
const WANTED = FILE.replace('a - b;', 'b - a;');

describe('search and replace', () => {
  const texts = ['  return a - b;', '=======', '  return b - a;'];
  const forms = {
    "Cline's marks": ['------- SEARCH', ...texts, '+++++++ REPLACE'],
    "Roo Code's lines": ['<<<<<<< SEARCH', ':start_line:6', '-------', ...texts, '>>>>>>> REPLACE'],
    'a path behind the mark': ['<<<<<<< SEARCH src/math.ts', ...texts, '>>>>>>> REPLACE'],
  };
  for (const [name, lines] of Object.entries(forms)) {
    test(`is read with ${name}, in whatever fence`, async () => {
      for (const language of ['', 'diff', 'ts']) {
        assert.equal((await applied(lines.join('\n'), FILE, 'src/math.ts', { language })).text, WANTED, language);
      }
    });
  }

  test('of a list in a fence of a diff is no diff', async () => {
    const code = '<<<<<<< SEARCH\n- one\n=======\n- uno\n>>>>>>> REPLACE';
    assert.equal((await applied(code, '- one\n- two\n', 'a.md', { language: 'diff' })).text, '- uno\n- two\n');
  });

  test('of headings that are underlined is split at the line as wide as the marks, or refused', async () => {
    const file = 'Guide\n=======\n\nRead.\n\nSetup\n=====\n\nRun.\n';
    const code = (heading: string) =>
      `<<<<<<< SEARCH\n${heading}\n\nRun.\n=======\n${heading}\n\nRun it.\n>>>>>>> REPLACE`;
    assert.equal((await applied(code('Setup\n====='), file, 'a.rst')).text, file.replace('Run.', 'Run it.'));
    assert.match((await refusal(code('Setup\n======='), file, 'a.rst')).words, /more than one line of/);
  });
});

describe('a diff', () => {
  test('whose fence is that of the language is told by its marks', async () => {
    const marked =
      ' export function subtract(a: number, b: number): number {\n-  return a - b;\n+  return b - a;\n }\n\n // ... existing code ...';
    for (const code of [marked, marked.replace(/^ /gm, '')]) {
      const { text, plan } = await applied(code, FILE, 'a.ts', { language: 'ts' });
      assert.equal(text, WANTED);
      assert.equal(plan.how, 'diff');
    }
  });

  test('is no list of what the file does not have, or has with its marks', async () => {
    const list = '# To do\n\n- one\n- two\n';
    for (const code of ['- three\n+ four', '- one\n+ 1\n- two']) {
      const plan = await planned(code, list, 'a.md', { language: 'markdown' });
      assert.ok(plan.kind === 'refused' || plan.how !== 'diff', JSON.stringify(plan));
    }
  });

  test('names its file with one line of two, and a comment of SQL that goes is no name', async () => {
    for (const mark of ['+++ b', '--- a']) {
      const code = (name: string) => `${mark}/src/${name}\n@@ @@\n-  return a - b;\n+  return b - a;`;
      assert.equal((await applied(code('a.ts'), FILE, 'src/a.ts')).text, WANTED);
      assert.match((await refusal(code('b.ts'), FILE, 'src/a.ts')).words, /src\/b\.ts, not src\/a\.ts/);
    }
    const sql = 'SELECT 1;\n-- two\nSELECT 2;\nSELECT 3;\n';
    const diff = '@@ @@\n SELECT 1;\n--- two\n@@ @@\n-SELECT 3;\n+SELECT 4;';
    assert.equal((await applied(diff, sql, 'a.sql')).text, 'SELECT 1;\nSELECT 2;\nSELECT 4;\n');
  });

  test("in Codex's form goes to the file that it names", async () => {
    const code = `*** Begin Patch\n*** Update File: src/b.ts\n@@\n-x();\n+y();\n*** Update File: src/a.ts\n@@\n-  return a - b;\n+  return b - a;\n*** End Patch`;
    assert.equal((await applied(code, FILE, 'src/a.ts')).text, WANTED);
    assert.match((await refusal(code, FILE, 'src/c.ts')).words, /src\/b\.ts, not src\/c\.ts/);
  });
});
