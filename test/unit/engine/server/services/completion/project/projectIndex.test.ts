import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { simulatedTokenizer } from '../../../../../../../src/engine/server/core/simulated/tokenizer.ts';
import { ProjectIndex } from '../../../../../../../src/engine/server/services/completion/project/projectIndex.ts';
import { shardBytes } from '../../../../../../../src/engine/server/services/completion/project/workspaceFiles.ts';
import { BYTE_VOCABULARY, byteSpelling, bytesOf, followers } from './scopes.ts';

const FILE_BYTES = 2 * shardBytes(BYTE_VOCABULARY);
const indexOf = (workspace = '/w') => new ProjectIndex(workspace, simulatedTokenizer, byteSpelling, FILE_BYTES);

/** What the index says comes after a text, the nearest scope first. */
const next = (index: ProjectIndex, text: string, key?: string, offset?: number): string =>
  followers(text, index.scopes(key, offset));

describe('ProjectIndex', () => {
  it('searches its own document first, then the other open ones, the latest first, then the files', () => {
    const index = indexOf();
    index.setFile('f.ts', bytesOf('let x = F'));
    for (const name of ['a', 'b', 'c', 'd']) index.open(`/w/${name}.ts`, `let x = ${name}\n`);
    assert.equal(next(index, 'let x = ', '/w/b.ts', 9), 'dcaF');
    assert.equal(next(index, 'let x = '), 'dcbaF');
    assert.equal(next(index, 'let x = ', '/w/not.ts'), 'dcbaF');
    index.edit('/w/a.ts', [{ start: 8, end: 9, text: 'A' }]);
    assert.equal(next(index, 'let x = '), 'AdcbF');
    assert.deepEqual(
      index.scopes('/w/b.ts').map(({ own }) => own),
      [true, false, false, false, false],
    );
  });

  it('searches the documents of the same folder before others, and only files from far away', () => {
    const index = indexOf();
    index.setFile('x/f.ts', bytesOf('let x = F'));
    for (const name of ['x/a', 'x/y/c', 'b', 'z/d']) index.open(`/w/${name}.ts`, `let x = ${name.at(-1)}\n`);
    index.open('/w/x/own.ts', 'let x = o\n');
    assert.equal(next(index, 'let x = ', '/w/x/own.ts', 9), 'cadbF');
    assert.deepEqual(
      index.scopes('/w/x/own.ts').map(({ far = false }) => far),
      [false, false, false, false, false, true],
    );
  });

  it('leaves out the piece of the cursor, and no other', () => {
    const index = indexOf();
    const far = `here = 1;\n${'filling = 0;\n'.repeat(300)}`;
    index.open('/w/a.ts', `${far}here = 2;\n`);
    assert.equal(next(index, 'here = ', '/w/a.ts', far.length + 7), '1');
    assert.equal(next(index, 'here = ', '/w/a.ts', 7), '2');
    assert.equal(next(index, 'here = ', '/w/a.ts', 2000), '21');
    // Where the text goes on in another file, it is found all the same.
    index.open('/w/b.ts', 'here = 3;\n');
    assert.equal(next(index, 'here = ', '/w/a.ts', 7), '23');
  });

  it('does not find the word that is being written, also at the end of a document', () => {
    const index = indexOf();
    index.open('/w/a.ts', 'const alpha = be\n');
    assert.equal(next(index, 'const alpha = ', '/w/a.ts', 16), '');
    index.open('/w/a.ts', 'const alpha = be');
    assert.equal(next(index, 'const alpha = ', '/w/a.ts', 16), '');
  });

  it('forgets the file on disk when it is opened, and names it when it is closed', () => {
    const index = indexOf();
    index.setFile('src/a.ts', bytesOf('older = 1;'));
    assert.equal(next(index, 'older = '), '1');
    index.open('/w/src/a.ts', 'newer = 2;');
    assert.equal(next(index, 'older = '), '');
    assert.deepEqual([index.documents, index.files.files, index.openPaths], [1, 0, ['src/a.ts']]);
    // It is read while it is open, and the editor knows better.
    assert.equal(index.setFile('src/a.ts', bytesOf('older = 1;')), true);
    assert.deepEqual([next(index, 'older = '), index.files.files], ['', 0]);
    assert.equal(index.close('/w/src/a.ts'), 'src/a.ts');
    assert.equal(index.close('/w/src/a.ts'), undefined);
    assert.equal(next(index, 'newer = '), '');
    index.setFile('src/a.ts', bytesOf('older = 1;'));
    index.setFile('src/b.ts', bytesOf('b'));
    assert.deepEqual([index.files.files, index.files.has('src/a.ts')], [2, true]);
    index.files.delete('src/a.ts');
    assert.deepEqual([index.files.files, index.documents], [1, 0]);
  });

  for (const [workspace, key, path] of [
    ['file:///home/me/my%20code', 'file:///home/me/my%20code/src/gr%C3%B6%C3%9Fe%20a.ts', 'src/größe a.ts'],
    ['file:///c%3A/code/', 'file:///c%3A/code/a.ts', 'a.ts'],
    ['/home/me/code', '/home/me/code/src/a.ts', 'src/a.ts'],
    ['/home/me/code', '/home/me/code/100%.ts', '100%.ts'],
    ['/home/me/code', '/home/me/code2/a.ts', '/home/me/code2/a.ts'],
    ['replay', 'src/a.ts', 'src/a.ts'],
    ['file:///w', 'untitled:Untitled-1', 'untitled:Untitled-1'],
  ] as const) {
    it(`knows ${key} in ${workspace} as ${path}`, () => {
      const index = indexOf(workspace);
      index.setFile(path, bytesOf('x = 1'));
      index.open(key, 'y = 2');
      assert.deepEqual([index.openPaths, index.files.files], [[path], 0]);
      assert.equal(index.close(key), path);
    });
  }

  it('edits one edit after the other, and throws at one that does not fit', () => {
    const index = indexOf();
    index.open('/w/a.ts', 'x = 1;');
    index.edit('/w/a.ts', [
      { start: 0, end: 0, text: 'let ' },
      { start: 8, end: 9, text: '22' },
    ]);
    assert.equal(index.document('/w/a.ts')!.slice(0, 99), 'let x = 22;');
    assert.throws(() => index.edit('/w/a.ts', [{ start: 99, end: 99, text: '' }]), RangeError);
    index.edit('/w/not.ts', [{ start: 99, end: 99, text: '' }]);
    assert.equal(index.document('/w/not.ts'), undefined);
  });

  it('is told anew of an open document', () => {
    const index = indexOf();
    index.open('/w/a.ts', 'let x = 1;');
    index.open('/w/b.ts', 'let x = 2;');
    index.open('/w/a.ts', 'let x = 3;');
    assert.equal(next(index, 'let x = '), '32');
    assert.equal(index.documents, 2);
  });

  it('keeps a bounded number of documents: the one that was changed longest ago gives way', () => {
    const index = indexOf();
    for (let i = 0; i < 64; i++) index.open(`/w/${i}.ts`, `x = ${i};`);
    index.edit('/w/0.ts', [{ start: 0, end: 0, text: ' ' }]);
    index.open('/w/64.ts', 'x = 64;');
    assert.equal(index.documents, 64);
    assert.notEqual(index.document('/w/0.ts'), undefined);
    assert.equal(index.document('/w/1.ts'), undefined);
    assert.equal(index.scopes('/w/0.ts').length, 64);
  });

  it('counts tokens and bytes of files and of documents, which may not grow without end', () => {
    const index = indexOf();
    assert.deepEqual([index.tokens, index.bytes], [0, 0]);
    index.open('/w/a.ts', 'x = 1;');
    index.setFile('b.ts', bytesOf('y = 22;'));
    assert.equal(index.tokens, 13);
    assert.ok(index.bytes > FILE_BYTES / 3);
    for (let i = 0; i < 10; i++) index.setFile(`${i}.ts`, new Int32Array(30_000));
    assert.ok(index.files.bytes <= FILE_BYTES);
    // A document whose text changes for ever takes the room of what was.
    const type = () => {
      for (let i = 0; i < 1_000; i++) index.edit('/w/a.ts', [{ start: 4, end: 5, text: `${i % 10}` }]);
      return index.bytes;
    };
    assert.equal(type(), type());
  });

  it('looks for lines in its own document first, then in the other open ones, then in the files', () => {
    const index = indexOf();
    index.setFile('f.ts', bytesOf('of a file;'));
    for (const name of ['a', 'b', 'c']) index.open(`/w/${name}.ts`, `of ${name};\n`);
    const lines = (key?: string) =>
      index.lineScopes(key).map(({ table, own }) => [byteSpelling.spelled(table.tokens(1)), own]);
    assert.deepEqual(lines('/w/b.ts'), [
      ['of b;', true],
      ['of c;', false],
      ['of a;', false],
      ['of a file;', false],
    ]);
    assert.deepEqual(lines()[0], ['of c;', false]);
    index.edit('/w/b.ts', [{ start: 3, end: 4, text: 'more' }]);
    assert.deepEqual(lines('/w/b.ts')[0], ['of more;', true]);
  });
});
