/** A conversation as the panel shows it. */
import type { KeptAttachment, MessageEntry } from './conversation/entries.ts';
import type { Conversation } from './conversation/tree.ts';
import { questionOfAnswer, recalledIn } from './memory.ts';
import type { NoteAction, ShownAttachment, ShownMessage } from './view/protocol.ts';

const RETRY: NoteAction = { id: 'regenerate', label: 'Try again' };
const CHOOSE_MODEL: NoteAction = { id: 'chooseModel', label: 'Choose Model…' };
const UNDO: NoteAction = { id: 'undoCompaction', label: 'Tell it whole again' };

/** The branch that is shown, oldest first. */
export function shownMessages(conversation: Conversation): ShownMessage[] {
  return conversation.path().flatMap((entry) => shownMessage(conversation, entry) ?? []);
}

/** @returns undefined for what is not shown. */
export function shownMessage(conversation: Conversation, entry: MessageEntry): ShownMessage | undefined {
  const { id } = entry;
  const { index, count } = conversation.siblings(id);
  const branch = count > 1 ? { branch: { index, count } } : {};
  switch (entry.type) {
    case 'user': {
      // What was recalled is told of with the answer.
      const attachments = entry.attachments.filter(({ kind }) => kind !== 'memory').map(shownAttachment);
      return {
        id,
        role: 'user',
        text: entry.text,
        state: 'whole',
        ...(attachments.length > 0 ? { attachments } : {}),
        ...branch,
      };
    }
    case 'assistant': {
      const { text, state, reasoning, usage, error, raw } = entry;
      // It only called a tool: that is told with what the tool gave.
      if (raw !== undefined && text.trim() === '' && !reasoning && count < 2) return undefined;
      const blocks = conversation.blocks(id);
      const memories = state === 'failed' || entry.calls ? undefined : memoriesOf(conversation, id);
      return {
        id,
        role: 'assistant',
        text,
        state,
        ...(reasoning ? { reasoning: { ...reasoning, open: false } } : {}),
        ...(usage ? { usage } : {}),
        ...(memories ? { memories } : {}),
        ...(error === undefined ? {} : { error: { message: error, actions: [RETRY, CHOOSE_MODEL] } }),
        ...(Object.keys(blocks).length > 0 ? { blocks } : {}),
        ...branch,
      };
    }
    case 'compaction':
      if (conversation.isUndone(id)) return undefined;
      return {
        id,
        role: 'note',
        text: `What is above is told to the model in short from here on: ${grouped(entry.before)} tokens became ${grouped(entry.after)}. It stays to be read.`,
        state: 'whole',
        actions: [UNDO],
      };
    case 'without':
      return undefined;
    case 'note':
      return { id, role: 'note', text: entry.text, state: 'whole' };
    case 'tool':
      return entry.words === undefined ? undefined : { id, role: 'note', text: entry.words, state: 'whole' };
  }
}

/** @returns undefined where nothing is to be told of them. */
function memoriesOf(conversation: Conversation, answer: string): ShownMessage['memories'] {
  const question = questionOfAnswer(conversation, answer);
  const used = question ? recalledIn(question).length : 0;
  const without = (question?.leftOut ?? []).map(({ title }) => title);
  return used + without.length > 0 ? { used, without } : undefined;
}

/** As it was sent: how many tokens it took is of the past. */
export function shownAttachment({ id, kind, label, cut, uri, lines }: KeptAttachment): ShownAttachment {
  const href = uri === undefined ? {} : { href: lines ? `${uri}#L${lines[0]}` : uri };
  return { id, kind, label, tokens: null, alreadyRead: false, ...(cut ? { cut } : {}), ...href };
}

const grouped = (tokens: number): string => tokens.toLocaleString('en');
