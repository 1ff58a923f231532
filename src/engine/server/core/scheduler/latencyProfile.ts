/**
 * What one iteration costs on this machine, in milliseconds: learned when the model is opened, and corrected by every
 * iteration that runs.
 *
 *     ms(tokens, context) = rows(tokens) + attention * context
 *
 * `rows` is a curve through one point for each of 1, 2, 4 ... tokens: on a CPU it is flat while reading the weights is
 * what takes the time and then about linear, on a GPU flat for long. `context` is the sum, over the rows of the batch,
 * of the positions that each attends to.
 *
 * The points and the attention are the state of an extended Kalman filter (R. E. Kalman, 1960) over their logarithms;
 * a cost is positive, and what is wrong by a factor is wrong alike at every size. The covariance of the state says what
 * a measurement of one size tells about the others: that the machine became busy shows in a single decode, and moves
 * the whole curve. A single measurement far off is noise and counts for little (P. J. Huber, 1964), several on the
 * same side are news and count in full.
 */

/** Before anything was measured: a small model on a laptop. */
const PRIOR = { fixedMs: 5, tokenMs: 0.7, attentionMs: 2e-4 };
/** Variances of the logarithms before anything was measured: of all alike, of the curve's shape, of the attention. */
const VARIANCE = { common: 4, shape: 0.5, attention: 2 };
/** Over how many points of the curve an error in its shape reaches. */
const REACH = 3;
/**
 * With every measurement the covariance goes back by a share of the way to what it was at first, and all costs alike
 * may have changed by so much (a variance); several times as much on news.
 */
const DRIFT = { share: 1e-5, common: 4e-4 };
const DRIFT_ON_NEWS = { share: 0.02, common: 0.5 };
/** A measurement that is further off than `cut` standard deviations counts as one that is `counts` of them off. */
const OUTLIER = { cut: 3, counts: 1 };
/** So many of them in a row, on the same side, are news, and count as the least of them. */
const NEWS = 3;
/** Variance of the measurements' own noise (of its logarithm): at first, its bounds, and how fast it is learned. */
const NOISE = { first: 0.15 ** 2, least: 0.04 ** 2, most: 0.4 ** 2, rate: 0.03 };
/** Sizes that are measured when a model is opened: 1, this one, and from there on each so many times the one before. */
const FIRST_LONG = 16;
const GROWTH = 4;

export class LatencyProfile {
  readonly #batchTokens: number;
  /** Tokens at each point of the curve, ascending from 1. */
  readonly #points: Float64Array;
  /** Logarithms of the cost at each point, and last of the attention. */
  readonly #state: Float64Array;
  /** The same as milliseconds. */
  readonly #cost: Float64Array;
  readonly #covariance: Float64Array;
  readonly #prior: Float64Array;
  /** How the logarithm of the predicted time changes with the state. */
  readonly #slope: Float64Array;
  readonly #gain: Float64Array;
  #noise = NOISE.first;
  /** Measurements cut off in a row; negative when they were too low. */
  #streak = 0;
  /** How far off the least of them was. */
  #least = 0;

