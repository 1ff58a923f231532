import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { simulatedTokenizer } from '../../../../../../../src/engine/server/core/simulated/tokenizer.ts';
import { ProjectIndex } from '../../../../../../../src/engine/server/services/completion/project/projectIndex.ts';
import { shardBytes } from '../../../../../../../src/engine/server/services/completion/project/workspaceFiles.ts';
import { BYTE_VOCABULARY, byteSpelling, bytesOf, followers } from './scopes.ts';

const FILE_BYTES = 2 * shardBytes(BYTE_VOCABULARY);
const indexOf = () => new ProjectIndex(simulatedTokenizer, byteSpelling, FILE_BYTES);
/** A document is called by its path in the folder `/w`. */
const open = (index: ProjectIndex, id: string, text: string) =>
  index.open({ id, path: id.replace(/^\/w\//, ''), text });

/** What the index says comes after a text, the nearest scope first. */
const next = (index: ProjectIndex, text: string, key?: string, offset?: number): string =>
  followers(text, index.scopes(key, offset));

describe('ProjectIndex', () => {
  it('searches its own document first, then the other open ones, the latest first, then the files', () => {
    const index = indexOf();
    index.setFile('f.ts', bytesOf('let x = F'));
    for (const name of ['a', 'b', 'c', 'd']) open(index, `/w/${name}.ts`, `let x = ${name}\n`);
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
    for (const name of ['x/a', 'x/y/c', 'b', 'z/d']) open(index, `/w/${name}.ts`, `let x = ${name.at(-1)}\n`);
    open(index, '/w/x/own.ts', 'let x = o\n');
    assert.equal(next(index, 'let x = ', '/w/x/own.ts', 9), 'cadbF');
    assert.deepEqual(
      index.scopes('/w/x/own.ts').map(({ far = false }) => far),
      [false, false, false, false, false, true],
    );
  });

  it('leaves out the piece of the cursor, and no other', () => {
    const index = indexOf();
    const far = `here = 1;\n${'filling = 0;\n'.repeat(300)}`;
    open(index, '/w/a.ts', `${far}here = 2;\n`);
    assert.equal(next(index, 'here = ', '/w/a.ts', far.length + 7), '1');
    assert.equal(next(index, 'here = ', '/w/a.ts', 7), '2');
    assert.equal(next(index, 'here = ', '/w/a.ts', 2000), '21');
    // Where the text goes on in another file, it is found all the same.
    open(index, '/w/b.ts', 'here = 3;\n');
    assert.equal(next(index, 'here = ', '/w/a.ts', 7), '23');
  });

  it('does not find the word that is being written, also at the end of a document', () => {
    const index = indexOf();
    open(index, '/w/a.ts', 'const alpha = be\n');
    assert.equal(next(index, 'const alpha = ', '/w/a.ts', 16), '');
    open(index, '/w/a.ts', 'const alpha = be');
    assert.equal(next(index, 'const alpha = ', '/w/a.ts', 16), '');
  });

  it('forgets the file on disk when it is opened, and the document when it is closed', () => {
    const index = indexOf();
    index.setFile('src/a.ts', bytesOf('older = 1;'));
    assert.equal(next(index, 'older = '), '1');
    open(index, '/w/src/a.ts', 'newer = 2;');
    assert.equal(next(index, 'older = '), '');
    assert.deepEqual([index.documents, index.files.files, index.openPaths], [1, 0, ['src/a.ts']]);
    // It is read while it is open, and the editor knows better.
    index.setFile('src/a.ts', bytesOf('older = 1;'));
    assert.deepEqual([next(index, 'older = '), index.files.files], ['', 0]);
    index.close('/w/src/a.ts');
    index.close('/w/src/a.ts');
    assert.equal(next(index, 'newer = '), '');
    index.setFile('src/a.ts', bytesOf('older = 1;'));
    index.setFile('src/b.ts', bytesOf('b'));
    assert.deepEqual([index.files.files, index.files.has('src/a.ts')], [2, true]);
    index.files.delete('src/a.ts');
    assert.deepEqual([index.files.files, index.documents], [1, 0]);
  });

  it('knows a document without a file, and opens the file of no document', () => {
    const index = indexOf();
    index.setFile('a.ts', bytesOf('x = 1'));
    index.open({ id: '1:untitled:Untitled-1', path: null, text: 'newer = 2;\n' });
    assert.deepEqual([index.openPaths, index.files.files, index.documents], [[], 1, 1]);
    assert.equal(next(index, 'newer = '), '2');
  });

  it('gives the tokens of any part of a document, those of whole pieces as they are in the index', () => {
    const index = indexOf();
    const text = 'let größe = 1;\r\n'.repeat(400);
    const document = open(index, '/w/a.ts', text);
    const lf = (part: string) => bytesOf(part.replaceAll('\r\n', '\n'));
    for (const [start, end] of [
      [0, text.length],
      [0, 0],
      [17, 17 * 200],
      [5, 1_500],
      [3_000, 6_400],
    ] as const) {
      assert.deepEqual(document.tokensIn(start, end), lf(text.slice(start, end)));
    }
    index.edit('/w/a.ts', [{ start: 4, end: 9, text: 'size' }]);
    assert.deepEqual(document.tokensIn(0, 16), lf('let size = 1;\r\nl'));
  });

  it('reads the rest of a long document when there is time, and all of it in the end', () => {
    const index = indexOf();
    const lines = Array.from({ length: 1_500 }, (_, row) => `const name${row} = ${row};\n`);
    open(index, '/w/a.ts', lines.join(''));
    assert.equal(next(index, 'const name9 = '), '9');
    assert.equal(next(index, 'const name1400 = '), '');
    let steps = 0;
    while (index.readOn()) steps++;
    assert.ok(steps > 5);
    assert.equal(next(index, 'const name1400 = '), '1');
    const whole = indexOf();
    open(whole, '/w/b.ts', lines.join('').slice(0, 9_000));
    assert.equal(whole.readOn(), false);
  });

  it('edits one edit after the other, and throws at one that does not fit', () => {
    const index = indexOf();
    open(index, '/w/a.ts', 'x = 1;');
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
    open(index, '/w/a.ts', 'let x = 1;');
    open(index, '/w/b.ts', 'let x = 2;');
    open(index, '/w/a.ts', 'let x = 3;');
    assert.equal(next(index, 'let x = '), '32');
    assert.equal(index.documents, 2);
  });

  it('keeps a bounded number of documents: the one that was changed longest ago gives way', () => {
    const index = indexOf();
    for (let i = 0; i < 64; i++) open(index, `/w/${i}.ts`, `x = ${i};`);
    index.edit('/w/0.ts', [{ start: 0, end: 0, text: ' ' }]);
    open(index, '/w/64.ts', 'x = 64;');
    assert.equal(index.documents, 64);
    assert.notEqual(index.document('/w/0.ts'), undefined);
    assert.equal(index.document('/w/1.ts'), undefined);
    assert.equal(index.scopes('/w/0.ts').length, 64);
  });

  it('counts tokens and bytes of files and of documents, which may not grow without end', () => {
    const index = indexOf();
    assert.deepEqual([index.tokens, index.bytes], [0, 0]);
    open(index, '/w/a.ts', 'x = 1;');
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
    for (const name of ['a', 'b', 'c']) open(index, `/w/${name}.ts`, `of ${name};\n`);
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
