import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { parseObject, readLines } from '../../../src/cli/lines.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'ql-'));
after(() => rmSync(folder, { recursive: true }));

async function read(content: string): Promise<{ text: string; where: string }[]> {
  const file = path.join(folder, 'lines');
  writeFileSync(file, content);
  const lines = [];
  for await (const { text, where } of readLines(file)) lines.push({ text, where: where.replace(file, 'f') });
  return lines;
}

describe('parseObject', () => {
  it('says that a line is no JSON without a word of it', () => {
    for (const text of [
      '{"text": hunter2}',
      'hunter2',
      '{"a":"hunter2',
      '{"a": 1 hunter2',
      '{"a":1}hunter2',
      '\0hunter2"',
    ])
      assert.throws(
        () => parseObject({ text, where: 'f:2' }),
        ({ message }: Error) => message.startsWith('f:2 is not JSON (') && !/hun|er2|\0/.test(message),
      );
  });
});

describe('readLines', () => {
  it('numbers lines, passes over blank ones, and takes a last one without an end', async () => {
    assert.deepEqual(await read('a\n\n \nb'), [
      { text: 'a', where: 'f:1' },
      { text: 'b', where: 'f:4' },
    ]);
    assert.deepEqual(await read('a\n'), [{ text: 'a', where: 'f:1' }]);
    assert.deepEqual(await read(''), []);
  });

  it('ends a line at a line feed only, whatever Unicode has besides', async () => {
    const text = JSON.stringify({ text: 'a\u2028b\u2029c\u0085d' });
    const lines = await read(`\uFEFF${text}\r\n${text}\r\n`);
    assert.deepEqual(
      lines.map((line) => parseObject(line)),
      [JSON.parse(text), JSON.parse(text)],
    );
  });

  it('joins lines that are longer than a piece of the file', async () => {
    const long = `${'x'.repeat(70_000)}😀${'y'.repeat(200_000)}`;
    const lines = await read(`a\n${long}\n${long}\nb\n`);
    assert.deepEqual(
      lines.map(({ text }) => text),
      ['a', long, long, 'b'],
    );
  });

  it('stops when it is told to', async () => {
    const abort = new AbortController();
    const file = path.join(folder, 'many');
    writeFileSync(file, 'line\n'.repeat(1_000_000));
    const reading = async () => {
      for await (const _ of readLines(file, abort.signal)) abort.abort();
    };
    await assert.rejects(reading, { name: 'AbortError' });
  });
});
