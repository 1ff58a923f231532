import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { parseEvent, readTrace, type TraceEvent } from '../../../src/cli/trace.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'qt-'));
after(() => rmSync(folder, { recursive: true }));

const events: TraceEvent[] = [
  { t: 0, type: 'open', path: 'a.ts', text: 'let x;\u2028\n' },
  { t: 0.5, type: 'insert', path: 'a.ts', offset: 4, text: 'y' },
  { t: 7, type: 'complete', path: 'a.ts', offset: 5 },
  { t: 7, type: 'cancel', path: 'a.ts' },
  { t: 8, type: 'delete', path: 'a.ts', offset: 0, length: 2 },
  { t: 9, type: 'chat', messages: [{ role: 'user', content: 'Why?' }], maxTokens: 5 },
  { t: 10, type: 'close', path: 'a.ts' },
];
const parse = (value: unknown) =>
  parseEvent({ text: typeof value === 'string' ? value : JSON.stringify(value), where: 'f:3' });

describe('parseEvent', () => {
  for (const event of events) {
    it(`reads ${event.type}`, () => {
      assert.deepEqual(parse(event), event);
      assert.deepEqual(parse({ ...event, note: 'passed over' }), event);
    });
  }

  const insert = { t: 1, type: 'insert', path: 'a', offset: 0, text: '' };
  const chat = { t: 1, type: 'chat', messages: [{ role: 'user', content: '' }], maxTokens: 1 };
  for (const [value, complaint] of [
    ['{"t": ', /^f:3 is not JSON/],
    ['7', /^f:3 is not an object/],
    [[], /^f:3 has no t /],
    [{ ...insert, t: '1' }, /^f:3 has no t \(milliseconds\)/],
    [{ ...insert, t: -1 }, /^f:3: t must be a time of at least 0 ms, not -1$/],
    ['{"t": 1e999, "type": "close", "path": "a"}', /^f:3: t must be a time of at least 0 ms, not Infinity/],
    [{ t: 1, path: 'a' }, /^f:3 has no type/],
    [{ ...insert, type: 'paste' }, /^f:3 has the unknown type 'paste' \(there are open, insert, /],
    [{ ...insert, path: undefined }, /^f:3 has no path/],
    [{ ...insert, text: 5 }, /^f:3 has no text/],
    [{ ...insert, offset: undefined }, /^f:3 has no offset/],
    [{ ...insert, offset: -1 }, /^f:3: offset must be a whole number of at least 0, not -1$/],
    [{ ...insert, offset: 1.5 }, /^f:3: offset must be a whole number of at least 0, not 1.5$/],
    [{ t: 1, type: 'delete', path: 'a', offset: 1 }, /^f:3 has no length/],
    [{ ...chat, maxTokens: 0 }, /^f:3: maxTokens must be a whole number of at least 1, not 0$/],
    [{ ...chat, messages: [] }, /^f:3 has no messages/],
    [{ ...chat, messages: [{ role: 'robot', content: '' }] }, /^f:3 has no messages/],
  ] as const) {
    it(`refuses ${JSON.stringify(value)}`, () => assert.throws(() => parse(value), { message: complaint }));
  }
});

describe('readTrace', () => {
  const read = async (lines: string): Promise<TraceEvent[]> => {
    const file = path.join(folder, 'trace.jsonl');
    writeFileSync(file, lines);
    const read = [];
    for await (const { event } of readTrace(file)) read.push(event);
    return read;
  };

  it('reads events in order', async () => {
    assert.deepEqual(await read(events.map((event) => `${JSON.stringify(event)}\n`).join('')), events);
  });

  it('refuses to go back in time', async () => {
    const [first, second] = [events[1], events[0]].map((event) => JSON.stringify(event));
    await assert.rejects(read(`${first}\n\n${second}\n`), {
      message: /trace\.jsonl:3 goes back in time: t is 0, after 0\.5$/,
    });
  });

  it('says when there is no such file', async () => {
    const reading = readTrace(path.join(folder, 'none.jsonl')).next();
    await assert.rejects(reading, { message: /there is no file/ });
  });
});
