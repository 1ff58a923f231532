/** The storage without a thread of its own: the same stores behind the same messages, delivered when the test says so. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { dispatch } from '../../../../../src/engine/server/storage/dispatcher.ts';
import type { Log } from '../../../../../src/engine/server/storage/messages.ts';
import { Storage } from '../../../../../src/engine/server/storage/storage.ts';
import { makeStores } from '../../../../../src/engine/server/storage/stores.ts';
import type { Line } from '../../../../../src/engine/server/storage/thread.ts';

const failing: Log = (_level, message) => assert.fail(message);

export class LocalStorage {
  readonly storage: Storage;
  readonly #toStores: unknown[] = [];
  readonly #toEngine: unknown[] = [];
  #serve: (message: unknown) => void = () => undefined;
  #take: (message: unknown) => void = () => undefined;
  #lose: (why: string) => void = () => undefined;
  /** Calls that were not answered yet. */
  #open = 0;

  constructor(log: Log = failing) {
    this.storage = new Storage({ log, connect: () => this.#connect() });
  }

  /** Delivers what is on its way, in both directions, until nothing is. */
  async settle(): Promise<void> {
    do {
      for (const message of this.#toStores.splice(0)) this.#serve(message);
      await turn();
      for (const message of this.#toEngine.splice(0)) this.#deliver(message);
      await turn();
    } while (this.#open > 0 || this.#toStores.length > 0 || this.#toEngine.length > 0);
  }

  /** The engine was killed: what was on its way to the stores never arrives. */
  kill(): void {
    this.#toStores.length = 0;
    this.#open = 0;
  }

  /** Closes the databases. */
  async close(): Promise<void> {
    const closed = this.storage.close();
    await this.settle();
    await closed;
  }

  /** The other side ends; what was on its way to it never arrives. */
  crash(): void {
    this.kill();
    this.#lose('it crashed');
  }

  #deliver(message: unknown): void {
    if (isAnswer(message)) this.#open--;
    this.#take(message);
  }

  #connect(): Line {
    const post = (queue: unknown[]) => (message: unknown, transfer: readonly ArrayBuffer[]) =>
      void queue.push(structuredClone(message, { transfer: [...transfer] }));
    const toStores = post(this.#toStores);
    dispatch(
      {
        post: post(this.#toEngine),
        listen: (take) => {
          this.#serve = take;
        },
      },
      makeStores,
      () => undefined,
    );
    return {
      post: (message, transfer) => {
        if (isAnswer(message)) this.#open++;
        toStores(message, transfer);
      },
      listen: (take) => {
        this.#take = take;
      },
      onGone: (tell) => {
        this.#lose = tell;
      },
      hold: () => undefined,
      end: async () => undefined,
    };
  }
}

const isAnswer = (message: unknown): boolean => (message as { id?: number }).id !== undefined;
