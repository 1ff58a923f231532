/**
 * One conversation at work: questions are asked, answered, asked anew, and wait in a row. All that is said goes into the
 * conversation, and from there to the disk; what the panel shows follows from it.
 */
import { randomUUID } from 'node:crypto';
import { type Answered, answer } from './answer.ts';
import type { AssistantEntry, NoteEntry, UserEntry } from './conversation/entries.ts';
import type { Conversation } from './conversation/tree.ts';
import type { Question, Weighed } from './draft.ts';
import { type ChatEngine, EngineChat, type EngineChatNeeds, type OpenedChat } from './engineChat.ts';
import type { Planned, Planner } from './plan.ts';
import { shownMessage, shownMessages } from './shown.ts';
import type { BlockState, HostMessage, QueuedMessage, ShownMessage, TurnShown } from './view/protocol.ts';

export interface SessionNeeds extends EngineChatNeeds {
  conversation: Conversation;
  planner: Planner;
  /** How bold answers are: 0 is always the most likely one. */
  temperature(): number;
  /** Answers by what a search finds, where no model can: Markdown. */
  search(question: Question, signal: AbortSignal): Promise<string>;
  /** Whether an error means that there is no model to ask. */
  isWithoutModel(error: unknown): boolean;
  tell(message: HostMessage): void;
  /** Writes to the output channel; never what was asked or answered. */
  log(line: string): void;
}

/** Second answers are to be others. */
const AGAIN_TEMPERATURE = 0.8;
/** What is known of an answer is kept so often. */
const PIECE_MS = 500;

interface Running {
  id: string;
  parent: string;
  text: string;
  reasoning: string;
  /** How much of both is kept. */
  kept: { text: number; reasoning: number };
  abort: AbortController;
  done: Promise<void>;
}

interface Queued extends QueuedMessage {
  question: Question;
}

export class ChatSession {
  readonly conversation: Conversation;
  readonly #needs: SessionNeeds;
  readonly #chat: EngineChat;
  #running: Running | undefined;
  #queue: Queued[] = [];
  #turn: TurnShown = { kind: 'idle' };
  #ahead: AbortController | undefined;
  #disposed = false;
  /** Code blocks under review, by their message: not kept, the review ends with the window. */
  readonly #reviewed = new Map<string, Record<number, BlockState>>();

