/** The thread that finds layouts: begun with the first question, ended when none came for a while. */
import { Worker } from 'node:worker_threads';
import { type Found, find, type Question } from './find.ts';
import type { FindAnswer, FindTask } from './findWorker.ts';

/** Beyond what a question may take, for a thread that neither answers nor ends. */
const LATE_MS = 20_000;
/** The solver's memory is given back when no question came for so long. */
const IDLE_MS = 60_000;

export type FindPlaces = (question: Question) => Promise<Found>;

export class Finder {
  readonly #log: (message: string) => void;
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #last = 0;

  /** @param log hears why the program was not solved. */
  constructor(log: (message: string) => void = () => {}) {
    this.#log = log;
  }

  /** Never rejects: where the thread fails, the simple rule's answer is all. */
  async find(question: Question): Promise<Found> {
    const id = ++this.#last;
    const worker = this.#started();
    const { promise, resolve } = Promise.withResolvers<FindAnswer | string>();
    const answered = (answer: FindAnswer) => {
      if (answer.id === id) resolve(answer);
    };
    const failed = (error: Error) => resolve(error.message);
    const ended = () => resolve('its thread ended');
    const late = setTimeout(() => resolve('it does not come to an end'), 1000 * question.seconds + LATE_MS);
    worker.on('message', answered).once('error', failed).once('exit', ended);
    worker.ref();
    worker.postMessage({ id, ...question } satisfies FindTask);
    try {
      const answer = await promise;
      const why = typeof answer === 'string' ? answer : answer.failed;
      if (why !== undefined) this.#log(`The placement was not optimised: ${why}.`);
      if (typeof answer !== 'string') return answer;
      this.close();
      return find(question);
    } finally {
      clearTimeout(late);
      worker.off('message', answered).off('error', failed).off('exit', ended);
      worker.unref();
    }
  }

  close(): void {
    clearTimeout(this.#idle);
    void this.#worker?.terminate();
    this.#worker = undefined;
  }

  #started(): Worker {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.close(), IDLE_MS).unref();
    // Beside this file: in the sources, and in the bundle of the engine.
    const name = import.meta.url.endsWith('.ts') ? './findWorker.ts' : './findWorker.mjs';
    this.#worker ??= new Worker(new URL(name, import.meta.url));
    return this.#worker;
  }
}
