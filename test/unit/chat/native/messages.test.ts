import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { messagesOf, specsOf, toolsOf } from '../../../../src/chat/native/messages.ts';

const text = (value: string) => ({ value });

describe("messages of the editor's own chat", () => {
  it('become those of the engine: texts, calls of tools, and their results behind them', () => {
    const call = { callId: 'c1', name: 'list', input: { folder: 'src' } };
    const messages = messagesOf([
      { role: 3, content: [text('Be brief.')] },
      { role: 1, content: [text('What '), text('is there?')] },
      { role: 2, content: [text('I look.'), call] },
      { role: 1, content: [{ callId: 'c1', content: [text('a.ts\n'), text('b.ts')] }] },
      { role: 2, content: [] },
    ]);
    assert.deepEqual(messages, [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'What is there?' },
      { role: 'assistant', content: 'I look.', toolCalls: [{ id: 'c1', name: 'list', arguments: { folder: 'src' } }] },
      { role: 'tool', content: 'a.ts\nb.ts', name: 'list', toolCallId: 'c1' },
    ]);
  });

  it('say what was left out, and keep thoughts out', () => {
    const data = (mimeType: string, words: string) => ({ mimeType, data: new TextEncoder().encode(words) });
    const content = [
      data('text/plain', 'noted'),
      data('image/png', 'x'),
      data('usage', '{}'),
      { value: 'hm', id: 't1' },
    ];
    assert.deepEqual(messagesOf([{ role: 1, content }]), [
      { role: 'user', content: 'noted[A picture was left out: this model reads text only.]' },
    ]);
  });

  it('read the trees of prompts', () => {
    const tree = {
      node: {
        type: 1,
        children: [
          { type: 2, text: 'one ' },
          { type: 1, children: [{ type: 2, text: 'two' }] },
        ],
      },
    };
    const result = { callId: 'c', content: [{ value: tree }] };
    assert.deepEqual(messagesOf([{ role: 1, content: [result] }]), [
      { role: 'tool', content: 'one two', name: 'tool', toolCallId: 'c' },
    ]);
  });

  it('give tools without a schema an empty one', () => {
    const tools = toolsOf([{ name: 'now', description: 'the time' }]);
    assert.deepEqual(tools[0]!.parameters, { type: 'object', properties: {} });
    assert.equal(specsOf(tools)[0]!.name, 'now');
  });
});
