import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { simulatedTokenizer } from '../../../../../../../src/engine/server/core/simulated/tokenizer.ts';
import { IndexedDocument } from '../../../../../../../src/engine/server/services/completion/project/document.ts';
import { LARGEST_SHARD } from '../../../../../../../src/engine/server/services/completion/project/shard.ts';
import { byteSpelling, bytesOf } from './scopes.ts';

const CONTEXT = 8;

/** What follows a context of at least five tokens, wherever all of it occurred. */
function followers(document: IndexedDocument, context: string): string[] {
  const tokens = bytesOf(context);
  const next: string[] = [];
  document.shard.find(tokens, 0, LARGEST_SHARD, (token, length) => {
    if (length === tokens.length) next.push(String.fromCharCode(token));
    return true;
  });
  return next.sort();
}

/** The text of each piece, told by the segments. */
function piecesOf(document: IndexedDocument, text: string): string[] {
  const pieces = new Map<number, string>();
  for (const [offset, unit] of [...text].entries()) {
    const id = document.segmentAt(offset)!;
    pieces.set(id, (pieces.get(id) ?? '') + unit);
  }
  return [...pieces.values()];
}

const line = fc
  .array(fc.constantFrom('const ', 'alpha', 'beta', ' = ', 'call(', ');', '  ', 'x'), { minLength: 1, maxLength: 9 })
  .map((words) => `${words.join('')}\n`);
const code = (maxLength: number) => fc.array(line, { maxLength, size: 'max' }).map((lines) => lines.join(''));
const edits = (text: fc.Arbitrary<string>) =>
  fc.array(fc.record({ start: fc.nat(100_000), length: fc.oneof(fc.nat(20), fc.nat(3000)), text }), { maxLength: 8 });

function edited(
  document: IndexedDocument,
  text: string,
  edit: { start: number; length: number; text: string },
): string {
  const start = edit.start % (text.length + 1);
  const end = Math.min(text.length, start + edit.length);
  document.edit({ start, end, text: edit.text });
  return text.slice(0, start) + edit.text + text.slice(end);
}

