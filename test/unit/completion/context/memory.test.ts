import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { notesFor } from '../../../../src/completion/context/memory.ts';

const note = (text: string, path: string | null = null) => ({ path, text });

test('a language without comments of a line, or one that is not known, is shown none', () => {
  for (const path of ['a.css', 'a.html', 'a.md', 'a.json', 'Makefile'])
    assert.deepEqual(notesFor([note('It leaks.')], { path }, 1000), { text: '', count: 0 });
  assert.equal(notesFor([note('It leaks.')], { path: 'a.py' }, 1000).text, '# It leaks.\n');
  assert.equal(notesFor([note('It leaks.')], { path: 'a', languageId: 'rust' }, 1000).text, '// It leaks.\n');
});

test('whatever a note says, each line of it is a comment, and all fits the room', () => {
  const hostile = fc.constantFrom('\n', '\r', '\r\n', '\u2028', '\u2029', '\u0085', '\f', '\\', '?>', '\u202e', '*/');
  const words = fc.array(fc.oneof(hostile, fc.string({ unit: 'binary' })), { minLength: 1, maxLength: 9 });
  const text = words.map((parts) => parts.join(''));
  const notes = fc.array(fc.record({ path: fc.option(text), text }), { maxLength: 5 });
  fc.assert(
    fc.property(
      notes,
      fc.constantFrom('a.ts', 'a.py', 'a.php', 'a.c'),
      fc.integer({ min: 0, max: 300 }),
      (all, path, room) => {
        const { text, count } = notesFor(all, { path }, room);
        assert.ok(text.length <= room && count <= all.length);
        const lines = text.split(/\r\n?|[\n\v\f\u0085\u2028\u2029]/);
        assert.equal(lines.pop(), '');
        for (const line of lines) {
          assert.match(line, path === 'a.py' ? /^# / : /^\/\/ /);
          assert.doesNotMatch(line, /\?>|\\$|[\p{Cc}\p{Cf}]/u);
        }
      },
    ),
  );
});

test('what does not fit is left out whole, the last first', () => {
  const all = [note('one'), note('two'), note('x'.repeat(40))];
  assert.deepEqual(notesFor(all, { path: 'a.ts' }, 30), { text: '// one\n// two\n', count: 2 });
});
