import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MemoryPlace } from '../../../../../../src/engine/protocol/index.ts';
import { checkCall, checkPlace } from '../../../../../../src/engine/server/services/memory/checks.ts';
import type { MemoryCall } from '../../../../../../src/engine/server/services/memory/messages.ts';

const ACTIVATE = { query: 'q', tokens: 100, for: 'chat' };
const TURN = { conversation: 'c', message: 'm', question: 'q', answer: 'a', recalled: [1] };

const GOOD: [MemoryCall, object][] = [
  ['add', { text: 'a', kind: 'proposal', source: 'chat', about: [{ path: 'src/a.ts', lines: [1, 1] }, { path: 'b' }] }],
  ['search', { query: 'a', top: 50, kinds: ['fact', 'turn'], all: true }],
  ['list', {}],
  ['list', { kinds: [], path: 'src', pinned: false, offset: 0, limit: 1000 }],
  ['change', { id: 1, text: 'b' }],
  ['activate', { ...ACTIVATE, query: '', leaveOut: [1], without: ['turn:c/m'], paths: ['a.ts'], conversation: 'c' }],
  ['recordTurn', TURN],
  ['recordTyping', { path: 'a.ts', symbol: null }],
  ['index', { folder: '/a' }],
  ['status', {}],
];

const BAD: [MemoryCall, object, RegExp][] = [
  ['add', { text: '' }, /text is empty/],
  ['add', { text: 'a'.repeat(8001) }, /8001 characters, and may have 8000/],
  ['add', { text: 'a', kind: 'symbol' }, /kind must be one of fact, proposal/],
  ['add', { text: 'a', about: [{ path: '/etc/passwd' }] }, /inside the workspace/],
  ['add', { text: 'a', about: [{ path: 'a/../../b' }] }, /inside the workspace/],
  ['add', { text: 'a', about: [{ path: 'C:/a' }] }, /inside the workspace/],
  ['add', { text: 'a', about: [{ path: 'a\\b' }] }, /inside the workspace/],
  ['add', { text: 'a', about: [{ path: 'a', lines: [3, 2] }] }, /lines must be a whole number of at least 3/],
  ['add', { text: 'a', about: [{ path: 'a', lines: 3 }] }, /lines must be/],
  ['search', { query: 'a', top: 0 }, /top must be a whole number from 1 to 50/],
  ['search', { query: 'a', top: 1.5 }, /top/],
  ['search', { query: 5, top: 1 }, /query must be a text/],
  ['search', { query: 'a', top: 1, kinds: ['facts'] }, /kinds must be one of symbol/],
  ['search', { query: 'a', top: 1, all: 'yes' }, /all must be true or false/],
  ['list', { limit: 1001 }, /limit/],
  ['list', { offset: -1 }, /offset/],
  ['get', {}, /id must be/],
  ['forget', { ids: 3 }, /ids must be a list/],
  ['forget', { ids: ['3'] }, /ids must be a whole number/],
  ['activate', { ...ACTIVATE, for: undefined }, /for must be one of chat, completion/],
  ['activate', { ...ACTIVATE, tokens: -1 }, /tokens/],
  ['recordTurn', { ...TURN, recalled: undefined }, /recalled must be a list/],
  ['recordTurn', { ...TURN, message: ' ' }, /message is empty/],
  ['recordTyping', { path: 'a.ts' }, /symbol must be a text/],
  ['pause', {}, /paused must be true or false/],
];

describe('checkCall', () => {
  it('takes what makes sense', () => {
    for (const [method, params] of GOOD) assert.doesNotThrow(() => checkCall(method, params), method);
  });

  it('says what does not', () => {
    for (const [method, params, message] of BAD)
      assert.throws(() => checkCall(method, params), { kind: 'memoryInvalid', message }, `${method} ${message}`);
  });
});

describe('checkPlace', () => {
  it('wants exactly one workspace or database', () => {
    for (const place of [{ workspace: 'w' }, { database: '/a.db' }] as MemoryPlace[]) checkPlace(place);
    for (const place of [undefined, {}, { workspace: '' }, { workspace: 1 }, { workspace: 'w', database: '/a' }])
      assert.throws(() => checkPlace(place as unknown as MemoryPlace), { kind: 'memoryInvalid' });
  });
});
