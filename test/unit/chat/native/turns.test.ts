import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import packageJson from '../../../../package.json' with { type: 'json' };
import { askedOf, COMMANDS, promptOf } from '../../../../src/chat/native/turns.ts';

const count = async (text: string) => text.split(/\s+/).length;

describe('what @quire asks', () => {
  it('has words for every command of the manifest', () => {
    const [participant] = packageJson.contributes.chatParticipants;
    assert.deepEqual(participant!.commands.map(({ name }) => name).sort(), Object.keys(COMMANDS).sort());
    assert.equal(askedOf(' why? ', undefined), 'why?');
    assert.equal(askedOf('only a', 'explain'), `${COMMANDS.explain}\n\nonly a`);
  });

  it('maps what was before, and puts what is attached before the question', async () => {
    const history = [
      { role: 'user', text: 'a.ts', command: 'explain' },
      { role: 'assistant', text: 'It adds.' },
    ] as const;
    const attachments = [{ label: 'b.ts', text: 'const fence = "```";' }];
    const { messages, notes } = await promptOf({ text: 'And this?', attachments }, history, 4096, count);
    assert.deepEqual(notes, []);
    assert.deepEqual(messages.slice(1), [
      { role: 'user', content: `${COMMANDS.explain}\n\na.ts` },
      { role: 'assistant', content: 'It adds.' },
      { role: 'user', content: 'b.ts:\n````\nconst fence = "```";\n````\n\nAnd this?' },
    ]);
  });

  it('says what was refused, and what does not fit', async () => {
    const attachments = [
      { label: '.env', refused: '.env was not read: it is secret.' },
      { label: 'long.ts', text: 'a b c d\n'.repeat(300) },
    ];
    const { messages, notes } = await promptOf({ text: 'Why?', attachments }, [], 1000, count);
    assert.equal(notes[0], '.env was not read: it is secret.');
    assert.match(notes[1]!, /^long\.ts does not fit whole: its last \d+ lines were left out\.$/);
    assert.ok((await count(messages.at(-1)!.content)) <= 460);
    assert.doesNotMatch(messages.at(-1)!.content, /\.env/);
  });
});
