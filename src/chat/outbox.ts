/** The way of a question from the draft into the conversation: what it names is looked for first, and it may be a command. */
import type { Draft, Question } from './draft.ts';
import type { ChatSession } from './session.ts';
import type { HostMessage, TurnShown } from './view/protocol.ts';

/** What a message that begins with a slash, or names things by `@`, comes to. */
export type Expanded =
  | { question: Question }
  /** Done by the panel itself. */
  | { action: 'new' | 'compact' }
  /** In words. */
  | { refused: string };

export interface OutboxNeeds {
  draft: Draft;
  /** The conversation that is shown. */
  session(): Promise<ChatSession>;
  expand(question: Question, signal: AbortSignal): Promise<Expanded>;
  /** Shows a new conversation. */
  begin(): Promise<void>;
  tell(message: HostMessage): void;
  report(error: unknown): void;
}

/** What takes longer than this is shown. */
const SHOWN_MS = 150;

export class Outbox {
  readonly #needs: OutboxNeeds;
  /** What a message names is being looked for. */
  #looking: AbortController | undefined;

  constructor(needs: OutboxNeeds) {
    this.#needs = needs;
  }

  /** With what it names. */
  async asSent(question: Question, signal: AbortSignal): Promise<Question> {
    const expanded = await this.#needs.expand(question, signal);
    return 'question' in expanded ? expanded.question : question;
  }

  /** Sends the draft; what was not sent is in it again. */
  async sendDraft(how: 'queue' | 'steer'): Promise<void> {
    const { draft } = this.#needs;
    const { editing } = draft;
    if (draft.text.trim() === '' && draft.attachments.length === 0) return;
    const before = draft.take();
    let sent = false;
    try {
      sent = await this.send(before, how, editing);
    } finally {
      if (!sent) this.#restore(before, editing);
    }
  }

  /** @param editing the question in whose place it is asked. @returns whether it was sent, or done. */
  async send(question: Question, how: 'queue' | 'steer', editing: string | undefined): Promise<boolean> {
    const session = await this.#needs.session();
    const expanded = await this.#expanded(session, question);
    if (expanded === undefined) return false;
    if ('refused' in expanded) {
      this.#needs.draft.refuse(expanded.refused);
      return false;
    }
    if ('action' in expanded) {
      if (expanded.action === 'new') await this.#needs.begin();
      else await session.compact();
      return true;
    }
    // Not awaited: the answer takes its time, and the view says more meanwhile.
    void session.send(expanded.question, how, editing).catch((error) => this.#needs.report(error));
    return true;
  }

  /** Ends the search for what a message names: it is not sent. */
  stop(): void {
    this.#looking?.abort();
  }

  /** What is named may have to be looked for: that is shown, and can be stopped. @returns undefined where it was. */
  async #expanded(session: ChatSession, question: Question): Promise<Expanded | undefined> {
    const looking = new AbortController();
    this.#looking = looking;
    const tell = (turn: TurnShown): void => {
      if (!session.running) this.#needs.tell({ type: 'patch', patch: { turn } });
    };
    const late = setTimeout(() => tell({ kind: 'waiting', words: 'Reading what you named' }), SHOWN_MS);
    try {
      const expanded = await this.#needs.expand(question, looking.signal);
      return looking.signal.aborted ? undefined : expanded;
    } catch (error) {
      if (looking.signal.aborted) return undefined;
      throw error;
    } finally {
      clearTimeout(late);
      tell({ kind: 'idle' });
    }
  }

  #restore(question: Question, editing: string | undefined): void {
    const { draft } = this.#needs;
    const { refusal } = draft;
    draft.set(question, editing);
    if (refusal !== undefined) draft.refuse(refusal);
    this.#needs.tell({ type: 'setDraft', text: question.text });
  }
}
