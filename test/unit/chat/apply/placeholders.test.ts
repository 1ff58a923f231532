import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isPlaceholder, isProse } from '../../../../src/chat/apply/placeholders.ts';
import { applied, refusal } from './planned.ts';

const SURE = `// Other routes...
// Existing functionality
/* Existing styles */
{/* existing JSX */}
{/* Rest of the component */}
<!-- rest of template -->
{{!-- ... --}}
-- rest of the query
// ---- existing code ----
// <snip>
# truncated for brevity
// same code
// The same as before
// Rest of App component
// [Previous code remains the same until the results section]`.split('\n');

const PROSE = `// keep the rest of the buffer for the next read
// The rest of the file is the payload
// all other cases are errors
// original file name
// existing state`.split('\n');

const CODE = `// Previous page
// Returns the original
// remaining time in seconds
// existing files are overwritten
[existing, ...fields]
(previous, lines)
<Other fields={fields} />
// Other than that, fall through`.split('\n');

test('a line stands for others surely, perhaps, or not', () => {
  for (const line of SURE) assert.deepEqual([isPlaceholder(line), isProse(line)], [true, false], line);
  for (const line of PROSE) assert.deepEqual([isPlaceholder(line), isProse(line)], [true, true], line);
  for (const line of CODE) assert.equal(isPlaceholder(line), false, line);
});

const APP = `export function App() {
  const [name, setName] = useState('');
  const save = () => store(name);

  return (
    <main>
      <Header />
      <List />
      <button onClick={save}>Save</button>
    </main>
  );
}
`;

describe('what is left out', () => {
  test('in whatever words never goes', async () => {
    const code = `export function App() {
  // existing hooks
  const save = () => store(name.trim());

  return (
    <main>
      {/* existing JSX */}
      <button onClick={save}>Save</button>
    </main>
  );
}`;
    const { text } = await applied(code, APP, 'App.jsx');
    assert.equal(text, APP.replace('store(name)', 'store(name.trim())'));
    const only = 'export function App() {\n  return (\n    <main>\n      {/* existing JSX */}\n    </main>\n  );\n}';
    const plan = await applied(only, APP, 'App.jsx').catch(() => undefined);
    assert.ok(plan === undefined || plan.text.includes('<List />'));
  });

  const FUNCTION =
    'def read(file):\n    text = file.read()\n    lines = text.split("\\n")\n    first = lines[0]\n    return first\n';

  test('is asked for where the line may as well be a sentence', async () => {
    const code =
      'def read(file):\n    text = file.read(9)\n    # keep the rest of the file for later\n    return first';
    const { plan } = await applied(code, FUNCTION, 'a.py');
    assert.equal(plan.asks, true);
    assert.match(plan.words, /“# keep the rest of the file for later” is taken to stand/);
    const added = `@@ @@\n     text = file.read()\n+    # keep the rest of the file for later\n     lines = text.split("\\n")`;
    const written = await applied(added, FUNCTION, 'a.py');
    assert.match(written.plan.words, /is written as it is/);
    assert.ok(written.text.includes('    # keep the rest of the file for later\n'));
  });

  test('has a `pass` below it in Python, which is none of the code', async () => {
    const code = 'def read(file):\n    # existing code\n    pass\n\ndef more():\n    return 2';
    const file = `${FUNCTION}\n\ndef more():\n    return 1\n`;
    assert.equal((await applied(code, file, 'a.py')).text, file.replace('return 1', 'return 2'));
    const real = 'def read(file):\n    if not file:\n        pass\n    return file.read()';
    assert.equal((await applied(real, FUNCTION, 'a.py')).text, `${real}\n`);
  });

  test('is said behind lines that stay too', async () => {
    const code = FUNCTION.replace('lines[0]', 'lines[1]').replace('.read()', '.read() # unchanged');
    assert.equal((await applied(code, FUNCTION, 'a.py')).text, FUNCTION.replace('lines[0]', 'lines[1]'));
  });

  test('said of all there is changes nothing', async () => {
    await refusal('/* Existing styles */', 'a {\n  b: c;\n}\n', 'a.css');
  });
});
