/**
 * One device and all models that compute on it: whose iteration is next. The classes of requests hold across models as
 * they do within one, so that a keystroke of one model waits for no chat of another; within a class, models get equal
 * time (start-time fair queueing, Goyal et al. 1996). Two iterations never run at once, as threads of a second would take
 * the cores of the first; but the end of one that a higher class wants to end keeps it waiting only where there are no
 * cores for both.
 */

/** Iterations that are shorter than this share a turn of the event loop, whose own cost would show beside theirs. */
const TURN_MS = 4;
/** Turns of the event loop between two of ours; and how long it has for messages after a long one. */
const MESSAGES = { turns: 2, ms: 0.3 };
const LONG_TURN_MS = 8;

/** Somebody who computes on the device: the loop of a model. */
export interface Contender {
  /** Class of what it would compute next, 0 is served first; undefined while it has nothing to do. */
  readonly rank: number | undefined;
  /** Runs one iteration. @returns how many ms it took; a promise, that never rejects, where it runs beside the event loop. */
  iterate(): number | Promise<number>;
  /**
   * Somebody of class `rank` waits: ends the iteration that runs beside the event loop, where that helps.
   * @returns true where it ends, or is about to, and others may compute beside what is left of it: the layer it is in, which
   * for the last one, with all tokens of the vocabulary, is a third of a small model's time.
   */
  stop(rank: number): boolean;
  /** Somebody else of class `rank` was served for so long. */
  stoodStill?(rank: number, ms: number): void;
}

interface Entry {
  readonly contender: Contender;
  rank: number | undefined;
  /** Time of the device since the contender came into its class, from where the others were then. */
  usedMs: number;
}

export class Arbiter {
  #entries: Entry[] = [];
  /** Of each class: where the one was that was served last. */
  readonly #clock: number[] = [];
  #running: Contender | undefined;
  /** Those beside the end of whose iteration others compute, and the lowest class that may. */
  readonly #ending = new Map<Contender, number>();
  #scheduled = false;
  #spoke = false;
  #longTurn = false;

  /** Something is computed, or about to be. */
  get busy(): boolean {
    return this.#scheduled || this.#running !== undefined || this.#ending.size > 0;
  }

  join(contender: Contender): void {
    this.#entries.push({ contender, rank: undefined, usedMs: 0 });
  }

  /** What the contender has running ends by itself; until then nobody else computes. */
  leave(contender: Contender): void {
    this.#entries = this.#entries.filter((entry) => entry.contender !== contender);
  }

  /** A contender has something of class `rank` to do that it did not have before. */
  arrived(rank: number): void {
    const running = this.#running;
    if (running?.stop(rank)) {
      this.#ending.set(running, rank);
      this.#running = undefined;
    }
    this.#wake();
  }

  /** Somebody waits for what an iteration came to: the turn ends with it, so that it is sent before the next is made. */
  spoke(): void {
    this.#spoke = true;
  }

  /**
   * Does `work` once, when its turn comes.
   * @param rank a function where it may rise while the work waits.
   * @param stop ends it early; called when a class above `rank` waits. They wait for its end.
   */
  async once(
    rank: number | (() => number),
    work: () => number | Promise<number>,
    stop: () => void = () => undefined,
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const rankNow = () => (typeof rank === 'number' ? rank : rank());
    const contender: Contender = {
      get rank() {
        return rankNow();
      },
      iterate: () => {
        this.leave(contender);
        try {
          const took = work();
          Promise.resolve(took).then(() => resolve(), reject);
          return typeof took === 'number' ? took : took.catch(() => 0);
        } catch (error) {
          reject(error);
          return 0;
        }
      },
      stop: (other) => {
        if (other < rankNow()) stop();
        return false;
      },
    };
    this.join(contender);
    this.arrived(rankNow());
    await promise;
  }

  #wake(): void {
    if (this.#scheduled || this.#running || !this.#next()) return;
    this.#scheduled = true;
    this.#afterMessages(() => {
      this.#scheduled = false;
      this.#turn();
      this.#wake();
    });
  }

  #turn(): void {
    const started = performance.now();
    this.#spoke = false;
    for (let spent = 0; spent < TURN_MS && !this.#spoke; ) {
      const entry = this.#next();
      if (!entry) break;
      const { contender, rank } = entry;
      this.#clock[rank!] = entry.usedMs;
      this.#running = contender;
      const took = contender.iterate();
      if (typeof took !== 'number') {
        took.then((ms) => {
          this.#served(entry, rank!, ms);
          if (!this.#ending.delete(contender)) this.#running = undefined;
          this.#wake();
        });
        break;
      }
      this.#running = undefined;
      this.#served(entry, rank!, took);
      spent += took;
      if (took === 0) break;
    }
    this.#longTurn = performance.now() - started > LONG_TURN_MS;
  }

  #served(entry: Entry, rank: number, ms: number): void {
    entry.usedMs += ms;
    for (const { contender } of this.#entries) {
      if (contender !== entry.contender && !this.#ending.has(contender)) contender.stoodStill?.(rank, ms);
    }
  }

  /** The highest class; in it, who had least of the device. Undefined also while only an iteration that ends can go on to it. */
  #next(): Entry | undefined {
    let best: Entry | undefined;
    for (const entry of this.#entries) {
      const { rank } = entry.contender;
      if (rank !== entry.rank) {
        entry.rank = rank;
        entry.usedMs = rank === undefined ? 0 : (this.#clock[rank] ?? 0);
      }
      if (rank === undefined) continue;
      if (!best || rank < best.rank! || (rank === best.rank && this.#before(entry, best))) best = entry;
    }
    return best && this.#mayBegin(best) ? best : undefined;
  }

  #mayBegin({ contender, rank }: Entry): boolean {
    if (this.#ending.has(contender)) return false;
    for (const lowest of this.#ending.values()) if (rank! > lowest) return false;
    return true;
  }

  #before(one: Entry, other: Entry): boolean {
    const [ends, otherEnds] = [one, other].map(({ contender }) => this.#ending.has(contender));
    return ends === otherEnds ? one.usedMs < other.usedMs : !ends;
  }

  /**
   * Runs `next` when the messages that are there were taken in, so that no keystroke waits for an iteration more than it
   * has to: a message needs a turn of the event loop to be read, one to be handled, and comes in two pieces.
   */
  #afterMessages(next: () => void): void {
    const until = this.#longTurn ? performance.now() + MESSAGES.ms : 0;
    const turn = (left: number): void => {
      setImmediate(() => (left > 0 || performance.now() < until ? turn(left - 1) : next()));
    };
    turn(MESSAGES.turns);
  }
}