  /** @param batchTokens longest batch of the backend, in tokens. */
  constructor(batchTokens: number) {
    this.#batchTokens = batchTokens;
    const points = [1];
    for (let tokens = 2; tokens < batchTokens; tokens *= 2) points.push(tokens);
    points.push(Math.max(2, batchTokens));
    this.#points = Float64Array.from(points);
    this.#cost = Float64Array.from([
      ...points.map((tokens) => PRIOR.fixedMs + PRIOR.tokenMs * tokens),
      PRIOR.attentionMs,
    ]);
    this.#state = this.#cost.map(Math.log);
    const size = this.#state.length;
    this.#prior = Float64Array.from({ length: size * size }, (_, at) =>
      priorCovariance(size, Math.trunc(at / size), at % size),
    );
    this.#covariance = this.#prior.slice();
    this.#slope = new Float64Array(size);
    this.#gain = new Float64Array(size);
  }

  /**
   * Milliseconds that an iteration will probably take.
   * @param tokens rows in the batch.
   * @param context sum over the rows of the positions each attends to: position + 1.
   */
  predict(tokens: number, context: number): number {
    if (tokens <= 0) return 0;
    return this.#rows(tokens) + this.#attention * context;
  }

  /** Takes in that an iteration (see {@link predict}) took `ms`. */
  observe(tokens: number, context: number, ms: number): void {
    if (tokens < 1 || !(ms > 0 && ms < Number.POSITIVE_INFINITY)) return;
    const at = this.#segment(tokens);
    const predicted = this.predict(tokens, context);
    const share = this.#share(at, tokens);
    const last = this.#state.length - 1;
    this.#slope.fill(0);
    this.#slope[at] = ((1 - share) * this.#cost[at]!) / predicted;
    this.#slope[at + 1] = (share * this.#cost[at + 1]!) / predicted;
    this.#slope[last] = (this.#attention * context) / predicted;
    this.#correct(Math.log(ms / predicted), at);
    // The curve never falls: what was just measured stands, and pushes what is only remembered.
    const state = this.#state;
    const anchor = share < 0.5 ? at : at + 1;
    for (let i = anchor - 1; i >= 0; i--) state[i] = Math.min(state[i]!, state[i + 1]!);
    for (let i = anchor + 1; i < last; i++) state[i] = Math.max(state[i]!, state[i - 1]!);
    for (let i = 0; i <= last; i++) this.#cost[i] = Math.exp(state[i]!);
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
    return rows + this.#attention * contextOf(start, tokens);
  }

  /**
   * Measures batches of 1 and 16 tokens, and of 64, 256 ... for as long as the next one will probably end within the
   * budget, and takes in the shorter of two runs of each, or the one that there was time for. A run before them is not counted: it reads the weights from the disk.
   * @param run computes a new sequence of so many tokens; milliseconds, or `undefined` where it could not.
   */
  calibrate(run: (tokens: number) => number | undefined, budgetMs: number): void {
    const most = this.#batchTokens;
    if (run(1) === undefined) return;
    let left = budgetMs;
    for (let tokens = 1; ; tokens = Math.min(most, Math.max(FIRST_LONG, tokens * GROWTH))) {
      const context = contextOf(0, tokens);
      if (tokens > FIRST_LONG && this.predict(tokens, context) > left) return;
      const first = run(tokens);
      if (first === undefined) return;
      left -= first;
      const second = first <= left ? run(tokens) : undefined;
      left -= second ?? 0;
      this.observe(tokens, context, Math.min(first, second ?? first));
      if (tokens === most) return;
    }
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

  /** The filter's step, for a measurement whose logarithm is `error` above the predicted one's. */
  #correct(error: number, at: number): void {
    this.#drift(DRIFT);
    let variance = this.#weigh(at) + this.#noise;
    const size = this.#state.length;
    let counted = error;
    if (Math.abs(error) <= OUTLIER.cut * Math.sqrt(variance)) {
      this.#streak = 0;
      // Of a squared error this share is the noise's, by expectation.
      const noise = this.#noise + NOISE.rate * (this.#noise * (error ** 2 / variance) - this.#noise);
      this.#noise = Math.min(NOISE.most, Math.max(NOISE.least, noise));
    } else {
      const side = Math.sign(error);
      const follows = this.#streak * side > 0;
      this.#streak = follows ? this.#streak + side : side;
      this.#least = follows ? Math.min(this.#least, Math.abs(error)) : Math.abs(error);
      counted = side * OUTLIER.counts * Math.sqrt(variance);
      if (Math.abs(this.#streak) >= NEWS) {
        this.#drift(DRIFT_ON_NEWS);
        variance = this.#weigh(at) + this.#noise;
        counted = side * this.#least;
      }
    }
    for (let i = 0; i < size; i++) {
      const gain = this.#gain[i]! / variance;
      this.#state[i]! += gain * counted;
      for (let j = 0; j < size; j++) this.#covariance[i * size + j]! -= gain * this.#gain[j]!;
    }
  }

  /** Covariance of the state with the prediction, into `#gain`; the prediction's own variance. */
  #weigh(at: number): number {
    const size = this.#state.length;
    const last = size - 1;
    let variance = 0;
    for (let i = 0; i < size; i++) {
      const row = i * size;
      const weight =
        this.#covariance[row + at]! * this.#slope[at]! +
        this.#covariance[row + at + 1]! * this.#slope[at + 1]! +
        this.#covariance[row + last]! * this.#slope[last]!;
      this.#gain[i] = weight;
      variance += weight * this.#slope[i]!;
    }
    return variance;
  }

  #drift({ share, common }: { share: number; common: number }): void {
    const { length } = this.#covariance;
    for (let i = 0; i < length; i++) {
      this.#covariance[i]! += share * (this.#prior[i]! - this.#covariance[i]!) + common;
    }
  }
}

/** Positions that `tokens` rows attend to in all, the first of them at position `start`. */
function contextOf(start: number, tokens: number): number {
  return tokens * start + (tokens * (tokens + 1)) / 2;
}

function priorCovariance(size: number, i: number, j: number): number {
  const last = size - 1;
  if (i === last || j === last) return VARIANCE.common + (i === j ? VARIANCE.attention : 0);
  return VARIANCE.common + VARIANCE.shape * Math.exp(-Math.abs(i - j) / REACH);
}
