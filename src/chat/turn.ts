/**
 * One question being answered: the model is asked, and again with what the tools gave, where it has any. Each of its answers is
 * a step; what is known of it is kept while it is written, so that a crash loses next to nothing.
 */
import { randomUUID } from 'node:crypto';
import { answer } from './answer.ts';
import type { AssistantEntry } from './conversation/entries.ts';
import type { Conversation } from './conversation/tree.ts';
import { copyFor, type TextOf } from './copied.ts';
import type { Question } from './draft.ts';
import type { ChatEngine, EngineChat, OpenedChat } from './engineChat.ts';
import { wordsOf } from './errorWords.ts';
import type { Planner } from './plan.ts';
import { toolResult } from './prompt/messages.ts';
import { countsOf, newStep, type Step, shownStep, unfinishedWords, usageOf } from './step.ts';
import { decideTools } from './toolList.ts';
import { type LoopMessage, type LoopTool, type Piece, runTools } from './tools/loop.ts';
import { abilitiesOf } from './tools/specs.ts';
import type { ParsedCall } from './tools/tool.ts';
import type { ShownMessage, TurnShown } from './view/protocol.ts';

export interface TurnNeeds {
  engine: ChatEngine;
  planner: Planner;
  /** What tools do, of those that the planner tells of. */
  tools: readonly LoopTool[];
  /** Asks the person whether a tool may do this. */
  confirm(call: ParsedCall): Promise<boolean>;
  /** How bold answers are: 0 is always the most likely one. */
  temperature(): number;
  /** Reads files that SEARCH parts are copied from. */
  textOf: TextOf;
  /** Answers by what a search finds, where no model can: Markdown. */
  search(question: Question, signal: AbortSignal): Promise<string>;
  /** Whether an error means that there is no model to ask. */
  isWithoutModel(error: unknown): boolean;
  /** Writes to the output channel; never what was asked or answered. */
  log(line: string): void;
}

/** What the turn tells of itself. */
export interface TurnEvents {
  onTurn(turn: TurnShown): void;
  /** The answer that is being written has grown by this. */
  onDelta(id: string, text: string, reasoning: string): void;
  /** The answer that is being written is another one, or reads differently. */
  onMessage(message: ShownMessage): void;
  /** Entries were appended. */
  onEntries(): void;
}

/** Second answers are to be others. */
const AGAIN_TEMPERATURE = 0.8;
/** What is known of an answer is kept so often. */
const PIECE_MS = 500;

export class Turn {
  readonly #needs: TurnNeeds;
  readonly #chat: EngineChat;
  readonly #conversation: Conversation;
  readonly #events: TurnEvents;
  readonly #again: boolean;
  readonly #abort = new AbortController();
  /** The last message of it that is kept. */
  #parent: string;
  #step: Step | undefined = newStep();
  /** Why the last answer has no end of its own, in words. */
  #unfinished: string | undefined;
  #opened: OpenedChat | undefined;

  /** @param parent what is answered. @param again there is an answer: this one is to be another. */
  constructor(
    needs: TurnNeeds,
    of: { chat: EngineChat; conversation: Conversation; parent: string; again: boolean },
    events: TurnEvents,
  ) {
    this.#needs = needs;
    this.#events = events;
    this.#chat = of.chat;
    this.#conversation = of.conversation;
    this.#parent = of.parent;
    this.#again = of.again;
  }

