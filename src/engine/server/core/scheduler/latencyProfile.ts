/**
 * What one iteration costs on this machine, in milliseconds: learned when the model is opened, and corrected by every
 * iteration that runs.
 *
 *     ms(tokens, context) = pace * (rows(tokens) + attention * tiled(tokens) * context)
 *
 * `rows` is a curve through one point for each of 1, 2, 4 ... tokens: on a CPU it is flat while reading the weights is
 * what takes the time and then about linear, on a GPU flat for long. `context` is the sum, over the rows of the batch,
 * of the positions that each attends to; `tiled` is 1, and where there are tiles a fraction in a batch of {@link TILED}
 * rows or more, for all of which a position is read at once. `pace` is how busy the machine is: it moves all costs alike.
 *
 * Each number is corrected by its share of the error and by how little is known of it: a scalar Kalman filter on its
 * logarithm, because what is wrong is wrong by a factor.
 */

import type { DecodeBackend } from '../backend.ts';

/**
 * From so many rows on ggml's CPU computes attention in tiles (`GGML_FA_TILE_Q`), where keys and values are floats. Measured
 * with the bundled model behind 768 tokens on the average: 2.4 ms a token in batches of 32, 0.9 in batches of 64.
 */
export const TILED = 64;
/**
 * Before anything was measured: a small model on a laptop. Tiles save no less than half wherever they were measured (.14 to
 * .4 is left), so no more is believed: on a busy machine a few slow ones would say that they save nothing, none would be
 * tried again, and a prompt cost five times what it must.
 */
const PRIOR = { fixedMs: 5, tokenMs: 0.7, attentionMs: 2e-4, tiledShare: 0.5 };
/** Variance of the logarithm of what is not known yet, and what it never falls below: costs change. */
const DOUBT = { pace: 4, point: 1, attention: 3, tiled: 1, leastPace: 5e-4, leastPoint: 2e-3, leastAttention: 5e-3 };
/** Added to the variance of a point that was only reckoned from those beside it. */
const BETWEEN = 0.05;
/** Variance of the measurements' own noise (of its logarithm). */
const NOISE = 0.2 ** 2;
/** A measurement further off than so many standard deviations counts as one of them. */
const OUTLIER = 3;
/** So many of them in a row on the same side are no noise: the machine has become slower, or faster. */
const NEWS = 3;

export class LatencyProfile {
  /** Milliseconds at 1, 2, 4 ... tokens, the batch's length, then of the attention, and last the share of it that is left in tiles. */
  readonly #cost: Float64Array;
  readonly #points: Float64Array;
  readonly #doubt: Float64Array;
  #pace = 1;
  #paceDoubt = DOUBT.pace;
  /** Measurements cut off in a row; negative when they were too low. */
  #streak = 0;

  readonly #tiles: boolean;

  /** @param backend its longest batch, in tokens, and whether long ones are computed in tiles. */
  constructor({ batchTokens, tiles }: Pick<DecodeBackend, 'batchTokens' | 'tiles'>) {
    this.#tiles = tiles;
    const points = [1];
    for (let tokens = 2; tokens < batchTokens; tokens *= 2) points.push(tokens);
    points.push(Math.max(2, batchTokens));
    this.#points = Float64Array.from(points);
    const rows = points.map((tokens) => PRIOR.fixedMs + PRIOR.tokenMs * tokens);
    const { attentionMs, tiledShare } = PRIOR;
    this.#cost = Float64Array.from([...rows, attentionMs, tiledShare]);
    this.#doubt = Float64Array.from([...rows.map(() => DOUBT.point), DOUBT.attention, DOUBT.tiled]);
  }

  /**
   * Milliseconds that an iteration will probably take.
   * @param tokens rows in the batch.
   * @param context sum over the rows of the positions each attends to: position + 1.
   */
  predict(tokens: number, context: number): number {
    return tokens <= 0 ? 0 : this.#pace * (this.#rows(tokens) + this.#attention(tokens) * context);
  }

