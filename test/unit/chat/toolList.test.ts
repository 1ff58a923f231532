import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Conversation } from '../../../src/chat/conversation/tree.ts';
import { decideTools, toolsOf, withoutCalls } from '../../../src/chat/toolList.ts';
import { EDIT, READ, RUN, SEARCH } from '../../../src/chat/tools/specs.ts';
import { answer, user } from './conversation/entryMakers.ts';

const ALL = [READ, SEARCH, EDIT, RUN];
const model = (name: string, billions: number) => ({ name, parameters: billions * 1e9 });

test('the list is decided by the model at the first turn, and again only where that is another one', () => {
  const conversation = new Conversation('c');
  const turn = (name: string, billions: number, available = ALL) => {
    const now = toolsOf(conversation, model(name, billions), available);
    const { entry, words } = decideTools(conversation, model(name, billions), now);
    if (entry) conversation.append(entry);
    return [now.map((tool) => tool.name).join(), entry !== undefined, words];
  };
  assert.deepEqual(turn('seven', 7.6), ['read,search,edit', true, undefined]);
  // The same model: nothing is decided anew, whatever is thought of its size now.
  assert.deepEqual(turn('seven', 40), ['read,search,edit', false, undefined]);
  assert.deepEqual(turn('eight', 8), ['read,search,edit', true, undefined]);
  assert.deepEqual(turn('thirty', 30.5), [
    'read,search,edit,run',
    true,
    'From here on another model answers, which has other tools: read, search, edit, run.',
  ]);
  assert.deepEqual(turn('small', 1.5), ['', true, 'From here on another model answers, which uses no tools.']);
  assert.deepEqual(turn('small', 40), ['', false, undefined]);
});

test('where no folder is open there are none, for whatever model', () => {
  assert.deepEqual(toolsOf(new Conversation('c'), model('m', 30), []), []);
});

test('a model without tools hears of others what they said, and not how they called', () => {
  const branch = new Conversation('c', [
    user('u', null),
    answer('a', 'u', { text: 'I look.', raw: 'I look.<<<call', calls: [] }),
  ]).branch();
  const [question, told] = withoutCalls(branch).messages;
  assert.equal(question, branch.messages[0]);
  assert.deepEqual([told?.type === 'assistant' && told.text, told && 'raw' in told], ['I look.', false]);
});
