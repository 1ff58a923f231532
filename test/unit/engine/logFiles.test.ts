import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { beginPart, lastLinesFrom, lastLinesOf, rotate, sizeOf } from '../../../src/engine/logFiles.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'ql-'));
after(() => rmSync(folder, { recursive: true }));

describe('the log files', () => {
  it('keep apart what each process wrote', () => {
    const file = path.join(folder, 'parts.log');
    writeFileSync(file, '--- process 1, then\nits own\n\n');
    beginPart(file);
    const start = sizeOf(file);
    appendFileSync(file, 'mine\nalso mine\n--- process 2, later\nnot mine\n');
    assert.equal(lastLinesOf(file, 1), 'its own');
    assert.equal(lastLinesOf(file, process.pid), 'mine\nalso mine');
    assert.equal(lastLinesOf(file, 2), 'not mine');
    assert.equal(lastLinesOf(file, 3), '');
    assert.match(lastLinesFrom(file, start), /^mine\nalso mine\n[\s\S]*not mine$/);
    assert.equal(lastLinesFrom(path.join(folder, 'none'), 0), '');
  });

  it('give the last lines of a long part only', () => {
    const file = path.join(folder, 'long.log');
    const lines = Array.from({ length: 100 }, (_, n) => `line ${n}`);
    writeFileSync(file, `--- process 1, then\n${lines.join('\n')}\n`);
    assert.equal(lastLinesOf(file, 1), lines.slice(-20).join('\n'));
  });

  it('are moved aside when they have grown large, and two of them stay', () => {
    const file = path.join(folder, 'large.log');
    for (const text of ['first', 'second', 'third', 'fourth']) {
      writeFileSync(file, text);
      rotate(file, 100);
      assert.equal(readFileSync(file, 'utf8'), text, 'a small one stays');
      rotate(file, 2);
    }
    assert.equal(existsSync(file), false);
    assert.equal(readFileSync(`${file}.1`, 'utf8'), 'fourth');
    assert.equal(readFileSync(`${file}.2`, 'utf8'), 'third');
    assert.equal(existsSync(`${file}.3`), false);
    rotate(file, 2);
  });
});
