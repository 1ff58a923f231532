/**
 * Runs chat templates. A template comes with a model file and is a stranger's program: it may loop for ever, or grow until
 * there is no memory left. So it runs on a thread with a small heap, and the thread is ended when its time is over; the
 * event loop serves keys meanwhile.
 */
import { Worker } from 'node:worker_threads';
import type { TemplateOutcome, TemplateTask } from './templateWorker.ts';

export interface RendererLimits {
  /** For one rendering, once the thread runs. */
  deadlineMs: number;
  heapMegabytes: number;
  /** Of the text, in UTF-16 units. */
  longest: number;
}

/** Real templates take a few milliseconds, and make little more than the messages. */
export const LIMITS: RendererLimits = { deadlineMs: 3_000, heapMegabytes: 128, longest: 8 << 20 };
/** For the thread to begin. */
const START_MS = 20_000;

/** The template, or its parser, says no; `message` is in its own words, which are about the order of roles. */
export class TemplateRefusal extends Error {}
/** The template was stopped. `message` ends a sentence that begins with it. */
export class TemplateUnbounded extends Error {}

export class TemplateRenderer {
  readonly #limits: RendererLimits;
  #worker: Worker | undefined;
  /** Ends when the last task that was given does. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(limits: Partial<RendererLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits };
  }

  /**
   * One after the other, so that one task's time is its own.
   * @throws TemplateRefusal, TemplateUnbounded
   */
  render(template: string, variables: Record<string, unknown>): Promise<string> {
    const { longest } = this.#limits;
    const result = this.#last.then(() => this.#run({ template, variables, longest }));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #run(task: TemplateTask): Promise<string> {
    const { deadlineMs, heapMegabytes } = this.#limits;
    if (!this.#worker) {
      this.#worker = this.#start(heapMegabytes);
      await this.#next(this.#worker, START_MS, 'does not begin');
    }
    this.#worker.postMessage(task);
    const outcome = await this.#next(this.#worker, deadlineMs, 'does not come to an end');
    if (outcome === 'tooLong') throw new TemplateUnbounded('makes a text without end');
    if ('refused' in outcome) throw new TemplateRefusal(outcome.refused);
    return outcome.text;
  }

  /** What the worker says next. One that says nothing in time, or dies, is replaced for the next task. */
  async #next(worker: Worker, ms: number, late: string): Promise<TemplateOutcome> {
    const { promise, resolve, reject } = Promise.withResolvers<TemplateOutcome>();
    const timer = setTimeout(() => reject(new TemplateUnbounded(late)), ms);
    const onError = () => reject(new TemplateUnbounded('takes all memory that it is given'));
    worker.once('message', resolve).once('error', onError).once('exit', onError);
    worker.ref();
    try {
      return await promise;
    } catch (error) {
      this.#worker = undefined;
      void worker.terminate();
      throw error;
    } finally {
      clearTimeout(timer);
      worker.off('message', resolve).off('error', onError).off('exit', onError);
      worker.unref();
    }
  }

  #start(heapMegabytes: number): Worker {
    // Beside this file: in the sources, and in the bundle of the engine.
    const name = import.meta.url.endsWith('.ts') ? './templateWorker.ts' : './templateWorker.mjs';
    const worker = new Worker(new URL(name, import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
      env: {},
    });
    const gone = () => {
      if (this.#worker === worker) this.#worker = undefined;
    };
    return worker.on('error', gone).on('exit', gone);
  }
}