describe('IndexedDocument', () => {
  it('has the text that the edits make', () => {
    const text = fc.oneof(code(120), fc.string({ unit: 'grapheme', maxLength: 30 }), fc.constant('a\r\nb\r\n'));
    fc.assert(
      fc.property(text, edits(text), fc.nat(5000), fc.nat(5000), (start, changes, from, to) => {
        const document = new IndexedDocument(simulatedTokenizer, start);
        let now = start;
        for (const change of changes) {
          now = edited(document, now, change);
          assert.equal(document.slice(0, now.length), now);
        }
        assert.equal(document.slice(from, to), from < to ? now.slice(from, to) : '');
        assert.equal(document.slice(0, now.length + 100), now);
      }),
      { numRuns: 150 },
    );
  });

  it('finds after edits what is in its pieces, each place once, and hardly anything else', () => {
    let places = 0;
    let several = 0;
    fc.assert(
      fc.property(
        code(120),
        edits(code(40)),
        fc.array(fc.nat(100_000), { minLength: 10 }),
        (start, changes, offsets) => {
          const document = new IndexedDocument(simulatedTokenizer, start);
          let text = start;
          for (const change of changes) text = edited(document, text, change);
          const pieces = piecesOf(document, text);
          assert.equal(pieces.join(''), text);
          assert.equal(document.tokens, text.length);
          if (pieces.length > 1) several++;
          for (const each of offsets) {
            const offset = each % Math.max(1, text.length);
            const context = text.slice(Math.max(0, offset - CONTEXT), offset);
            if (context.length < CONTEXT) continue;
            const inside = pieces.flatMap((piece) => {
              const next: string[] = [];
              for (let at = piece.indexOf(context); at >= 0; at = piece.indexOf(context, at + 1)) {
                if (at + CONTEXT < piece.length) next.push(piece[at + CONTEXT]!);
              }
              return next;
            });
            const seen = followers(document, context);
            for (const next of inside) {
              assert.ok(seen.includes(next), `${JSON.stringify(context + next)} is not found`);
              seen.splice(seen.indexOf(next), 1);
              places++;
            }
            // Over a border there are some more.
            assert.ok(
              seen.length <= CONTEXT * (pieces.length - 1),
              `${seen.length} too many behind ${JSON.stringify(context)}`,
            );
          }
        },
      ),
      { numRuns: 150 },
    );
    assert.ok(places > 1000 && several > 20);
  });

  it('finds what a fresh index of the same text finds, where all of it is one piece', () => {
    fc.assert(
      fc.property(code(8), edits(code(2)), fc.nat(1000), (start, changes, offset) => {
        const document = new IndexedDocument(simulatedTokenizer, start);
        let text = start;
        for (const change of changes) text = edited(document, text, change);
        fc.pre(text.length <= 1000 && piecesOf(document, text).length <= 1);
        const fresh = new IndexedDocument(simulatedTokenizer, text);
        const at = offset % (text.length + 1);
        const context = text.slice(Math.max(0, at - CONTEXT), at);
        assert.deepEqual(followers(document, context), followers(fresh, context));
      }),
    );
  });

  it('finds contexts and continuations over the borders of its pieces', () => {
    const text = Array.from({ length: 300 }, (_, i) => `line ${i};\n`).join('');
    const document = new IndexedDocument(simulatedTokenizer, text);
    assert.ok(piecesOf(document, text).length > 2);
    for (let offset = CONTEXT; offset < text.length; offset++) {
      assert.ok(followers(document, text.slice(offset - CONTEXT, offset)).includes(text[offset]!));
    }
    const border = [...text].findIndex(
      (_, offset) => offset > 0 && document.segmentAt(offset) !== document.segmentAt(0),
    );
    let next = '';
    document.shard.find(bytesOf(text.slice(border - 20, border - 3)), 0, LARGEST_SHARD, (_, length, position) => {
      if (length === 17) next = String.fromCharCode(...document.shard.continuation(position, 10));
      return true;
    });
    assert.equal(next, text.slice(border - 3, border + 7));
  });

  it('finds text that was removed no more', () => {
    const document = new IndexedDocument(simulatedTokenizer, 'before\nhidden = secretly;\nafter\n');
    assert.deepEqual(followers(document, 'hidden = '), ['s']);
    document.edit({ start: 7, end: 26, text: '' });
    assert.equal(document.slice(0, 99), 'before\nafter\n');
    assert.deepEqual(followers(document, 'hidden = '), []);
    assert.deepEqual(followers(document, 'before\n'), ['a']);
    document.edit({ start: 0, end: 13, text: '' });
    assert.deepEqual([document.slice(0, 99), document.tokens, document.shard.live], ['', 0, 0]);
    document.edit({ start: 0, end: 0, text: 'anew = 1' });
    assert.deepEqual(followers(document, 'anew = '), ['1']);
  });

  it('tells the segment that holds what is behind an offset', () => {
    const text = 'x = 1;\n'.repeat(500);
    const document = new IndexedDocument(simulatedTokenizer, text);
    const first = document.segmentAt(0)!;
    const border = [...text].findIndex((_, offset) => document.segmentAt(offset) !== first);
    const piece = String.fromCharCode(...Array.from(document.shard.segment(first).body));
    assert.equal(piece, text.slice(0, border));
    assert.notEqual(document.segmentAt(text.length - 1), document.segmentAt(border));
    assert.equal(new IndexedDocument(simulatedTokenizer, '').segmentAt(0), undefined);
  });

  it('takes CR LF for LF, and counts both in its offsets', () => {
    const document = new IndexedDocument(simulatedTokenizer, 'first\r\nsecond\r\n');
    assert.deepEqual(followers(document, 'first'), ['\n']);
    assert.deepEqual(followers(document, 'first\n'), ['s']);
    document.edit({ start: 7, end: 13, text: 'third' });
    assert.equal(document.slice(0, 99), 'first\r\nthird\r\n');
    assert.deepEqual(followers(document, 'first\nthird'), ['\n']);
  });

  it('takes CR LF for LF behind a line that is as long as a piece', () => {
    for (let length = 1_020; length < 1_030; length++) {
      const long = new IndexedDocument(simulatedTokenizer, `${'x'.repeat(length)}\r\ny`);
      assert.deepEqual([...new Set(followers(long, 'x'.repeat(8)))], ['\n', 'x'], `behind ${length}`);
    }
  });

  it('throws where an edit is out of range, and stays as it is', () => {
    const document = new IndexedDocument(simulatedTokenizer, 'text');
    for (const [start, end] of [
      [-1, 2],
      [3, 2],
      [0, 5],
      [5, 5],
    ] as const) {
      assert.throws(() => document.edit({ start, end, text: '!' }), RangeError);
    }
    assert.equal(document.slice(0, 99), 'text');
    assert.throws(() => new IndexedDocument(simulatedTokenizer, '').edit({ start: 0, end: 1, text: '' }), RangeError);
  });

  it('keeps the beginning of a document that is larger than a shard, and goes on with its edits', () => {
    const text = Array.from({ length: 9000 }, (_, i) => `line ${i};\n`).join('');
    assert.ok(text.length > LARGEST_SHARD);
    const document = new IndexedDocument(simulatedTokenizer, text);
    assert.deepEqual(followers(document, 'line 100'), [...'0123456789;']);
    assert.ok(document.shard.live <= LARGEST_SHARD);
    document.edit({ start: 0, end: 0, text: 'quite new;\n' });
    document.edit({ start: text.length, end: text.length + 11, text: 'at the end;' });
    assert.equal(document.slice(0, text.length + 99), `quite new;\n${text.slice(0, -11)}at the end;`);
    assert.deepEqual(followers(document, 'quite ne'), ['w']);
    // What is removed makes room for what is written.
    document.edit({ start: 11, end: text.length, text: '' });
    document.edit({ start: 0, end: 0, text: 'room again\n' });
    assert.deepEqual(followers(document, 'room aga'), ['i']);
  });

  it('knows its lines, over the borders of its pieces, and anew after an edit', () => {
    const text = Array.from({ length: 300 }, (_, i) => `line ${i};\n\n`).join('');
    const document = new IndexedDocument(simulatedTokenizer, text);
    const lines = document.linesIn(byteSpelling);
    const spelled = () => {
      const table = document.linesIn(byteSpelling);
      return Array.from({ length: table.count }, (_, at) => byteSpelling.spelled(table.tokens(at + 1)));
    };
    assert.deepEqual(spelled(), text.match(/.+/g));
    assert.equal(document.linesIn(byteSpelling), lines);
    assert.ok(document.bytes > document.shard.bytes + lines.bytes);
    document.edit({ start: 0, end: 4, text: 'first\nand' });
    assert.notEqual(document.linesIn(byteSpelling), lines);
    assert.deepEqual(spelled().slice(0, 3), ['first', 'and 0;', 'line 1;']);
    assert.equal(byteSpelling.spelled(document.text), document.slice(0, 1e6));
  });

  it('tells the row of an offset, also where CR LF ends lines', () => {
    const text = 'a\r\n\r\nb\n'.repeat(300);
    const document = new IndexedDocument(simulatedTokenizer, text);
    for (let offset = 0; offset <= text.length; offset += 7) {
      assert.equal(document.rowAt(offset), text.slice(0, offset).split('\n').length - 1, `${offset}`);
    }
  });

  it('has lines of as much as a shard holds', () => {
    const document = new IndexedDocument(simulatedTokenizer, 'x = 1;\n'.repeat(20_000));
    while (document.readOn());
    assert.ok(document.text.length <= LARGEST_SHARD && document.text.length > LARGEST_SHARD - 2_048);
    assert.equal(document.linesIn(byteSpelling).count, Math.ceil(document.text.length / 7));
  });
});
