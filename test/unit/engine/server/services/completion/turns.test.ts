import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChatMessage, PromptSegment } from '../../../../../../src/engine/protocol/index.ts';
import { Turns } from '../../../../../../src/engine/server/services/completion/turns.ts';

const SEGMENTS: PromptSegment[] = [
  { turn: 'user', system: 'Go on.' },
  { text: 'a' },
  { turn: 'assistant' },
  { text: 'b' },
];

/** Tokens are UTF-16 units. */
function model(template: (messages: readonly ChatMessage[]) => string) {
  let asked = 0;
  const encode = (text: string) => Int32Array.from([...text].map((letter) => letter.charCodeAt(0)));
  return {
    tokenizer: {
      encode,
      encodeTemplate: encode,
      bytes: () => new Uint8Array(),
      isEnd: () => false,
      special: () => undefined,
    },
    renderChat: async (messages: readonly ChatMessage[]) => {
      asked += 1;
      return template(messages);
    },
    get asked() {
      return asked;
    },
  };
}

async function filled(template: (messages: readonly ChatMessage[]) => string): Promise<string> {
  const segments = await new Turns().fill(model(template), SEGMENTS);
  return segments
    .map((one) => ('marks' in one ? String.fromCharCode(...one.marks) : 'text' in one ? `[${one.text}]` : '?'))
    .join('');
}

const plainly = (messages: readonly ChatMessage[], begin = ''): string =>
  `${messages.map(({ role, content }) => `<${role}>${content}`).join('')}<assistant>${begin}`;

describe('Turns', () => {
  it('puts what the template writes where the turns are', async () => {
    assert.equal(await filled((messages) => plainly(messages)), '<system>Go on.<user>[a]<assistant>[b]');
  });

  it('says the instruction in the question where no system message is taken', async () => {
    const refusing = (messages: readonly ChatMessage[]): string => {
      if (messages[0]!.role === 'system') throw new Error('no system message');
      return plainly(messages);
    };
    assert.equal(await filled(refusing), '<user>Go on.\n\n[a]<assistant>[b]');
  });

  it('ends thoughts that the template begins', async () => {
    const thinking = (messages: readonly ChatMessage[]): string => plainly(messages, '<think>\n');
    assert.equal(await filled(thinking), '<system>Go on.<user>[a]<assistant><think>\n</think>\n\n[b]');
  });

  it('renders the template once for a model and an instruction', async () => {
    const [turns, one] = [new Turns(), model((messages) => plainly(messages))];
    await turns.fill(one, SEGMENTS);
    await turns.fill(one, SEGMENTS);
    assert.equal(one.asked, 1);
  });

  it('refuses a template that leaves the question out, and a prompt in which nobody asks', async () => {
    await assert.rejects(
      filled(() => 'nothing'),
      { kind: 'promptInvalid' },
    );
    const answer: PromptSegment[] = [{ turn: 'assistant' }];
    await assert.rejects(new Turns().fill(model(plainly), answer), { kind: 'promptInvalid' });
  });
});
