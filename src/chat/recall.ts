/**
 * What a conversation has of the memory: recalled for questions, and for drafts before they are sent, so that their price is
 * known and they can be read ahead; and what was said is remembered.
 */
import type { MessageEntry } from './conversation/entries.ts';
import type { Conversation } from './conversation/tree.ts';
import type { Question } from './draft.ts';
import type { OpenedChat } from './engineChat.ts';
import { wordsOf } from './errorWords.ts';
import { type ChatMemory, questionOfAnswer, recalledIn, turnsOf, withMemories, withoutMemories } from './memory.ts';
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
  #asking: AbortController | undefined;

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
    const asked = this.#recalled(opened, question, editing, signal, true);
    this.#draft = { key, question: asked };
    // One that was ended knows nothing.
    void asked.then(() => {
      if (signal.aborted && this.#draft?.question === asked) this.#draft = undefined;
    });
    return asked;
  }

  /** A question that is sent, with what is recalled for it. */
  asked(opened: OpenedChat, question: Question, editing: string | undefined): Promise<Question> {
    this.#asking = new AbortController();
    return this.#recalled(opened, question, editing, this.#asking.signal);
  }

  /** Nobody waits for memories any more: the question is asked without. */
  stop(): void {
    this.#asking?.abort();
  }

  /** What was said last is remembered, with what was recalled for it: that is nothing new. A try without a memory is not. */
  record(): void {
    const answer = this.#conversation.path().findLast((entry) => entry.type === 'assistant');
    const question = answer && questionOfAnswer(this.#conversation, answer.id);
    if (!question || answer.state !== 'whole' || answer.calls || question.leftOut) return;
    this.#needs.memory
      ?.record({
        conversation: this.#conversation.id,
        message: answer.id,
        question: question.text,
        answer: answer.text,
        recalled: recalledIn(question).map(({ item }) => item.id),
        attached: withoutMemories(question).attachments.map(({ text }) => text),
      })
      .catch((error) => this.#needs.log(`a turn was not remembered: ${wordsOf(error)}`));
  }

  /** @param peek it is not sent yet. */
  async #recalled(
    opened: OpenedChat,
    given: Question,
    editing: string | undefined,
    signal: AbortSignal,
    peek = false,
  ): Promise<Question> {
    const { memory, planner, log } = this.#needs;
    const question = withoutMemories(given);
    // Where to look is no word of what is asked.
    const query = (question.asked ?? question.text).replace(/@codebase\b/g, '').trim();
    if (!memory || query === '') return question;
    try {
      const conversation = this.#conversation;
      const room = await planner.memoryRoom(opened, conversation, question, editing);
      if (room === 0) return { ...question, decision: 'There is no room for memories in the context of this model.' };
      const end = editing === undefined ? conversation.head : conversation.parentForEdited(editing);
      const result = await memory.recall(
        {
          query,
          conversation: conversation.id,
          without: turnsOf(conversation.id, [...toldOf(conversation.branch(end)), ...besides(conversation, end)]),
          tokens: room,
          ...(peek ? { peek } : {}),
        },
        { signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) },
      );
      return result ? await withMemories(question, result, room, planner.counter(opened)) : question;
    } catch (error) {
      log(`nothing was remembered: ${wordsOf(error)}`);
      return question;
    }
  }
}

/** What was said on other branches: somebody took it back, or asked for another answer. */
function besides(conversation: Conversation, end: string | null): MessageEntry[] {
  const path = new Set(conversation.path(end).map(({ id }) => id));
  return conversation.all().filter(({ id }) => !path.has(id));
}
