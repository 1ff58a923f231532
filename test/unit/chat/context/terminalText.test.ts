import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commandText, lastOf, plainText } from '../../../../src/chat/context/terminalText.ts';

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
    const last = lastOf(text);
    assert.match(last.cut ?? '', /last 200 lines, without the 50 before/);
    assert.ok(last.text.startsWith('line 50\n') && last.text.endsWith('line 249'));
    assert.deepEqual(lastOf('a\nb'), { text: 'a\nb' });
  });

  it('is a command with its output, and how it ended', () => {
    const ran = { command: 'make', raw: '\x1b]633;C\x07no rule\r\n', ended: true };
    assert.deepEqual(commandText({ ...ran, exitCode: 2 }), { text: '$ make\nno rule\n[exit code 2]' });
    assert.equal(commandText(ran).text, '$ make\nno rule\n[ended]');
    assert.equal(commandText({ ...ran, ended: false }).text, '$ make\nno rule\n[still running]');
    assert.equal(commandText({ ...ran, raw: '\x1b]633;C\x07', exitCode: 0 }).text, '$ make\n[exit code 0]');
    assert.match(commandText({ ...ran, raw: '\n'.repeat(3) + 'a\n'.repeat(300) }).cut ?? '', /without the 100 before/);
  });

  it('says that an output is not known, rather than that there was none', () => {
    const { text, cut } = commandText({ command: 'make', raw: '', ended: true, exitCode: 2 });
    assert.equal(text, '$ make\n[output not known]\n[exit code 2]');
    assert.match(cut ?? '', /without its output.*@terminal:selection/);
    assert.equal(commandText({ command: 'make', raw: '', ended: false }).text, '$ make\n[still running]');
  });
});
