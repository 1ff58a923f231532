import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { freeName, SAMPLE } from '../../../src/welcome/sample.ts';

const folder = path.join(import.meta.dirname, '../../..', SAMPLE.folder);

describe('the sample', () => {
  it('is where the extension looks for it, with one place to begin', () => {
    assert.ok(existsSync(path.join(folder, SAMPLE.marker)));
    const text = readFileSync(path.join(folder, SAMPLE.file), 'utf8');
    assert.equal(text.split(SAMPLE.behind).length, 2);
    assert.equal(path.basename(folder), SAMPLE.name);
  });
});

describe('freeName', () => {
  it('is the first that nothing has', () => {
    const taken = new Set(['bookshop', 'bookshop-2']);
    assert.equal(
      freeName('shop', (name) => taken.has(name)),
      'shop',
    );
    assert.equal(
      freeName('bookshop', (name) => taken.has(name)),
      'bookshop-3',
    );
  });
});
