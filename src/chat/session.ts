/**
 * One conversation at work: questions are asked, answered, asked anew, and wait in a row. All that is said goes into the
 * conversation, and from there to the disk; what the panel shows follows from it.
 */
import { randomUUID } from 'node:crypto';
import type { NoteEntry, UserEntry, WithoutEntry } from './conversation/entries.ts';
import type { Conversation } from './conversation/tree.ts';
import type { Question, Weighed } from './draft.ts';
import { EngineChat, type EngineChatNeeds } from './engineChat.ts';
import { wordsOf } from './errorWords.ts';
import { type ChatMemory, type ChatUse, questionOfAnswer, recalledIn, usedIn } from './memory.ts';
import { ReadAhead } from './readAhead.ts';
import { Recall } from './recall.ts';
import { ReviewedBlocks } from './reviewedBlocks.ts';
import { shownMessage, shownMessages } from './shown.ts';
import { Turn, type TurnNeeds } from './turn.ts';
import type { HostMessage, QueuedMessage, ShownMessage, TurnShown } from './view/protocol.ts';

export interface SessionNeeds extends EngineChatNeeds, TurnNeeds {
  conversation: Conversation;
  tell(message: HostMessage): void;
  /** Absent: nothing is remembered. */
  memory?: ChatMemory | undefined;
}

interface Queued extends QueuedMessage {
  question: Question;
}

export class ChatSession {
  readonly conversation: Conversation;
  readonly #needs: SessionNeeds;
  readonly #chat: EngineChat;
  readonly #recall: Recall;
  readonly #ahead: ReadAhead;
  #running: Turn | undefined;
  /** A question is on its way into the conversation. */
  #sending = false;
  #done: Promise<void> = Promise.resolve();
  #queue: Queued[] = [];
  #turn: TurnShown = { kind: 'idle' };
  #disposed = false;
  readonly #reviewed = new ReviewedBlocks();

  constructor(needs: SessionNeeds) {
    this.#needs = needs;
    this.conversation = needs.conversation;
    this.#chat = new EngineChat(needs);
    this.#recall = new Recall(needs, needs.conversation);
    this.#ahead = new ReadAhead(needs, this.#chat, this.#recall);
  }

  get turn(): TurnShown {
    return this.#turn;
  }

  get queue(): QueuedMessage[] {
    return this.#queue.map(({ id, text }) => ({ id, text }));
  }

  get running(): boolean {
    return this.#running !== undefined;
  }