  get stopped(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Ends it at once; what there is of it stays. */
  stop(): void {
    this.#abort.abort();
  }

  /** The answer that is being written; undefined while a tool works. */
  get shown(): ShownMessage | undefined {
    return this.#step && shownStep(this.#step);
  }

  /** To its end. Never rejects: what goes wrong is in the conversation. */
  async run(): Promise<void> {
    const { signal } = this.#abort;
    const { planner, tools, confirm, engine } = this.#needs;
    const timer = setInterval(() => this.#keepPiece(), PIECE_MS);
    try {
      const opened = await this.#chat.open();
      this.#opened = opened;
      if (signal.aborted) return this.#finish('stopped');
      this.#decide(opened);
      const names = planner.tools(opened, this.#conversation).map(({ name }) => name);
      const { model, contextTokens } = opened;
      const { finish, words } = await runTools({
        ask: (_, ended) => this.#ask(opened, ended),
        tools: tools.filter(({ spec }) => names.includes(spec.name)),
        confirm: (call) => {
          this.#wait('It waits for you to agree');
          return confirm(call);
        },
        limits: { turns: abilitiesOf(model.parameters).turns, contextTokens },
        count: async (text) =>
          (await engine.countTokens({ model: model.id, texts: [toolResult('search', text)] })).texts[0]!,
        signal,
        onText: (text) => this.#grow(text, ''),
        onTurned: () => this.#turned(),
        onMessage: (message) => this.#keep(message),
        onCall: (call, outcome) => outcome === undefined && this.#wait(`Using ${call.name}`),
        onWait: (wait) => this.#wait(wait),
      });
      if (finish === 'cancelled') this.#finish('stopped');
      else if (words !== undefined) this.#note(words);
      else if (this.#unfinished !== undefined) this.#note(this.#unfinished);
    } catch (error) {
      await this.#failed(error);
    } finally {
      clearInterval(timer);
    }
  }

  /** The tools of this conversation, where the model is the first one, or another one. */
  #decide(opened: OpenedChat): void {
    const { planner } = this.#needs;
    const { entry, words } = decideTools(this.#conversation, opened.model, planner.tools(opened, this.#conversation));
    if (entry) this.#conversation.append(entry);
    if (words !== undefined) this.#note(words);
  }

  /** The next answer, to all that is kept. */
  async *#ask(opened: OpenedChat, ended: AbortSignal): AsyncGenerator<Piece> {
    const { engine, planner, temperature } = this.#needs;
    const again = this.#again;
    if (!this.#step) {
      this.#step = newStep();
      this.#events.onMessage(shownStep(this.#step));
    }
    const step = this.#step;
    const { messages, maxTokens, compaction } = await planner.plan(opened, this.#conversation, { to: this.#parent });
    if (compaction) {
      this.#append({ ...compaction, parent: this.#parent });
      this.#events.onEntries();
    }
    this.#wait('Others are served first');
    const copy = await copyFor(opened, this.#conversation.branch(this.#parent).messages, this.#needs.textOf);
    const sampling = {
      ...(copy ? { copy } : {}),
      temperature: Math.max(temperature(), again ? AGAIN_TEMPERATURE : 0),
      topP: 0.9,
      minP: 0.05,
      seed: again ? Math.floor(Math.random() * 2 ** 31) : 1,
    };
    const enough = new AbortController();
    let asked = Promise.resolve();
    // What comes is told as it comes; who has read enough ends the answer, and waits for its end.
    yield* new ReadableStream<Piece>({
      start: (pieces) => {
        const { conversation } = opened;
        asked = answer(
          engine,
          { conversation, messages, maxTokens, sampling },
          AbortSignal.any([ended, enough.signal]),
          {
            onTurn: this.#events.onTurn,
            onText: (text, reasoning) => {
              if (reasoning !== '') this.#grow('', reasoning);
              if (text !== '' && !enough.signal.aborted) pieces.enqueue(text);
            },
            onTurned: (text, reasoning) => {
              step.reasoning = reasoning;
              if (!enough.signal.aborted) pieces.enqueue({ turned: text });
            },
          },
        ).then(
          (answered) => {
            step.answered = answered;
            this.#unfinished = unfinishedWords(answered);
            if (!enough.signal.aborted) pieces.close();
          },
          (error) => pieces.error(error),
        );
      },
      cancel: () => {
        enough.abort();
        return asked;
      },
    });
  }

  /** A message of the loop, into the conversation. */
  #keep({ role, content, call, words }: LoopMessage): void {
    const placed = { id: randomUUID(), parent: this.#parent, at: Date.now() };
    if (role === 'tool') {
      const about = { name: call?.name ?? '', toolCallId: call?.id ?? '' };
      this.#append({ type: 'tool', ...placed, ...about, text: content, ...(words === undefined ? {} : { words }) });
    } else this.#finish('whole', call && [call]);
    this.#events.onEntries();
  }

  #append(entry: Parameters<Conversation['append']>[0] & { id: string }): void {
    this.#conversation.append(entry);
    this.#parent = entry.id;
  }

  /** The step ends so. */
  #finish(state: AssistantEntry['state'], calls?: AssistantEntry['calls'], error?: string): void {
    const step = this.#step;
    this.#step = undefined;
    if (!step) return;
    const { id, answered } = step;
    const { text } = step;
    // Of one that was stopped no call is told again that it had begun, but the space is that many begin with: so its tokens
    // are known in the next turn.
    const isTold = state === 'whole' || answered?.text.trimStart() === text;
    const raw = isTold && answered?.text !== text ? answered?.text : undefined;
    const reasoning = answered?.reasoning ?? step.reasoning;
    if (answered) this.#needs.log(countsOf(answered));
    // Nothing came of it: there is no answer to keep.
    if (state === 'stopped' && text === '' && reasoning === '') return;
    this.#append({
      type: 'assistant',
      id,
      parent: this.#parent,
      at: Date.now(),
      text,
      state,
      ...(reasoning === '' ? {} : { reasoning: { text: reasoning, ms: answered?.reasoningMs ?? 0 } }),
      ...(raw === undefined ? {} : { raw }),
      ...(calls ? { calls } : {}),
      ...(answered && this.#opened ? { usage: usageOf(answered, this.#opened) } : {}),
      ...(error === undefined ? {} : { error }),
    });
  }

  async #failed(error: unknown): Promise<void> {
    const { signal } = this.#abort;
    const question = this.#conversation.message(this.#parent);
    if (this.#needs.isWithoutModel(error) && question?.type === 'user') {
      const text = await this.#needs.search(question, signal).catch(wordsOf);
      const id = this.#step?.id ?? randomUUID();
      this.#step = undefined;
      this.#append({ type: 'note', id, parent: this.#parent, at: Date.now(), text });
      return;
    }
    this.#needs.log(`an answer failed: ${wordsOf(error)}`);
    this.#step ??= newStep();
    this.#finish('failed', undefined, wordsOf(error));
  }

  #note(text: string): void {
    this.#append({ type: 'note', id: randomUUID(), parent: this.#parent, at: Date.now(), text });
    this.#events.onEntries();
  }

  #wait(words: string): void {
    this.#events.onTurn({ kind: 'waiting', words });
  }

  #grow(text: string, reasoning: string): void {
    const step = this.#step;
    if (!step) return;
    step.text += text;
    step.reasoning += reasoning;
    this.#events.onDelta(step.id, text, reasoning);
  }

  #turned(): void {
    const step = this.#step;
    if (!step) return;
    step.text = '';
    this.#events.onMessage(shownStep(step));
  }

  #keepPiece(): void {
    const step = this.#step;
    if (!step) return;
    const text = step.text.slice(step.kept.text);
    const reasoning = step.reasoning.slice(step.kept.reasoning);
    if (text === '' && reasoning === '') return;
    step.kept = { text: step.text.length, reasoning: step.reasoning.length };
    this.#conversation.append({ type: 'piece', id: step.id, parent: this.#parent, at: Date.now(), text, reasoning });
  }
}
