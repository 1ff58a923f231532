import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseQuery } from '../../../../../../src/engine/server/services/search/query.ts';
import { hashesOf, hashOf } from '../../../../../../src/engine/server/services/search/words.ts';

const words = (text: string) => parseQuery(text).terms.flatMap(({ word }) => word ?? []);

describe('parseQuery', () => {
  it('asks for the words that say something', () => {
    assert.deepEqual(words('Where is it decided which files are secret?'), ['files', 'secret']);
    assert.deepEqual(words('how does the how'), ['how', 'does', 'the']);
    assert.deepEqual(words('?! ...'), []);
  });
  it('asks for a name as a whole before its parts', () => {
    const { terms } = parseQuery('isSecretFile');
    assert.deepEqual(
      terms.map(({ word }) => word),
      ['isSecretFile', 'secret', 'file'],
    );
    assert.equal(terms[0]!.hash, hashesOf('is_secret_files').whole);
    assert(terms[0]!.weight > terms[1]!.weight);
  });
  it('asks for the name that two words may be', () => {
    const hashes = parseQuery('Where is the page pool made?').terms.map(({ hash }) => hash);
    assert(hashes.includes(hashesOf('PagePool').whole!));
    assert(!hashes.includes(hashOf('')));
  });
  it('asks for no word twice, and for not more than a mask has bits', () => {
    assert.deepEqual(words('token tokens TOKEN'), ['token']);
    const many = Array.from({ length: 50 }, (_, i) => `word${String.fromCharCode(97 + (i % 26)).repeat(2 + i)}`);
    assert.equal(parseQuery(many.join(' ')).terms.length, 32);
  });
  it('knows when tests are asked for', () => {
    assert.equal(parseQuery('which test covers the pool?').tests, true);
    assert.equal(parseQuery('contests and protests').tests, false);
  });
});
