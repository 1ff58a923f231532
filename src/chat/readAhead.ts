/** What is done for a draft before it is sent: it is weighed, and the model reads it while nothing else is asked. */
import type { Conversation } from './conversation/tree.ts';
import type { Question, Weighed } from './draft.ts';
import type { ChatEngine, EngineChat } from './engineChat.ts';
import { wordsOf } from './errorWords.ts';
import type { Planner } from './plan.ts';
import type { Recall } from './recall.ts';

export interface ReadAheadNeeds {
  conversation: Conversation;
  engine: ChatEngine;
  planner: Planner;
  log(line: string): void;
}

export class ReadAhead {
  readonly #needs: ReadAheadNeeds;
  readonly #chat: EngineChat;
  readonly #recall: Recall;
  #reading: AbortController | undefined;

  constructor(needs: ReadAheadNeeds, chat: EngineChat, recall: Recall) {
    this.#needs = needs;
    this.#chat = chat;
    this.#recall = recall;
  }

  stop(): void {
    this.#reading?.abort();
  }

  /** @param editing the question in whose place it would be asked. @returns undefined where the signal came first. */
  async weigh(question: Question, editing: string | undefined, signal: AbortSignal): Promise<Weighed | undefined> {
    const opened = await this.#chat.open();
    if (signal.aborted) return undefined;
    const recalled = await this.#recall.draft(opened, question, editing, signal);
    if (signal.aborted) return undefined;
    return this.#needs.planner.weigh(opened, this.#needs.conversation, recalled, editing, signal);
  }

  /** Reads what a draft begins with, or, without one, what any next question will; ends what was read before. Never rejects. */
  async read(question?: Question, editing?: string, signal?: AbortSignal): Promise<void> {
    const { conversation, engine, planner, log } = this.#needs;
    this.stop();
    const reading = new AbortController();
    this.#reading = reading;
    const ended = signal ? AbortSignal.any([signal, reading.signal]) : reading.signal;
    try {
      const opened = await this.#chat.open();
      const recalled = question && (await this.#recall.draft(opened, question, editing, ended));
      if (ended.aborted) return;
      const turn = recalled ? { question: recalled, editing } : { next: true as const };
      const { messages } = await planner.plan(opened, conversation, turn);
      if (ended.aborted) return;
      await engine.readAhead({ conversation: opened.conversation, messages }, { signal: ended });
    } catch (error) {
      log(`reading ahead came to nothing: ${wordsOf(error)}`);
    }
  }
}
