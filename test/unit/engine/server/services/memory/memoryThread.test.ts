import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { connectMemory, MemoryThread } from '../../../../../../src/engine/server/services/memory/memoryThread.ts';
import type { MemoryEvent } from '../../../../../../src/engine/server/services/memory/messages.ts';
import type { Line } from '../../../../../../src/engine/server/storage/thread.ts';
import { repository } from '../../../../../helpers/engine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-memory-thread-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const placeOf = (name: string) => ({
  file: path.join(folder, name, 'memory.sqlite'),
  folder,
  reading: false,
  follows: false,
});

function open() {
  const logged: string[] = [];
  const heard: MemoryEvent[] = [];
  const lines: Line[] = [];
  const connect = () => {
    lines.push(connectMemory());
    return lines.at(-1)!;
  };
  const thread = new MemoryThread({ log: (_level, message) => logged.push(message), connect }, (event) =>
    heard.push(event),
  );
  return { thread, logged, heard, lines };
}

/** The real thread, with real stores. */
describe('MemoryThread', () => {
  it('begins with the first question, and begins again where it ends by itself, which is said once', async () => {
    const { thread, logged, lines } = open();
    assert.equal(lines.length, 0);
    const place = placeOf('a');
    const item = await thread.ask(place, 'add', { text: 'The lemur queue is drained on Fridays.' });
    assert.equal(lines.length, 1);
    const ended = logged.filter((message) => /ended/.test(message)).length;
    assert.equal(ended, 0);

    const asked = thread.ask(place, 'search', { query: 'lemur queue', top: 1 });
    await lines[0]!.end();
    // Answered before the end, or refused in words: never left waiting.
    await asked.catch((error: unknown) => assert.match(String(error), /begins anew: try again/));
    while (!logged.some((message) => /ended/.test(message))) await turn();
    assert.equal((await thread.ask(place, 'get', { id: item.id }))?.item.text, item.text);
    assert.equal(lines.length, 2);
    assert.equal(logged.filter((message) => /The memory ended .* It begins again/.test(message)).length, 1);
    await thread.close();
  });

  it('tells refusals with their kind, and ends a question whose signal is aborted', async () => {
    const { thread } = open();
    const place = placeOf('b');
    await assert.rejects(thread.ask(place, 'change', { id: 7, pinned: true }), { kind: 'memoryInvalid' });
    const stop = new AbortController();
    stop.abort();
    await assert.rejects(thread.ask(place, 'search', { query: 'x', top: 1 }, { signal: stop.signal }), {
      kind: 'engineStopped',
    });
    await thread.close();
  });

  it('opens a store once, whoever asks, and again after it was erased or left', async () => {
    const { thread, heard } = open();
    const place = placeOf('c');
    const texts = ['The heron feed is polled hourly.', 'The stork feed is polled daily.', 'The crane feed is pushed.'];
    const items = await Promise.all(texts.map((text) => thread.ask(place, 'add', { text })));
    assert.equal(new Set(items.map(({ id }) => id)).size, 3);
    assert(heard.some((event) => event.kind === 'changed' && event.file === place.file));
    // One after the other, although they come together.
    const [left, listed] = await Promise.all([
      thread.call('memory', 'leave', { file: place.file }),
      thread.ask(place, 'list', {}),
    ]);
    assert.deepEqual([left, listed.total], [undefined, 3]);
    const [erased, after] = await Promise.all([thread.erase(place.file, false), thread.ask(place, 'list', {})]);
    assert.deepEqual([erased.items, after.total], [3, 0]);
    await thread.close();
  });

  it('says in words where another process has the file', async () => {
    const [one, other] = [open(), open()];
    const place = placeOf('d');
    await one.thread.ask(place, 'list', {});
    await assert.rejects(other.thread.ask(place, 'list', {}), { kind: 'memoryUnavailable', message: /in use/ });
    await assert.rejects(other.thread.erase(place.file, false), { kind: 'memoryUnavailable', message: /in use/ });
    await one.thread.close();
    assert.equal((await other.thread.ask(place, 'list', {})).total, 0);
    await other.thread.close();
  });

  it('says in words that it has too little room, and is given up where that goes on, and nobody else is', async () => {
    const logged: string[] = [];
    const connect = () => connectMemory({ maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 12 });
    const thread = new MemoryThread({ log: (_level, message) => logged.push(message), connect }, () => undefined);
    const code = path.join(repository, 'src');
    const place = { ...placeOf('e'), folder: code, reading: true };
    const words: string[] = [];
    while (thread.on) await thread.ask(place, 'index', {}).catch((error: Error) => words.push(error.message));
    assert.match(words[0]!, /more room than it may take.*try again.*\.gitignore/);
    assert.match(words.at(-1)!, /until the engine is restarted/);
    assert.match(logged.at(-1)!, /memory limit.*until the engine is started again/);
    await assert.rejects(thread.ask(place, 'list', {}), { kind: 'memoryUnavailable', message: /is restarted/ });
    await thread.close();
  });
});
