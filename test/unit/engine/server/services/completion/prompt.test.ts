import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CUT_STEP, type PromptSegment } from '../../../../../../src/engine/protocol/index.ts';
import type { Tokenizer } from '../../../../../../src/engine/server/core/backend.ts';
import { fitPrompt as fitted, seenOf } from '../../../../../../src/engine/server/services/completion/prompt.ts';

/** One token a UTF-16 code unit: enough to see what was cut where. */
const tokenizer: Tokenizer = {
  encode: (text) => Int32Array.from([...Array(text.length).keys()].map((i) => text.charCodeAt(i))),
  encodeTemplate: (text) => tokenizer.encode(text),
  bytes: (token) => Uint8Array.of(token),
  isEnd: () => false,
  special: (name) => ({ fimPrefix: 0x3c, fimSuffix: 0x7c, fimMiddle: 0x3e })[name as string],
};
/** The one document that is known by reference. */
const DOCUMENT = 'the text of a document';
const fitPrompt = (_: Tokenizer, segments: PromptSegment[], room: number) =>
  fitted(tokenizer, segments, room, ({ start, end }) => tokenizer.encode(DOCUMENT.slice(start, end)));
const text = (tokens: number[]) => String.fromCharCode(...tokens);
const fim = (prefix: string, suffix: string, other = ''): PromptSegment[] => [
  { text: other, cut: 'drop' },
  { special: 'fimSuffix' },
  { text: suffix, cut: 'end' },
  { special: 'fimPrefix' },
  { text: prefix, cut: 'start' },
  { special: 'fimMiddle' },
];

