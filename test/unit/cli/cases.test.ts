import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { parseCase, readCases } from '../../../src/cli/cases.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'qc-'));
after(() => rmSync(folder, { recursive: true }));

const good = { id: 'a', path: 'a.ts', prefix: 'let x', suffix: '\n' };
const line = (value: unknown) => JSON.stringify(value);
const parse = (text: string) => parseCase({ text, where: 'f:1' });

describe('parseCase', () => {
  it('takes a case with and without other files', () => {
    assert.deepEqual(parse(line(good)), good);
    const others = [{ path: 'b.ts', content: 'export {}' }];
    assert.deepEqual(parse(line({ ...good, others, more: 1 })), { ...good, others });
    assert.equal(parse(line({ ...good, id: 7 })).id, 7);
  });

  for (const [text, complaint] of [
    ['{"id": ', /^f:1 is not JSON/],
    ['[]', /^f:1 has no id/],
    ['null', /^f:1 is not an object/],
    [line({ ...good, id: undefined }), /^f:1 has no id/],
    [line({ ...good, prefix: 3 }), /^f:1 has no prefix/],
    [line({ ...good, suffix: undefined }), /^f:1 has no suffix/],
    [line({ ...good, others: [{ path: 'b' }] }), /^f:1 has others/],
  ] as const) {
    it(`refuses ${text}`, () => assert.throws(() => parse(text), { message: complaint }));
  }
});

describe('readCases', () => {
  it('reads lines, skips empty ones, and names the line that is wrong', async () => {
    const file = path.join(folder, 'cases.jsonl');
    writeFileSync(file, `${line(good)}\r\n\n${line({ ...good, id: 'b' })}\nnonsense\n`);
    const ids: unknown[] = [];
    await assert.rejects(
      async () => {
        for await (const { id } of readCases(file)) ids.push(id);
      },
      { message: /cases\.jsonl:4 is not JSON/ },
    );
    assert.deepEqual(ids, ['a', 'b']);
  });

  it('says when there is no such file', async () => {
    const reading = readCases(path.join(folder, 'none.jsonl')).next();
    await assert.rejects(reading, { message: /there is no file/ });
  });
});
