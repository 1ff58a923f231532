import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lastLines, plainText } from '../../../../src/chat/context/terminalText.ts';

describe('what a terminal showed', () => {
  for (const [what, raw, text] of [
    ['loses its colours', '\x1b[1;31merror\x1b[0m: \x1b[38;2;1;2;3mno\x1b[m', 'error: no'],
    ['loses marks of the shell integration', '\x1b]633;C\x07out\r\n\x1b]633;D;0\x07', 'out'],
    [
      'loses titles and links',
      '\x1b]0;my title here\x07a \x1b]8;;https://x.example/\x1b\\link\x1b]8;;\x1b\\',
      'a link',
    ],
    ['keeps the end of a progress', '10 %\r50 %\r100 %\r\ndone', '100 %\ndone'],
    ['takes back what was deleted', 'abd\bc', 'abc'],
    ['shows nothing that cannot be seen', 'a\x00b\u202ec\u200bd\u2066e', 'abcde'],
    ['has ends of lines of one kind', 'a\r\nb\r\r\nc', 'a\nb\nc'],
    ['ends before an escape that never ends', 'a\x1b]0;no end', 'a'],
    ['keeps tabs and indentation', 'a\n  b\tc', 'a\n  b\tc'],
  ] as const) {
    it(what, () => assert.equal(plainText(raw), text));
  }

  it('is its last lines', () => {
    const text = Array.from({ length: 250 }, (_, line) => `line ${line}`).join('\n');
    const last = lastLines(text);
    assert.equal(last.left, 50);
    assert.ok(last.text.startsWith('line 50\n') && last.text.endsWith('line 249'));
    assert.deepEqual(lastLines('a\nb'), { text: 'a\nb', left: 0 });
  });
});
