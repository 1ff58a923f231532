import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
// @ts-expect-error a script of plain JavaScript
import { file, text } from '../../../scripts/arrows.mjs';

test('the lint rules are those of the table', () => {
  assert.equal(readFileSync(file, 'utf8'), text(), 'run node scripts/arrows.mjs');
});
