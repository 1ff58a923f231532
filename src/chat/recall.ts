/** Recalls for questions, and for drafts before they are sent, so that their price is known and they can be read ahead. */
import type { MessageEntry } from './conversation/entries.ts';
import type { Conversation } from './conversation/tree.ts';
import type { Question } from './draft.ts';
import type { OpenedChat } from './engineChat.ts';
import { type ChatMemory, turnsOf, withMemories, withoutMemories } from './memory.ts';
import type { Planner } from './plan.ts';
import { toldOf } from './prompt/messages.ts';

export interface RecallNeeds {
  /** Absent: nothing is remembered. */
  memory?: ChatMemory | undefined;
  planner: Planner;
  log(line: string): void;
}

/** Who waits for an answer waits no longer than this for memories. */
const PATIENCE_MS = 4_000;

export class Recall {
  readonly #needs: RecallNeeds;
  readonly #conversation: Conversation;
  /** Of the draft as it was last. */
  #draft: { key: string; question: Promise<Question> } | undefined;

  constructor(needs: RecallNeeds, conversation: Conversation) {
    this.#needs = needs;
    this.#conversation = conversation;
  }

  /** A draft as it would be sent. Rejects with nothing: without memories it is as it was. */
  draft(opened: OpenedChat, question: Question, editing: string | undefined, signal: AbortSignal): Promise<Question> {
    const key = JSON.stringify([opened.conversation, this.#conversation.head, editing, question.text, question.asked]);
    // What is weighed is read ahead a moment later.
    if (this.#draft?.key === key)
      return this.#draft.question.then(({ attachments, decision }) => {
        const recalled = attachments.filter(({ kind }) => kind === 'memory');
        return { ...question, attachments: [...question.attachments, ...recalled], ...(decision ? { decision } : {}) };
      });
    const asked = this.sent(opened, question, editing, signal, true);
    this.#draft = { key, question: asked };
    // One that was ended knows nothing.
    void asked.then(() => {
      if (signal.aborted && this.#draft?.question === asked) this.#draft = undefined;
    });
    return asked;
  }

  /** A question with what is recalled for it. @param peek it is not sent yet. */
  async sent(
    opened: OpenedChat,
    given: Question,
    editing: string | undefined,
    signal: AbortSignal,
    peek = false,
  ): Promise<Question> {
    const { memory, planner, log } = this.#needs;
    const question = withoutMemories(given);
    if (!memory || question.text.trim() === '') return question;
    try {
      const conversation = this.#conversation;
      const room = await planner.memoryRoom(opened, conversation, question, editing);
      if (room === 0) return { ...question, decision: 'There is no room for memories in the context of this model.' };
      const end = editing === undefined ? conversation.head : conversation.parentForEdited(editing);
      const result = await memory.recall(
        {
          query: question.asked ?? question.text,
          conversation: conversation.id,
          without: turnsOf(conversation.id, [...toldOf(conversation.branch(end)), ...besides(conversation, end)]),
          tokens: room,
          ...(peek ? { peek } : {}),
        },
        { signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) },
      );
      return result ? await withMemories(question, result, room, planner.counter(opened)) : question;
    } catch (error) {
      log(`nothing was remembered: ${error instanceof Error ? error.message : String(error)}`);
      return question;
    }
  }
}

/** What was said on other branches: somebody took it back, or asked for another answer. */
function besides(conversation: Conversation, end: string | null): MessageEntry[] {
  const path = new Set(conversation.path(end).map(({ id }) => id));
  return conversation.all().filter(({ id }) => !path.has(id));
}