  /** Takes in that an iteration (see {@link predict}) took `ms`. */
  observe(tokens: number, context: number, ms: number): void {
    if (tokens < 1 || !(ms > 0 && ms < Number.POSITIVE_INFINITY)) return;
    const at = this.#segment(tokens);
    const { length } = this.#points;
    const share = this.#share(at, tokens);
    const predicted = this.predict(tokens, context);
    const part = this.#pace / predicted;
    const slopes: [number, number][] = [
      [at, (1 - share) * this.#cost[at]! * part],
      [at + 1, share * this.#cost[at + 1]! * part],
      [length, this.#attention(tokens) * context * part],
      [length + 1, this.#inTiles(tokens) ? this.#attention(tokens) * context * part : 0],
    ];
    const known = slopes.reduce((sum, [i, slope]) => sum + slope ** 2 * this.#doubt[i]!, NOISE);
    let variance = known + this.#paceDoubt;
    let error = Math.log(ms / predicted);
    const limit = Math.sqrt(variance);
    if (Math.abs(error) <= OUTLIER * limit) this.#streak = 0;
    else {
      const side = Math.sign(error);
      this.#streak = this.#streak * side > 0 ? this.#streak + side : side;
      if (Math.abs(this.#streak) >= NEWS) {
        this.#paceDoubt = DOUBT.pace;
        variance = known + this.#paceDoubt;
      } else error = side * limit;
    }
    this.#pace *= Math.exp((this.#paceDoubt / variance) * error);
    this.#paceDoubt = Math.max(DOUBT.leastPace, this.#paceDoubt * (1 - this.#paceDoubt / variance));
    for (const [i, slope] of slopes) {
      const gain = (this.#doubt[i]! * slope) / variance;
      this.#correct(i, Math.exp(gain * error));
      const least = i < length ? DOUBT.leastPoint : DOUBT.leastAttention;
      this.#doubt[i] = Math.max(least, this.#doubt[i]! * (1 - gain * slope));
    }
    if (this.#tiles) {
      this.#settle();
      this.#level();
    } else this.#push(share < 0.5 ? at : at + 1);
  }

  /** The curve never falls: what was just measured stands, and pushes what is only remembered. */
  #push(moved: number): void {
    const { length } = this.#points;
    for (let i = moved - 1; i >= 0; i--) this.#cost[i] = Math.min(this.#cost[i]!, this.#cost[i + 1]!);
    for (let i = moved + 1; i < length; i++) this.#cost[i] = Math.max(this.#cost[i]!, this.#cost[i - 1]!);
  }

  /**
   * How many prompt tokens fit into an iteration.
   * @param budgetMs what the iteration may take in all.
   * @param tokens rows that are already in the batch.
   * @param context their context.
   * @param start position of the first of the prompt tokens.
   * @param most how many are wanted at most.
   * @returns 0 when not even one fits.
   */
  largestChunk(budgetMs: number, tokens: number, context: number, start: number, most: number): number {
    const end = Math.max(0, Math.floor(most)) + 1;
    const fitsIn = (chunk: number) => this.predict(tokens + chunk, context + contextOf(start, chunk)) <= budgetMs;
    // A batch in tiles may cost less than a shorter one without.
    const tiled = Math.max(1, TILED - tokens);
    let [fits, tooMany] = tiled < end && fitsIn(tiled) ? [tiled, end] : [0, Math.min(tiled, end)];
    while (tooMany - fits > 1) {
      const chunk = (fits + tooMany) >>> 1;
      if (fitsIn(chunk)) fits = chunk;
      else tooMany = chunk;
    }
    return fits;
  }

  /** Milliseconds for `tokens` of a prompt from position `start` on, computed alone in chunks of at most `chunk`. */
  prompt(tokens: number, start: number, chunk: number): number {
    if (tokens <= 0) return 0;
    const whole = Math.floor(tokens / chunk);
    const done = whole * chunk;
    const rest = tokens - done;
    const long = whole > 0 ? whole * this.#rows(chunk) + this.#attention(chunk) * contextOf(start, done) : 0;
    const short = rest > 0 ? this.#rows(rest) + this.#attention(rest) * contextOf(start + done, rest) : 0;
    return this.#pace * (long + short);
  }

  /** What lies between two measured points is known nearly as well as they are. */
  #settle(): void {
    const { length } = this.#points;
    const measured = (i: number) => i >= 0 && i < length && this.#doubt[i]! < DOUBT.point;
    for (let i = 1; i < length - 1; i++) {
      if (measured(i) || !measured(i - 1)) continue;
      let end = i + 1;
      while (end < length && !measured(end)) end++;
      if (end === length) return;
      const [from, to] = [this.#points[i - 1]!, this.#points[end]!];
      const share = (this.#points[i]! - from) / (to - from);
      this.#cost[i] = this.#cost[i - 1]! + share * (this.#cost[end]! - this.#cost[i - 1]!);
      this.#doubt[i] = Math.max(this.#doubt[i - 1]!, this.#doubt[end]!) + BETWEEN;
    }
  }

  /**
   * Nor does it here: points that are in the way of each other become alike, each by how well it is known (pool adjacent
   * violators). On the processor that the editor needs too, one batch that was hindered would otherwise make all longer ones
   * dear.
   */
  #level(): void {
    const { length } = this.#points;
    /** Points from here on that are alike: their weight, and the sum of their logarithms by weight. */
    const pools: { from: number; weight: number; sum: number }[] = [];
    for (let i = 0; i < length; i++) {
      const weight = 1 / this.#doubt[i]!;
      const pool = { from: i, weight, sum: weight * Math.log(this.#cost[i]!) };
      for (let before = pools.at(-1); before && mean(before) > mean(pool); before = pools.at(-1)) {
        pools.pop();
        pool.from = before.from;
        pool.weight += before.weight;
        pool.sum += before.sum;
      }
      pools.push(pool);
    }
    pools.forEach((pool, at) => {
      const { from } = pool;
      const to = pools[at + 1]?.from ?? length;
      const below = from === 0 ? 0 : this.#cost[from - 1]!;
      if (to - from > 1) this.#cost.fill(Math.max(below, Math.exp(mean(pool))), from, to);
      else this.#cost[from] = Math.max(below, this.#cost[from]!);
    });
  }

  /** Points that were never measured go with the one beside them. */
  #correct(at: number, factor: number): void {
    const { length } = this.#points;
    this.#cost[at]! *= factor;
    if (at > length) this.#cost[at] = Math.min(this.#cost[at]!, PRIOR.tiledShare);
    if (at >= length) return;
    for (let i = at + 1; i < length && this.#doubt[i] === DOUBT.point; i++) this.#cost[i]! *= factor;
    for (let i = at - 1; i >= 0 && this.#doubt[i] === DOUBT.point; i--) this.#cost[i]! *= factor;
  }

  /** Milliseconds for each position that a row of such a batch attends to. */
  #attention(tokens: number): number {
    const { length } = this.#points;
    return this.#cost[length]! * (this.#inTiles(tokens) ? this.#cost[length + 1]! : 1);
  }

  #inTiles(tokens: number): boolean {
    return this.#tiles && tokens >= TILED;
  }

  /** Index of the point that begins the stretch of the curve where `tokens` lies; the last stretch goes on for ever. */
  #segment(tokens: number): number {
    return Math.min(31 - Math.clz32(tokens), this.#points.length - 2);
  }

  /** Weight of the end of a stretch at `tokens`; its beginning has the rest. */
  #share(at: number, tokens: number): number {
    const begin = this.#points[at]!;
    return (tokens - begin) / (this.#points[at + 1]! - begin);
  }

  #rows(tokens: number): number {
    const at = this.#segment(tokens);
    const begin = this.#cost[at]!;
    return begin + this.#share(at, tokens) * (this.#cost[at + 1]! - begin);
  }
}

const mean = ({ weight, sum }: { weight: number; sum: number }): number => sum / weight;

/** Sum of the positions that `tokens` rows attend to, the first of them at position `start`. */
export function contextOf(start: number, tokens: number): number {
  return tokens * start + (tokens * (tokens + 1)) / 2;
}