  /** Of the branch that is shown, with the answer that is being made. */
  messages(): ShownMessage[] {
    const running = this.#running?.shown;
    const shown = shownMessages(this.conversation)
      .filter(({ id }) => id !== running?.id)
      .map((message) => this.#reviewed.shown(message));
    return running ? [...shown, running] : shown;
  }

  /**
   * Asks. Where an answer is being made the question waits for its end, or ends it.
   * @param editing a question in whose place this one is asked: a branch beside it.
   */
  async send(question: Question, how: 'queue' | 'steer', editing?: string): Promise<void> {
    if ((this.#running || this.#sending) && how === 'queue' && editing === undefined) {
      this.#queue.push({ id: randomUUID(), text: question.text, question });
      this.#needs.tell({ type: 'patch', patch: { queue: this.queue } });
      return;
    }
    this.#sending = true;
    let asked: string;
    try {
      await this.stop();
      asked = await this.#append(question, editing);
    } finally {
      this.#sending = false;
    }
    await this.#answer(asked, false);
  }

  /** @returns the id of the question, which is in the conversation then. */
  async #append(question: Question, editing: string | undefined): Promise<string> {
    const { conversation } = this;
    const whole = await this.#fitted(question);
    const opened = this.#needs.memory && (await this.#chat.open().catch(() => undefined));
    // Without a model nobody knows how much room there is for what is remembered.
    const fitted = opened ? await this.#recall.asked(opened, whole, editing) : whole;
    const parent = editing === undefined ? conversation.parentForQuestion() : conversation.parentForEdited(editing);
    const entry: UserEntry = { type: 'user', id: randomUUID(), parent, at: Date.now(), ...fitted };
    conversation.append(entry);
    if (editing === undefined) this.#tellMessage(entry.id);
    else this.#tellAll();
    return entry.id;
  }

  unqueue(id: string): void {
    this.#queue = this.#queue.filter((one) => one.id !== id);
    this.#needs.tell({ type: 'patch', patch: { queue: this.queue } });
  }

  /** Ends the answer that is being made; what there is of it stays. What waits is not sent: it stays in the row. */
  async stop(): Promise<void> {
    this.#ahead.stop();
    this.#recall.stop();
    this.#running?.stop();
    await this.#done;
  }

  /** Another answer in the place of `id`, or to the question `id`. */
  async regenerate(id: string): Promise<void> {
    await this.stop();
    const { conversation } = this;
    const message = conversation.message(id);
    if (!message) return;
    const parent = message.type === 'user' ? id : conversation.parentForRegenerated(id);
    if (parent === null) return;
    await this.#answer(parent, message.type === 'assistant' && message.state === 'whole');
  }

  /** Another answer beside the answer `id`, without one of the memories that it was given. */
  async answerWithout(id: string, memory: number): Promise<void> {
    await this.stop();
    const { conversation } = this;
    const question = questionOfAnswer(conversation, id);
    const left = question && recalledIn(question).find(({ item }) => item.id === memory);
    if (!left) return;
    const { title } = left.item;
    const at = Date.now();
    const parent = conversation.parentForRegenerated(id);
    const entry: WithoutEntry = { type: 'without', id: randomUUID(), parent, at, memory: { id: memory, title } };
    conversation.append(entry);
    conversation.append({ type: 'head', id: entry.id, at });
    await this.#answer(entry.id, false);
  }

  /** What an answer was given of the memory; absent `id`: the last one. Undefined where nothing was answered. */
  useOf(id = this.conversation.path().findLast(({ type }) => type === 'assistant')?.id): ChatUse | undefined {
    const question = id === undefined ? undefined : questionOfAnswer(this.conversation, id);
    if (id === undefined || !question) return undefined;
    return {
      what: 'For your question',
      asked: question.text,
      decision: question.decision ?? 'Memory was off when this was asked.',
      used: usedIn(question),
      without: (memory) => void this.answerWithout(id, memory).catch((error) => this.note(wordsOf(error))),
    };
  }

  /** Shows another branch. */
  async page(id: string, index: number): Promise<void> {
    await this.stop();
    const other = this.conversation.siblings(id).ids[index];
    if (other !== undefined && this.conversation.select(other)) this.#tellAll();
  }

  /** Tells what is before in short from here on, if anything can be. */
  async compact(): Promise<void> {
    await this.stop();
    const opened = await this.#chat.open();
    const compaction = await this.#needs.planner.compaction(opened, this.conversation, true);
    if (!compaction) return this.note('There is nothing yet that could be told in short.');
    this.conversation.append(compaction);
    this.#tellAll();
    this.readAhead();
  }

  /** A code block is being reviewed: it is not kept before that is decided. */
  blockIsReviewed(message: string, block: number, words: string): void {
    this.#reviewed.begin(message, block, words);
    this.#tellMessage(message);
  }

  undoCompaction(compaction: string): void {
    this.conversation.append({ type: 'undo', compaction, at: Date.now() });
    this.#tellAll();
  }

  /** Says something that the model does not hear. */
  note(text: string): void {
    const entry: NoteEntry = { type: 'note', id: randomUUID(), parent: this.conversation.head, at: Date.now(), text };
    this.conversation.append(entry);
    this.#tellMessage(entry.id);
  }

  /** What became of a code block. */
  blockBecame(message: string, block: number, kind: 'applied' | 'undone' | 'refused', words: string): void {
    this.#reviewed.end(message, block);
    this.conversation.append({ type: 'block', message, block, kind, words, at: Date.now() });
    this.#tellMessage(message);
  }

  /** What a draft would cost. */
  weigh(question: Question, editing: string | undefined, signal: AbortSignal): Promise<Weighed | undefined> {
    return this.#ahead.weigh(question, editing, signal);
  }

  /** Reads ahead what a draft begins with, or, without one, what any next question will. */
  async readAhead(question?: Question, editing?: string, signal?: AbortSignal): Promise<void> {
    if (!this.#running && !this.#disposed) await this.#ahead.read(question, editing, signal);
  }

  /** The engine has come, or gone: what waits is told so. */
  engineIs(serving: boolean): void {
    if (this.#running && !serving)
      this.#show({ kind: 'waiting', words: 'The engine is being started anew; the answer goes on where it stopped.' });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#queue = [];
    await this.stop();
    this.#chat.close();
  }

  /** Its attachments as they fit; what was left out of them is said with each. Without a model nobody knows. */
  async #fitted(question: Question): Promise<Question> {
    if (question.attachments.length === 0) return question;
    const opened = await this.#chat.open().catch(() => undefined);
    if (!opened) return question;
    const { attachments, leftOut } = await this.#needs.planner.fit(opened, question.attachments);
    const kept = new Set(attachments.map(({ id }) => id));
    const whole = leftOut.filter(({ id }) => !kept.has(id));
    if (whole.length > 0) this.note(`Not sent with your message: ${whole.map(({ words }) => words).join('; ')}.`);
    return { ...question, attachments };
  }

  async #answer(parent: string, again: boolean): Promise<void> {
    // Somebody else may have asked while this question was made ready.
    while (this.#running) await this.stop();
    this.#ahead.stop();
    const { conversation } = this;
    const { tell } = this.#needs;
    const turn = new Turn(
      this.#needs,
      { chat: this.#chat, conversation, parent, again },
      {
        onTurn: (shown) => this.#show(shown),
        onDelta: (id, text, reasoning) =>
          tell({ type: 'delta', id, ...(text === '' ? {} : { text }), ...(reasoning === '' ? {} : { reasoning }) }),
        onMessage: (message) => tell({ type: 'message', message }),
        onEntries: () => this.#tellAll(),
      },
    );
    this.#running = turn;
    this.#tellAll();
    this.#show({ kind: 'waiting', words: 'Opening the model' });
    this.#done = turn.run();
    try {
      await this.#done;
    } finally {
      this.#running = undefined;
      this.#show({ kind: 'idle' });
      this.#tellAll();
    }
    if (turn.stopped || this.#disposed) return;
    this.#recall.record();
    const next = this.#queue.shift();
    if (next) {
      tell({ type: 'patch', patch: { queue: this.queue } });
      return this.send(next.question, 'queue');
    }
    await this.#rest();
  }

  /** While the person reads: what is too long is told in short, and the next turn is read ahead. */
  async #rest(): Promise<void> {
    try {
      const opened = await this.#chat.open();
      const compaction = await this.#needs.planner.compaction(opened, this.conversation, false);
      if (this.#running || this.#disposed) return;
      if (compaction && this.conversation.appendAside(compaction)) this.#tellAll();
    } catch (error) {
      this.#needs.log(`nothing was told in short: ${wordsOf(error)}`);
    }
    await this.readAhead();
  }

  #show(turn: TurnShown): void {
    this.#turn = turn;
    this.#needs.tell({ type: 'patch', patch: { turn } });
  }

  #tellMessage(id: string): void {
    const entry = this.conversation.message(id);
    const message = entry && shownMessage(this.conversation, entry);
    if (message) this.#needs.tell({ type: 'message', message: this.#reviewed.shown(message) });
  }

  #tellAll(): void {
    const { id, title } = this.conversation;
    this.#needs.tell({ type: 'patch', patch: { conversation: { id, title } } });
    this.#needs.tell({ type: 'messages', messages: this.messages() });
  }
}
