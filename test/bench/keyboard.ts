/** Somebody who types in one file: each key asks for a suggestion, as the editor would, and ends the one before it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TimedGenerator, type Times } from '../../src/cli/timed.ts';
import { Completer } from '../../src/completion/completer.ts';
import { pinDocumentsNotification } from '../../src/engine/protocol/index.ts';
import type { Random } from '../traces/random.ts';
import type { Bed } from './bed.ts';
import { corpus } from './corpus.ts';

/**
 * UTF-16 units before and behind the cursor: some 800 tokens. What is before it stays inside the window of the smallest
 * context while {@link TYPED} is typed.
 */
const BEFORE = 1_800;
const BEHIND = 600;
/** After so many units they are taken back, and typed again. */
const TYPED = 120;
const MAX_TOKENS = 16;
const PATH = 'src/typed.ts';
/** From one key to the next. */
const GAP_MS = { least: 150, most: 300 };

/** A key that was pressed. */
export interface Key {
  /** Resolves with the first text, or when there will be none. */
  answered: Promise<void>;
  /** Resolves at the end of the request. */
  times: Promise<Times>;
  /** Nobody waits for it any more. */
  giveUp(): void;
}

export class Keyboard {
  readonly #bed: Bed;
  readonly #random: Random;
  readonly #name: string;
  readonly #start: number;
  #workspace = '';
  #typed = 0;

  /** @param name keyboards of different names share nothing in the engine's cache. @param start of the file in the corpus. */
  constructor(bed: Bed, name: string, start: number, random: Random) {
    this.#bed = bed;
    this.#name = name;
    this.#random = random;
    this.#start = corpus().indexOf('\n', start % (corpus().length - BEFORE - TYPED - BEHIND - 1_000)) + 1;
  }

  /** Opens the file and lets the engine read it, as it has when somebody begins to type. */
  async warm(): Promise<void> {
    const { client } = this.#bed;
    this.#workspace = await client.openWorkspace({ folder: null, name: this.#name, trusted: true });
    client.tell(pinDocumentsNotification, { workspace: this.#workspace, keys: [PATH] });
    await this.press().times;
  }

  /** Types one unit. */
  press(): Key {
    const cursor = this.#start + BEFORE + (this.#typed++ % TYPED);
    const end = this.#start + BEFORE + TYPED;
    const request = {
      path: PATH,
      prefix: corpus().slice(this.#start, cursor),
      suffix: `\n${corpus().slice(end, end + BEHIND)}`,
    };
    const generator = new TimedGenerator(this.#bed.client);
    const first = Promise.withResolvers<void>();
    const abort = new AbortController();
    const times = new Completer(generator)
      .complete(this.#bed.model, request, {
        workspace: this.#workspace,
        document: PATH,
        maxTokens: MAX_TOKENS,
        signal: abort.signal,
        onText: () => first.resolve(),
      })
      .then(() => generator.times!);
    times.then(
      () => first.resolve(),
      () => first.resolve(), // whoever awaits the times hears of it
    );
    return { answered: first.promise, times, giveUp: () => abort.abort() };
  }

  /** The pause between two keys. */
  async pause(): Promise<void> {
    await sleep(this.#random.integer(GAP_MS.least, GAP_MS.most));
  }
}