  constructor(needs: SessionNeeds) {
    this.#needs = needs;
    this.conversation = needs.conversation;
    this.#chat = new EngineChat(needs);
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
    const running = this.#running;
    const shown = shownMessages(this.conversation)
      .filter(({ id }) => id !== running?.id)
      .map((message) => this.#withReviews(message));
    if (running) shown.push(shownRunning(running));
    return shown;
  }

  /**
   * Asks. Where an answer is being made the question waits for its end, or ends it.
   * @param editing a question in whose place this one is asked: a branch beside it.
   */
  async send(question: Question, how: 'queue' | 'steer', editing?: string): Promise<void> {
    if (this.#running && how === 'queue' && editing === undefined) {
      this.#queue.push({ id: randomUUID(), text: question.text, question });
      this.#needs.tell({ type: 'patch', patch: { queue: this.queue } });
      return;
    }
    await this.stop();
    const { conversation } = this;
    const fitted = await this.#fitted(question);
    const parent = editing === undefined ? conversation.parentForQuestion() : conversation.parentForEdited(editing);
    const entry: UserEntry = { type: 'user', id: randomUUID(), parent, at: Date.now(), ...fitted };
    conversation.append(entry);
    if (editing === undefined) this.#tellMessage(entry.id);
    else this.#tellAll();
    await this.#answer(entry.id, false);
  }

  unqueue(id: string): void {
    this.#queue = this.#queue.filter((one) => one.id !== id);
    this.#needs.tell({ type: 'patch', patch: { queue: this.queue } });
  }

  /** Ends the answer that is being made; what there is of it stays. What waits is not sent: it stays in the row. */
  async stop(): Promise<void> {
    this.#ahead?.abort();
    this.#running?.abort.abort();
    await this.#running?.done;
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
    this.#reviewed.set(message, { ...this.#reviewed.get(message), [block]: { kind: 'review', words } });
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
    delete this.#reviewed.get(message)?.[block];
    this.conversation.append({ type: 'block', message, block, kind, words, at: Date.now() });
    this.#tellMessage(message);
  }

  /** @returns undefined where no model is open yet: none is opened for this. */
  async weigh(question: Question, editing: string | undefined, signal: AbortSignal): Promise<Weighed | undefined> {
    const opened = await this.#chat.open();
    if (signal.aborted) return undefined;
    return this.#needs.planner.weigh(opened, this.conversation, question, editing, signal);
  }

  /** Reads ahead what a draft begins with, or, without one, what any next question will. */
  async readAhead(question?: Question, editing?: string, signal?: AbortSignal): Promise<void> {
    if (this.#running || this.#disposed) return;
    this.#ahead?.abort();
    const ahead = new AbortController();
    this.#ahead = ahead;
    const ended = signal ? AbortSignal.any([signal, ahead.signal]) : ahead.signal;
    try {
      const opened = await this.#chat.open();
      const turn = question ? { question, editing } : { next: true as const };
      const planned = await this.#needs.planner.plan(opened, this.conversation, turn);
      if (ended.aborted) return;
      const { conversation } = opened;
      await this.#needs.engine.readAhead({ conversation, messages: planned.messages }, { signal: ended });
    } catch (error) {
      this.#needs.log(`reading ahead came to nothing: ${wordsOf(error)}`);
    }
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
    const running: Running = {
      id: randomUUID(),
      parent,
      text: '',
      reasoning: '',
      kept: { text: 0, reasoning: 0 },
      abort: new AbortController(),
      done: Promise.resolve(),
    };
    this.#ahead?.abort();
    this.#running = running;
    this.#tellAll();
    this.#show({ kind: 'waiting', words: 'Opening the model' });
    const { promise, resolve } = Promise.withResolvers<void>();
    running.done = promise;
    try {
      await this.#ask(running, again);
    } finally {
      this.#running = undefined;
      resolve();
      this.#show({ kind: 'idle' });
      this.#tellAll();
    }
    if (running.abort.signal.aborted || this.#disposed) return;
    const next = this.#queue.shift();
    if (next) {
      this.#needs.tell({ type: 'patch', patch: { queue: this.queue } });
      return this.send(next.question, 'queue');
    }
    await this.#rest();
  }

  async #ask(running: Running, again: boolean): Promise<void> {
    const { engine, planner } = this.#needs;
    const { signal } = running.abort;
    const timer = setInterval(() => this.#keepPiece(running), PIECE_MS);
    try {
      const opened = await this.#chat.open();
      if (signal.aborted) return this.#finish(running, 'stopped');
      const planned = await planner.plan(opened, this.conversation, { to: running.parent });
      this.#take(running, planned);
      this.#show({ kind: 'waiting', words: 'Others are served first' });
      const { conversation } = opened;
      const temperature = Math.max(this.#needs.temperature(), again ? AGAIN_TEMPERATURE : 0);
      const answered = await answer(
        engine,
        {
          conversation,
          messages: planned.messages,
          maxTokens: planned.maxTokens,
          sampling: { temperature, topP: 0.9, minP: 0.05, seed: again ? Math.floor(Math.random() * 2 ** 31) : 1 },
        },
        signal,
        {
          onTurn: (turn) => this.#show(turn),
          onText: (text, reasoning) => this.#grow(running, text, reasoning),
          onTurned: (text, reasoning) => {
            Object.assign(running, { text, reasoning });
            this.#needs.tell({ type: 'message', message: shownRunning(running) });
          },
        },
      );
      this.#finish(running, signal.aborted ? 'stopped' : 'whole', answered, opened);
    } catch (error) {
      await this.#failed(running, error);
    } finally {
      clearInterval(timer);
    }
  }

  /** What the plan of a turn did to the conversation before it is asked. */
  #take(running: Running, { compaction }: Planned): void {
    if (!compaction) return;
    this.conversation.append({ ...compaction, parent: running.parent });
    running.parent = compaction.id;
    this.#tellAll();
  }

  #grow(running: Running, text: string, reasoning: string): void {
    running.text += text;
    running.reasoning += reasoning;
    this.#needs.tell({
      type: 'delta',
      id: running.id,
      ...(text === '' ? {} : { text }),
      ...(reasoning === '' ? {} : { reasoning }),
    });
  }

