import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Action, NoticeBoard, noticeFor, type ProblemKind } from '../../../src/monitor/notices.ts';

const KINDS: ProblemKind[] = [
  'unauthorized',
  'protocolMismatch',
  'nativeUnavailable',
  'abiMismatch',
  'modelMissing',
  'modelCorrupt',
  'modelNotGenerative',
  'modelUnfit',
  'modelUnknown',
  'outOfMemory',
  'conversationUnknown',
  'promptTooLong',
  'promptInvalid',
  'grammarInvalid',
  'downloadFailed',
  'checksumMismatch',
  'memoryOff',
  'memoryInvalid',
  'memoryUnavailable',
  'engineStopped',
  'internal',
  'modelWithoutFim',
  'modelPathInvalid',
];

function board() {
  const popups: { message: string; actions: readonly Action[] }[] = [];
  const lines: string[] = [];
  const notices = new NoticeBoard({
    popup: (message, actions) => popups.push({ message, actions }),
    log: (message) => lines.push(message),
  });
  return { notices, popups, lines };
}

describe('noticeFor', () => {
  it('has words for every kind of error, and a remedy for every one that asks for attention', () => {
    for (const kind of KINDS) {
      const { message, place, actions } = noticeFor({ kind, message: '' });
      assert.match(message, /^[A-Z].*\.$/, kind);
      if (place === 'popup') assert.ok(actions.length > 0, kind);
      assert.equal(new Set(actions).size, actions.length, kind);
    }
  });

  it('prefers the words of the report', () => {
    assert.equal(noticeFor({ kind: 'modelMissing', message: 'There is no /m.gguf.' }).message, 'There is no /m.gguf.');
  });

  it('offers another model where the model is at fault', () => {
    for (const kind of [
      'modelMissing',
      'modelCorrupt',
      'modelNotGenerative',
      'modelUnfit',
      'modelWithoutFim',
    ] as const) {
      assert.deepEqual(noticeFor({ kind, message: 'x' }).actions.slice(0, 2), ['chooseModel', 'useBundled'], kind);
    }
  });
});

describe('NoticeBoard', () => {
  it('tells a cause once, until it changes', () => {
    const { notices, popups } = board();
    for (let i = 0; i < 3; i++) notices.report({ kind: 'modelMissing', message: 'There is no /a.gguf.' });
    notices.report({ kind: 'modelMissing', message: 'There is no /b.gguf.' });
    notices.report({ kind: 'modelMissing', message: 'There is no /a.gguf.' });
    assert.deepEqual(
      popups.map(({ message }) => message),
      ['There is no /a.gguf.', 'There is no /b.gguf.'],
    );
  });

  it('tells it anew after all was well', () => {
    const { notices, popups } = board();
    notices.report({ kind: 'outOfMemory', message: 'Too big.' });
    notices.clear();
    notices.report({ kind: 'outOfMemory', message: 'Too big.' });
    assert.equal(popups.length, 2);
  });

  it('keeps details to the log, and small matters too', () => {
    const { notices, popups, lines } = board();
    notices.report({ kind: 'modelCorrupt', message: 'Damaged.', detail: 'bad magic' });
    notices.report({ kind: 'promptTooLong', message: 'Too long.' });
    assert.deepEqual(lines, ['Damaged. (bad magic)', 'Too long.']);
    assert.deepEqual(popups, [{ message: 'Damaged.', actions: ['chooseModel', 'useBundled', 'showLog'] }]);
  });
});