describe('fitPrompt', () => {
  it('keeps a prompt that fits', () => {
    const { tokens, cut } = fitPrompt(tokenizer, fim('before', 'after', 'other'), 100);
    assert.equal(text(tokens), 'other|after<before>');
    assert.equal(cut, 0);
  });

  it('drops whole pieces first', () => {
    const { tokens, cut } = fitPrompt(tokenizer, fim('before', 'after', 'o'.repeat(50)), 40);
    assert.equal(text(tokens), '|after<before>');
    assert.equal(cut, 50);
  });

  it('cuts the far ends, never what is at the cursor', () => {
    const prefix = `${'p'.repeat(2000)}CURSOR`;
    const suffix = `NEXT${'s'.repeat(2000)}`;
    const { tokens } = fitPrompt(tokenizer, fim(prefix, suffix), 900);
    assert.ok(tokens.length <= 900);
    assert.match(text(tokens), /^\|NEXTs*<p*CURSOR>$/);
  });

  it('takes parts of documents by reference, several parts as one', () => {
    const part = (start: number, end: number) => ({ key: 'd', version: 1, start, end });
    const segments: PromptSegment[] = [
      { text: ['path\n', part(0, 8), '\n'], cut: 'drop' },
      { text: part(9, 13), cut: 'start', cursor: 'before' },
    ];
    const { tokens, cursor } = fitPrompt(tokenizer, segments, 100);
    assert.equal(text(tokens), 'path\nthe text\nof ');
    assert.equal(String.fromCharCode(...cursor!.beginning), 'a');
    assert.equal(text(fitPrompt(tokenizer, segments, 10).tokens), 'of ');
  });

  it('leaves something of a text that is hardly longer than the room', () => {
    const { tokens } = fitPrompt(tokenizer, [{ text: 'x'.repeat(110), cut: 'start' }], 100);
    assert.equal(tokens.length, 100);
  });

  it('tells what is left of each segment, to the letter', () => {
    const segments: PromptSegment[] = [
      { text: 'o'.repeat(50), of: 'open', cut: 'drop' },
      { special: 'fimSuffix' },
      { text: [{ key: 'd', version: 1, start: 4, end: 8 }, '!'], of: 'after', cut: 'end', cursor: 'after' },
      { special: 'fimPrefix' },
      { text: 'let wor', of: 'before', cut: 'start', cursor: 'before' },
    ];
    const prompt = fitPrompt(tokenizer, segments, 40);
    const seen = seenOf(prompt, segments, tokenizer);
    assert.deepEqual(seen, [
      { of: 'open', text: '', tokens: 0 },
      { of: 'fimSuffix', text: '', tokens: 1 },
      { of: 'after', text: 'text!', tokens: 5 },
      { of: 'fimPrefix', text: '', tokens: 1 },
      { of: 'before', text: 'let ', tokens: 4 },
    ]);
    assert.equal(
      seen.reduce((sum, part) => sum + part.tokens, 0),
      prompt.tokens.length,
    );
  });

  it('refuses what may not be cut', () => {
    assert.throws(() => fitPrompt(tokenizer, [{ text: 'x'.repeat(50) }], 10), { kind: 'promptTooLong' });
  });

  it('refuses a special token that the model has not, and nothing at all', () => {
    assert.throws(() => fitPrompt(tokenizer, [{ special: 'fimRepo' }], 10), { kind: 'promptInvalid' });
    assert.throws(() => fitPrompt(tokenizer, [{ text: '' }], 10), { kind: 'promptInvalid' });
  });

  it('fits whatever the lengths are, and keeps as much as a step allows', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(5000), fc.nat(3000), fc.integer({ min: 600, max: 4000 }), (p, s, o, room) => {
        const { tokens, cut } = fitPrompt(tokenizer, fim('p'.repeat(p), 's'.repeat(s), 'o'.repeat(o)), room);
        const total = p + s + o + 3;
        assert.ok(tokens.length <= room);
        assert.equal(tokens.length + cut, total);
        if (total <= room) assert.equal(cut, 0);
        else if (o <= total - room) assert.ok(tokens.length > room - 2 * CUT_STEP || cut === o);
      }),
    );
  });

  it('moves the beginning of the prompt only once in a step while typing at the end', () => {
    const beginnings = new Set<string>();
    for (let typed = 0; typed < 10 * CUT_STEP; typed++) {
      const prefix = Array.from({ length: 3000 + typed }, (_, i) => String.fromCharCode(200 + (i % 5000))).join('');
      const { tokens } = fitPrompt(tokenizer, fim(prefix, 'after'), 1000);
      beginnings.add(text(tokens.slice(0, 20)));
    }
    assert.ok(beginnings.size <= 11, `${beginnings.size} different beginnings`);
  });

  describe('with a cursor', () => {
    const around = (prefix: string, suffix: string): PromptSegment[] => [
      { special: 'fimSuffix' },
      { text: suffix, cut: 'end', cursor: 'after' },
      { special: 'fimPrefix' },
      { text: prefix, cut: 'start', cursor: 'before' },
      { special: 'fimMiddle' },
    ];
    const spelled = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

    it('takes the word at the cursor off, to be written anew', () => {
      const { tokens, cut, cursor } = fitPrompt(tokenizer, around('const be', ' = 1;'), 100);
      assert.equal(text(tokens), '| = 1;<const >');
      assert.equal(cut, 0);
      assert.ok(cursor);
      assert.equal(text([...cursor.before]), 'const ');
      assert.equal(text([...cursor.after]), ' = 1;');
      assert.deepEqual([spelled(cursor.beginning), cursor.brokenOff], ['be', 2]);
    });

    it('takes nothing off a line break, and has no cursor where none is told', () => {
      const { tokens, cursor } = fitPrompt(tokenizer, around('const be\n', ''), 100);
      assert.equal(text(tokens), '|<const be\n>');
      assert.deepEqual([cursor?.brokenOff, cursor?.beginning.length, cursor?.after.length], [0, 0, 0]);
      assert.equal('cursor' in fitPrompt(tokenizer, fim('const be', ''), 100), false);
      const alone = fitPrompt(tokenizer, [{ text: 'a(b', cursor: 'before' }], 100);
      assert.deepEqual([text(alone.tokens), alone.cursor?.after.length], ['a(', 0]);
    });

    it('takes the word off what is left when the prompt was cut, and counts only what gave way', () => {
      fc.assert(
        fc.property(fc.nat(2000), fc.nat(2000), fc.integer({ min: 600, max: 2000 }), (p, s, room) => {
          const prefix = `${'p '.repeat(p)}(be`;
          const suffix = `;${' s'.repeat(s)}`;
          const plain = fitPrompt(tokenizer, fim(prefix, suffix), room);
          const { tokens, cut, cursor } = fitPrompt(tokenizer, around(prefix, suffix), room);
          assert.ok(cursor);
          assert.equal(cut, plain.cut);
          assert.equal(text(tokens), text(plain.tokens).replace('be>', '>'));
          assert.equal(spelled(cursor.beginning), 'be');
          assert.equal(`|${text([...cursor.after])}<${text([...cursor.before])}>`, text(tokens));
        }),
      );
    });

    it('refuses a prompt that is nothing but the word at the cursor', () => {
      assert.throws(() => fitPrompt(tokenizer, [{ text: 'be', cursor: 'before' }], 10), { kind: 'promptInvalid' });
    });
  });
});
