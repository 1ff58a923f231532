/**
 * What one iteration costs on this machine, in milliseconds: learned when the model is opened, and corrected by every
 * iteration that runs.
 *
 *     ms(tokens, context) = pace * (rows(tokens) + attention * context)
 *
 * `rows` is a curve through one point for each of 1, 2, 4 ... tokens: on a CPU it is flat while reading the weights is
 * what takes the time and then about linear, on a GPU flat for long. `context` is the sum, over the rows of the batch,
 * of the positions that each attends to. `pace` is how busy the machine is: it moves all costs alike.
 *
 * Each number is corrected by its share of the error and by how little is known of it: a scalar Kalman filter on its
 * logarithm, because what is wrong is wrong by a factor.
 */

/** Before anything was measured: a small model on a laptop. */
const PRIOR = { fixedMs: 5, tokenMs: 0.7, attentionMs: 2e-4 };
/** Variance of the logarithm of what is not known yet, and what it never falls below: costs change. */
const DOUBT = { pace: 4, point: 1, attention: 3, leastPace: 5e-4, leastPoint: 2e-3, leastAttention: 5e-3 };
/** Variance of the measurements' own noise (of its logarithm). */
const NOISE = 0.2 ** 2;
/** A measurement further off than so many standard deviations counts as one of them. */
const OUTLIER = 3;
/** So many of them in a row on the same side are no noise: the machine has become slower, or faster. */
const NEWS = 3;

export class LatencyProfile {
  /** Milliseconds at 1, 2, 4 ... tokens, the batch's length, and last of the attention. */
  readonly #cost: Float64Array;
  readonly #points: Float64Array;
  readonly #doubt: Float64Array;
  #pace = 1;
  #paceDoubt = DOUBT.pace;
  /** Measurements cut off in a row; negative when they were too low. */
  #streak = 0;

  /** @param batchTokens longest batch of the backend, in tokens. */
  constructor(batchTokens: number) {
    const points = [1];
    for (let tokens = 2; tokens < batchTokens; tokens *= 2) points.push(tokens);
    points.push(Math.max(2, batchTokens));
    this.#points = Float64Array.from(points);
    const rows = points.map((tokens) => PRIOR.fixedMs + PRIOR.tokenMs * tokens);
    this.#cost = Float64Array.from([...rows, PRIOR.attentionMs]);
    this.#doubt = Float64Array.from([...rows.map(() => DOUBT.point), DOUBT.attention]);
  }

  /**
   * Milliseconds that an iteration will probably take.
   * @param tokens rows in the batch.
   * @param context sum over the rows of the positions each attends to: position + 1.
   */
  predict(tokens: number, context: number): number {
    return tokens <= 0 ? 0 : this.#pace * (this.#rows(tokens) + this.#attention * context);
  }

  /** Takes in that an iteration (see {@link predict}) took `ms`. */
  observe(tokens: number, context: number, ms: number): void {
    if (tokens < 1 || !(ms > 0 && ms < Number.POSITIVE_INFINITY)) return;
    const at = this.#segment(tokens);
    const last = this.#cost.length - 1;
    const share = this.#share(at, tokens);
    const predicted = this.predict(tokens, context);
    const part = this.#pace / predicted;
    const slopes: [number, number][] = [
      [at, (1 - share) * this.#cost[at]! * part],
      [at + 1, share * this.#cost[at + 1]! * part],
      [last, this.#attention * context * part],
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
      const least = i === last ? DOUBT.leastAttention : DOUBT.leastPoint;
      this.#doubt[i] = Math.max(least, this.#doubt[i]! * (1 - gain * slope));
    }
    // The curve never falls: what was just measured stands, and pushes what is only remembered.
    const anchor = share < 0.5 ? at : at + 1;
    for (let i = anchor - 1; i >= 0; i--) this.#cost[i] = Math.min(this.#cost[i]!, this.#cost[i + 1]!);
    for (let i = anchor + 1; i < last; i++) this.#cost[i] = Math.max(this.#cost[i]!, this.#cost[i - 1]!);
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
    let fits = 0;
    let tooMany = Math.max(0, Math.floor(most)) + 1;
    while (tooMany - fits > 1) {
      const chunk = (fits + tooMany) >>> 1;
      if (this.predict(tokens + chunk, context + contextOf(start, chunk)) <= budgetMs) fits = chunk;
      else tooMany = chunk;
    }
    return fits;
  }

  /** Milliseconds for `tokens` of a prompt from position `start` on, computed alone in chunks of at most `chunk`. */
  prompt(tokens: number, start: number, chunk: number): number {
    if (tokens <= 0) return 0;
    const whole = Math.floor(tokens / chunk);
    const rest = tokens - whole * chunk;
    const rows = (whole > 0 ? whole * this.#rows(chunk) : 0) + (rest > 0 ? this.#rows(rest) : 0);
    return this.#pace * (rows + this.#attention * contextOf(start, tokens));
  }

  /** Points that were never measured go with the one beside them. */
  #correct(at: number, factor: number): void {
    const last = this.#cost.length - 1;
    this.#cost[at]! *= factor;
    if (at === last) return;
    for (let i = at + 1; i < last && this.#doubt[i] === DOUBT.point; i++) this.#cost[i]! *= factor;
    for (let i = at - 1; i >= 0 && this.#doubt[i] === DOUBT.point; i--) this.#cost[i]! *= factor;
  }

  get #attention(): number {
    return this.#cost[this.#cost.length - 1]!;
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

/** Sum of the positions that `tokens` rows attend to, the first of them at position `start`. */
export function contextOf(start: number, tokens: number): number {
  return tokens * start + (tokens * (tokens + 1)) / 2;
}
