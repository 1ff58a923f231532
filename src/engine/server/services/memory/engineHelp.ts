/** What the memory thread needs of the engine's models: vectors and text, and to know when it is in a person's way. */
import type { GenerateParams, GenerateResult } from '../../../protocol/index.ts';
import type { Models } from '../../core/models.ts';
import { RANK } from '../../core/scheduler/request.ts';
import { reasonOf } from '../../storage/databaseFile.ts';
import type { EmbeddingService } from '../embedding/service.ts';
import type { EngineAnswer, EngineQuestion, MemoryEvent, OpenModels } from './messages.ts';
import { isCapable } from './summaries/summaryModel.ts';

/** Work in the thread takes longer than this at a time, so that it need not be told sooner. */
const POLL_MS = 5;
/** So long after a key another is likely: the thread would take the processor from it, and from the editor that shows it. */
const TYPING_MS = 700;

export interface HelpOptions {
  models: Pick<Models, 'list' | 'embedders'>;
  embed: EmbeddingService['embed'];
  generate: (params: GenerateParams, signal: AbortSignal) => Promise<GenerateResult>;
  /** Whose pages are kept apart from those of others, and go with the memory; undefined: no workspace has it. */
  workspaceOf: (file: string) => string | undefined;
  /** Reaches the thread. */
  answer: (answer: EngineAnswer) => void;
}

export class EngineHelp {
  /** Not 0 while a request of a person runs, or somebody types; the thread reads it, too. */
  readonly busy = new Int32Array(new SharedArrayBuffer(4));
  readonly #options: HelpOptions;
  readonly #asks = new Map<number, AbortController>();
  #poll: NodeJS.Timeout | undefined;
  #typedAt = Number.NEGATIVE_INFINITY;

  constructor(options: HelpOptions) {
    this.#options = options;
  }

  get openModels(): OpenModels {
    const { models } = this.#options;
    const [open] = models.embedders();
    const writer = models.list().find(({ handle }) => isCapable(handle.info));
    return {
      vectors: open && { id: open.handle.info.id, dimensions: open.embedder.dimensions },
      writer: writer?.handle.info.id,
    };
  }

  /** A key was typed in a file. */
  typed(): void {
    this.#typedAt = performance.now();
  }

  /** Takes in what concerns models; other events are nothing to it. */
  hear(event: MemoryEvent): void {
    if (event.kind === 'working') this.#watch(event.on);
    else if (event.kind === 'unask') this.#asks.get(event.ask)?.abort();
    else if (event.kind === 'ask') void this.#answer(event.ask, event.question);
  }

  /** The thread ended: nobody waits for anything. */
  forget(): void {
    this.#watch(false);
    for (const ask of this.#asks.values()) ask.abort();
  }

  async #answer(ask: number, question: EngineQuestion): Promise<void> {
    const { answer } = this.#options;
    const stop = new AbortController();
    this.#asks.set(ask, stop);
    try {
      const result = await this.#resultOf(question, stop.signal);
      if (!stop.signal.aborted) answer({ ask, result });
    } catch (error) {
      if (!stop.signal.aborted) answer({ ask, error: reasonOf(error) });
    } finally {
      this.#asks.delete(ask);
    }
  }

  async #resultOf(question: EngineQuestion, signal: AbortSignal): Promise<unknown> {
    const { embed, generate, workspaceOf } = this.#options;
    if (question.what === 'vectors')
      return (await embed(question.model, question.texts, question.class, signal)).vectors;
    const { model, file, prompt, grammar, maxTokens } = question;
    const workspace = workspaceOf(file);
    if (workspace === undefined) throw new Error('The workspace was closed.');
    const asked = { messages: [{ role: 'user' as const, content: prompt }] };
    const sampling = { temperature: 0, grammar };
    const { text, promptTokens, generatedTokens } = await generate(
      { model, workspace, class: question.class, prompt: asked, maxTokens, sampling },
      signal,
    );
    return { text, tokens: promptTokens + generatedTokens };
  }

  /** Looks at the models while long work goes on in the thread. */
  #watch(on: boolean): void {
    clearInterval(this.#poll);
    Atomics.store(this.busy, 0, 0);
    if (!on) return;
    const look = () => {
      const runs = this.#options.models.list().some(({ loop }) => loop.busy && loop.rank !== RANK.background);
      const types = performance.now() - this.#typedAt < TYPING_MS;
      Atomics.store(this.busy, 0, runs || types ? 1 : 0);
    };
    this.#poll = setInterval(look, POLL_MS).unref();
    look();
  }
}
