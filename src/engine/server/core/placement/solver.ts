/** HiGHS (https://highs.dev, compiled to WebAssembly) on a worker thread, started with the first program. */
import { Worker } from 'node:worker_threads';
import type { SolverOutcome, SolverTask } from './solverWorker.ts';

/** For one program; what was found by then counts. */
const SECONDS = 1.5;
/** For a thread that neither answers nor ends. */
const LATE_MS = 10_000;
/** The thread and its 10 MB go when no program came for so long. */
const IDLE_MS = 60_000;

export interface ProgramSolver {
  /** Never rejects: `nothing` says why. */
  solve(text: string): Promise<SolverOutcome>;
}

export class Solver implements ProgramSolver {
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #last = 0;

  async solve(text: string): Promise<SolverOutcome> {
    const id = ++this.#last;
    const worker = this.#start();
    const { promise, resolve } = Promise.withResolvers<SolverOutcome>();
    const answered = (outcome: SolverOutcome) => {
      if (outcome.id === id) resolve(outcome);
    };
    const lost = (why: string) => {
      if (this.#worker === worker) this.#worker = undefined;
      void worker.terminate();
      resolve({ id, found: 'nothing', why });
    };
    const failed = (error: Error) => lost(error.message);
    const ended = () => lost('the thread ended');
    const late = setTimeout(() => lost('it does not come to an end'), LATE_MS);
    worker.on('message', answered).once('error', failed).once('exit', ended);
    worker.ref();
    clearTimeout(this.#idle);
    worker.postMessage({ id, text, seconds: SECONDS } satisfies SolverTask);
    try {
      return await promise;
    } finally {
      clearTimeout(late);
      worker.off('message', answered).off('error', failed).off('exit', ended);
      worker.unref();
      this.#idle = setTimeout(() => this.close(), IDLE_MS).unref();
    }
  }

  close(): void {
    clearTimeout(this.#idle);
    void this.#worker?.terminate();
    this.#worker = undefined;
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    // Beside this file: in the sources, and in the bundle of the engine.
    const name = import.meta.url.endsWith('.ts') ? './solverWorker.ts' : './solverWorker.mjs';
    this.#worker = new Worker(new URL(name, import.meta.url));
    this.#worker.setMaxListeners(0);
    return this.#worker;
  }
}
