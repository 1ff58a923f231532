import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChatMessage } from '../../../../../../src/engine/protocol/chat.ts';
import { turnsOf } from '../../../../../../src/engine/server/services/chat/turns.ts';

const ROLES = { s: 'system', u: 'user', a: 'assistant' } as const;
const messagesOf = (roles: string): ChatMessage[] =>
  [...roles].map((role, index) =>
    role === 't'
      ? { role: 'tool', content: `${index}`, name: 'look', toolCallId: 'c' }
      : { role: ROLES[role as keyof typeof ROLES], content: `${index}` },
  );

for (const [roles, expected] of [
  ['suaua', 's | ua | ua'],
  ['ssua', 'ss | ua'],
  ['u', ' | u'],
  ['uatatau', ' | uatata | u'],
  ['saua', 's | a | ua'],
  ['usau', ' | usa | u'],
  ['s', 's'],
  ['', ''],
] as const) {
  test(`'${roles}' is '${expected}'`, () => {
    const messages = messagesOf(roles);
    const { head, turns } = turnsOf(messages);
    const letters = (list: ChatMessage[]): string => list.map(({ role }) => role[0]).join('');
    assert.equal([head, ...turns].map(letters).join(' | '), expected);
    assert.deepEqual([head, ...turns].flat(), messages);
  });
}
