import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Documents } from '../../../src/cli/documents.ts';
import { parseEvent, type TraceEvent } from '../../../src/cli/trace.ts';
import { repository } from '../../helpers/engine.ts';
import { generateSession, type SourceFile } from '../../traces/generate.ts';

/** What is in the documents once all events have happened; everything is checked as a replay would. */
function replayed(events: readonly TraceEvent[]): Documents {
  const documents = new Documents();
  let last = 0;
  events.forEach((event, index) => {
    const where = `event ${index}`;
    const read = parseEvent({ text: JSON.stringify(event), where });
    assert.deepEqual(read, event);
    assert.ok(event.t >= last, `${where} goes back in time`);
    last = event.t;
    documents.take({ event, where });
  });
  return documents;
}

const count = (events: readonly TraceEvent[], type: TraceEvent['type']): number =>
  events.filter((event) => event.type === type).length;

/** Lines that are hard on brackets, quotes, line ends and code units. */
const line = fc.constantFrom(
  '',
  '}',
  '  });',
  'function f(a: number) {',
  '  if (a[0] === "(") { return `$' + '{a}`; }',
  '\tfoo({ a: [1, 2], b: () => { c(); } });',
  "// don't ( close",
  "const s = 'it\\'s';",
  '  const 问候 = "你好😀";',
  '\u2028 odd',
  'a)b]c}d',
  '((((',
  '😀😀',
  '   ',
);
const source = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 30 }), fc.constantFrom('\n', '\r\n'))
  .map(([lines, newline]) => lines.join(newline));
const files = fc
  .array(source, { minLength: 1, maxLength: 4 })
  .map((texts): SourceFile[] => texts.map((text, index) => ({ path: `src/${index}.ts`, text })));

describe('generateSession', () => {
  it('types every file back to what it was', () => {
    fc.assert(
      fc.property(files, fc.nat(), fc.integer({ min: 1, max: 3 }), fc.boolean(), (sources, seed, open, chats) => {
        const { events, finals } = generateSession(sources, {
          seed,
          minutes: 0.3,
          open,
          chatsPerMinute: chats ? 20 : 0,
        });
        const documents = replayed(events);
        assert.deepEqual(new Set(documents.paths), new Set(finals.keys()));
        for (const [name, text] of finals) {
          assert.equal(documents.textOf(name), text);
          assert.equal(text, sources.find((file) => file.path === name)?.text);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('is the same for the same seed, and another for another', () => {
    const sources = [{ path: 'a.ts', text: readFileSync(import.meta.filename, 'utf8') }];
    const session = (seed: number, chatsPerMinute = 0) =>
      generateSession(sources, { seed, minutes: 0.5, open: 1, chatsPerMinute }).events;
    assert.deepEqual(session(7), session(7));
    assert.notDeepEqual(session(7), session(8));
    const typed = session(7, 60).filter(({ type }) => type !== 'chat');
    assert.deepEqual(typed, session(7), 'chats change nothing about the typing');
  });

  it('does all that people do', () => {
    const sources = [
      'src/engine/client/client.ts',
      'src/completion/provider.ts',
      'src/cli/complete.ts',
      'src/cli/status.ts',
    ];
    const { events } = generateSession(
      sources.map((name) => ({ path: name, text: readFileSync(path.join(repository, name), 'utf8') })),
      { seed: 1, minutes: 30, open: 2, chatsPerMinute: 3 },
    );
    replayed(events);
    for (const type of ['open', 'insert', 'delete', 'complete', 'cancel', 'chat', 'close'] as const)
      assert.ok(count(events, type) > 0, type);
    const inserts = events.filter((event) => event.type === 'insert');
    assert.ok(
      inserts.some(({ text }) => text === '()'),
      'a bracket that closes itself',
    );
    assert.ok(
      inserts.some(({ text }) => /^\n +\n *$/.test(text)),
      'Enter between brackets',
    );
    assert.ok(
      inserts.some(({ text }) => /^\S.{10}/.test(text)),
      'a suggestion that is taken',
    );
    const deletes = events.filter((event) => event.type === 'delete');
    assert.ok(
      deletes.some(({ length }) => length === 1),
      'a correction',
    );
    assert.ok(
      deletes.some(({ length }) => length > 10),
      'a line that is deleted',
    );
    const keys = inserts.filter(({ text }) => text.length <= 2).length;
    assert.ok(count(events, 'complete') > 0.6 * keys, 'most keys are followed by a question');
    const minutes = events.at(-1)!.t / 60_000;
    assert.ok(minutes > 25 && minutes < 40, `${minutes} minutes`);
    const chats = events.filter((event) => event.type === 'chat');
    assert.ok(
      chats.some(({ messages }) => messages.length > 2),
      'a second question',
    );
  });
});

describe('committed traces', () => {
  const folder = path.join(repository, 'test/traces');
  const read = (name: string): TraceEvent[] =>
    readFileSync(path.join(folder, name), 'utf8')
      .trimEnd()
      .split('\n')
      .map((text, index) => parseEvent({ text, where: `${name}:${index + 1}` }));

  it('are small and sound', () => {
    const names = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
    assert.deepEqual(names.sort(), ['mixed.jsonl', 'ten-files.jsonl', 'typing.jsonl']);
    for (const name of names) {
      assert.ok(readFileSync(path.join(folder, name)).length < 150_000, name);
      replayed(read(name));
    }
  });

  it('are what their names say', () => {
    assert.ok(count(read('typing.jsonl'), 'complete') > 200);
    const many = read('ten-files.jsonl');
    const paths = new Set(many.flatMap((event) => (event.type === 'complete' ? event.path : [])));
    assert.equal(count(many, 'open'), 10);
    assert.equal(paths.size, 10);
    const mixed = read('mixed.jsonl');
    assert.ok(count(mixed, 'chat') >= 8);
    assert.ok(count(mixed, 'complete') > 60);
  });
});
