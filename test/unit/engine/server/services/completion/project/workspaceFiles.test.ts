import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LineTable } from '../../../../../../../src/engine/server/services/completion/lines/lineTable.ts';
import { LineTokens } from '../../../../../../../src/engine/server/services/completion/lines/lineTokens.ts';
import { LARGEST_SHARD, Shard } from '../../../../../../../src/engine/server/services/completion/project/shard.ts';
import {
  shardBytes,
  WorkspaceFiles,
} from '../../../../../../../src/engine/server/services/completion/project/workspaceFiles.ts';
import { BYTE_VOCABULARY, byteSpelling, bytesOf } from './scopes.ts';

/** Every token is a word. */
const words = new LineTokens({ bytes: () => Buffer.from('word') }, 4_000);
const SHARD_BYTES = shardBytes(words.size);
const ONE_SHARD =
  new Shard(LARGEST_SHARD, { vocabulary: words.size, orders: 2 }).bytes + new LineTable(words, { rows: false }).bytes;
const LONGEST = LARGEST_SHARD >> 1;

/** `length` tokens: those of a name, and then zeros. */
function fileOf(name: number, length: number): Int32Array {
  const tokens = new Int32Array(length);
  tokens.set([1000 + name, 2000 + name, 3000 + name].slice(0, length));
  return tokens;
}

/** What follows the first two tokens of a file's name, in the shards from the newest on. */
function found(files: WorkspaceFiles, name: number): number[] {
  const next: number[] = [];
  for (const shard of files.shards)
    shard.find([1000 + name, 2000 + name], 1, LARGEST_SHARD, (token) => next.push(token) > 0);
  return next;
}

describe('WorkspaceFiles', () => {
  it('knows a file until it is deleted, and by its latest text', () => {
    const files = new WorkspaceFiles(words, 3 * SHARD_BYTES);
    assert.deepEqual([files.files, files.tokens, files.bytes, files.shards.length], [0, 0, 0, 0]);
    files.set('a.ts', fileOf(1, 10));
    files.set('b.ts', fileOf(2, 20));
    assert.deepEqual([files.files, files.tokens, files.bytes], [2, 30, ONE_SHARD]);
    files.set('a.ts', fileOf(3, 12));
    assert.deepEqual([files.files, files.tokens], [2, 32]);
    assert.deepEqual([found(files, 1), found(files, 2), found(files, 3)], [[], [3002], [3003]]);
    files.delete('b.ts');
    files.delete('not there');
    assert.deepEqual([files.has('a.ts'), files.has('b.ts'), files.files, files.tokens], [true, false, 1, 12]);
    assert.deepEqual(found(files, 2), []);
    files.clear();
    assert.deepEqual([files.has('a.ts'), files.files, files.bytes], [false, 0, 0]);
  });

  it('keeps nothing of an empty file, also of one that was not empty before', () => {
    const files = new WorkspaceFiles(words, SHARD_BYTES);
    files.set('a.ts', fileOf(1, 10));
    files.set('a.ts', fileOf(1, 0));
    assert.deepEqual([files.has('a.ts'), files.tokens], [false, 0]);
  });

  it('knows a long file by its beginning', () => {
    const files = new WorkspaceFiles(words, SHARD_BYTES);
    files.set('a.ts', fileOf(1, 2 * LARGEST_SHARD));
    assert.equal(files.tokens, LONGEST);
    assert.deepEqual(found(files, 1), [3001]);
  });

  it('takes nothing more where there is no room, and says so', () => {
    const files = new WorkspaceFiles(words, 3.9 * SHARD_BYTES);
    for (let name = 0; name < 6; name++) assert.equal(files.set(`${name}`, fileOf(name, LONGEST)), true);
    assert.equal(files.shards.length, 3);
    assert.equal(files.set('6', fileOf(6, LONGEST)), false);
    assert.deepEqual([...files.paths], ['0', '1', '2', '3', '4', '5']);
    assert.deepEqual([found(files, 1), found(files, 6)], [[3001], []]);
    files.delete('1');
    assert.equal(files.set('6', fileOf(6, LONGEST)), true);
    assert.deepEqual([...files.paths].sort(), ['0', '2', '3', '4', '5', '6']);
    assert.deepEqual(
      [0, 1, 2, 6].map((name) => found(files, name)),
      [[3000], [], [3002], [3006]],
    );
  });

  it('has room again for a file that was there, however small', () => {
    const files = new WorkspaceFiles(words, SHARD_BYTES);
    files.set('large', fileOf(1, LONGEST));
    files.set('larger', fileOf(2, LONGEST - 20));
    files.set('small', fileOf(3, 20));
    for (let change = 4; change < 9; change++) assert.equal(files.set('small', fileOf(change, 20)), true);
    assert.deepEqual(
      [1, 2, 3, 7, 8].map((name) => found(files, name)),
      [[3001], [3002], [], [], [3008]],
    );
    assert.equal(files.set('other', fileOf(9, 20)), false);
  });

  it('gives the memory of a shard back when nothing is left in it', () => {
    const files = new WorkspaceFiles(words, 3 * SHARD_BYTES);
    for (let name = 0; name < 3; name++) files.set(`${name}`, fileOf(name, LONGEST));
    files.delete('0');
    assert.equal(files.shards.length, 2);
    files.delete('1');
    assert.deepEqual([files.shards.length, found(files, 2)], [1, [3002]]);
  });

  it('never takes more memory than it may, and says of every file truly whether it is there', () => {
    let refused = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3 }),
        fc.array(fc.record({ name: fc.nat(12), length: fc.nat(40_000), gone: fc.boolean() }), {
          minLength: 10,
          maxLength: 25,
        }),
        (shards, changes) => {
          const files = new WorkspaceFiles(words, shards * SHARD_BYTES);
          const lengths = new Map<number, number>();
          for (const { name, length, gone } of changes) {
            const took = !gone && files.set(`${name}`, fileOf(name, length));
            if (gone) files.delete(`${name}`);
            else if (!took) refused++;
            if (!took || length === 0) lengths.delete(name);
            else lengths.set(name, Math.min(length, LONGEST));
            assert.ok(files.bytes <= Math.max(1, shards) * SHARD_BYTES);
            assert.equal(files.has(`${name}`), took && length > 0);
          }
          assert.equal(files.files, lengths.size);
          assert.equal(
            files.tokens,
            [...lengths.values()].reduce((sum, length) => sum + length, 0),
          );
          for (const [name, length] of lengths) {
            assert.equal(found(files, name).length, length > 2 ? 1 : 0);
          }
        },
      ),
      { numRuns: 40 },
    );
    assert.ok(refused > 10);
  });

  it('knows the lines of its files until they are deleted', () => {
    const files = new WorkspaceFiles(byteSpelling, shardBytes(BYTE_VOCABULARY));
    const found = () => {
      const lines: string[] = [];
      for (const table of files.lines) {
        table.find('self', { self: bytesOf('x = ') }, 99, (line) =>
          lines.push(byteSpelling.spelled(table.tokens(line))),
        );
      }
      return lines;
    };
    files.set('a.ts', bytesOf('x = 1;\nx = 2;\n'));
    files.set('b.ts', bytesOf('x = 3;'));
    assert.deepEqual(found(), ['x = 3;', 'x = 2;', 'x = 1;']);
    files.delete('a.ts');
    assert.deepEqual(found(), ['x = 3;']);
    files.clear();
    assert.deepEqual(found(), []);
  });
});