  #keepPiece(running: Running): void {
    const text = running.text.slice(running.kept.text);
    const reasoning = running.reasoning.slice(running.kept.reasoning);
    if (text === '' && reasoning === '') return;
    running.kept = { text: running.text.length, reasoning: running.reasoning.length };
    const { id, parent } = running;
    this.conversation.append({ type: 'piece', id, parent, at: Date.now(), text, reasoning });
  }

  #finish(running: Running, state: AssistantEntry['state'], answered?: Answered, opened?: OpenedChat): void {
    const { id, parent } = running;
    const text = answered?.text ?? running.text;
    const reasoning = answered?.reasoning ?? running.reasoning;
    // Nothing came of it: there is no answer to keep.
    if (state === 'stopped' && text === '' && reasoning === '') return;
    this.conversation.append({
      type: 'assistant',
      id,
      parent,
      at: Date.now(),
      text,
      state,
      ...(reasoning === '' ? {} : { reasoning: { text: reasoning, ms: answered?.reasoningMs ?? 0 } }),
      ...(answered && opened ? { usage: usageOf(answered, opened) } : {}),
    });
    if (answered) this.#needs.log(countsOf(answered));
  }

  async #failed(running: Running, error: unknown): Promise<void> {
    const { id, parent, abort } = running;
    const question = this.conversation.message(parent);
    if (this.#needs.isWithoutModel(error) && question?.type === 'user') {
      const text = await this.#needs.search(question, abort.signal).catch(wordsOf);
      this.conversation.append({ type: 'note', id, parent, at: Date.now(), text });
      return;
    }
    this.#needs.log(`an answer failed: ${wordsOf(error)}`);
    const { text } = running;
    this.conversation.append({
      type: 'assistant',
      id,
      parent,
      at: Date.now(),
      text,
      state: 'failed',
      error: wordsOf(error),
    });
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
    if (message) this.#needs.tell({ type: 'message', message: this.#withReviews(message) });
  }

  #withReviews(message: ShownMessage): ShownMessage {
    const reviewed = this.#reviewed.get(message.id);
    return reviewed ? { ...message, blocks: { ...message.blocks, ...reviewed } } : message;
  }

  #tellAll(): void {
    const { id, title } = this.conversation;
    this.#needs.tell({ type: 'patch', patch: { conversation: { id, title } } });
    this.#needs.tell({ type: 'messages', messages: this.messages() });
  }
}

function shownRunning({ id, text, reasoning }: Running): ShownMessage {
  return {
    id,
    role: 'assistant',
    text,
    state: 'running',
    ...(reasoning === '' ? {} : { reasoning: { text: reasoning, ms: 0, open: text === '' } }),
  };
}

function usageOf({ result }: Answered, { model }: OpenedChat): NonNullable<AssistantEntry['usage']> {
  const { promptTokens, cachedTokens, computedTokens, generatedTokens, firstTokenMs, totalMs } = result;
  return { promptTokens, cachedTokens, computedTokens, generatedTokens, firstTokenMs, totalMs, model: model.name };
}

function countsOf({ result }: Answered): string {
  const { promptTokens, computedTokens, generatedTokens, finish, leftOutTurns, totalMs } = result;
  return `an answer: ${promptTokens} tokens of prompt, ${computedTokens} computed, ${generatedTokens} made in ${Math.round(totalMs)} ms, ${leftOutTurns} turns left out, ${finish}`;
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export type { ChatEngine };
