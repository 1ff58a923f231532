/** What a replay measured: one tally for each class of requests, and what the engine says of itself. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import type {
  GenerateResult,
  KvStatus,
  ModelInfo,
  Quantiles,
  RequestClass,
  SchedulerStatus,
} from '../engine/protocol/index.ts';
import { quantiles } from '../engine/quantiles.ts';
import type { Times } from './timed.ts';

export interface ClassReport {
  /** Requests that were sent; each has finished, was cancelled (or superseded), or failed. */
  count: number;
  finished: number;
  cancelled: number;
  failed: number;
  /** Of every request that got a token, whether it finished or not. */
  firstTokenMs: Quantiles;
  /** Of those that finished. */
  totalMs: Quantiles;
  /** Of those that were cancelled, too, as far as they got: a prompt that never ran was neither cached nor computed. */
  promptTokens: number;
  cachedTokens: number;
  computedTokens: number;
  generatedTokens: number;
}

const TOKENS = ['promptTokens', 'cachedTokens', 'computedTokens', 'generatedTokens'] as const;
const KV_KEYS = [
  'pageTokens',
  'pagesTotal',
  'pagesPeak',
  'allocatedCells',
  'filledCells',
  'logicalTokens',
  'physicalTokens',
  'evictions',
  'spills',
  'restores',
] as const satisfies (keyof KvStatus)[];
const SCHEDULER_KEYS = [
  'iterations',
  'preemptions',
  'superseded',
  'iterationMs',
] as const satisfies (keyof SchedulerStatus)[];

export interface ReplayReport extends Record<RequestClass, ClassReport> {
  kv: Pick<KvStatus, (typeof KV_KEYS)[number]>;
  scheduler: Pick<SchedulerStatus, (typeof SCHEDULER_KEYS)[number]>;
  machine: { cores: number; cpu: string; memoryGiB: number; node: string; device: string; model: string };
}

/** Counts and times of the requests of one class. */
export class Tally {
  readonly #firstTokens: number[] = [];
  readonly #totals: number[] = [];
  readonly #counts = { count: 0, finished: 0, cancelled: 0, failed: 0 };
  readonly #tokens = { promptTokens: 0, cachedTokens: 0, computedTokens: 0, generatedTokens: 0 };

  /** Requests that were sent and have not ended. */
  get running(): number {
    const { count, finished, cancelled, failed } = this.#counts;
    return count - finished - cancelled - failed;
  }

  get count(): number {
    return this.#counts.count;
  }

  sent(): void {
    this.#counts.count++;
  }

  ended(ending: 'finished' | 'cancelled', result: GenerateResult, { firstTokenMs, totalMs }: Times): void {
    this.#counts[ending]++;
    if (firstTokenMs !== null) this.#firstTokens.push(firstTokenMs);
    if (ending === 'finished') this.#totals.push(totalMs);
    for (const kind of TOKENS) this.#tokens[kind] += result[kind];
    if (ending === 'cancelled') {
      const reached = Math.min(result.promptTokens, result.cachedTokens + result.computedTokens);
      this.#tokens.promptTokens += reached - result.promptTokens;
    }
  }

  failed(): void {
    this.#counts.failed++;
  }

  report(): ClassReport {
    return {
      ...this.#counts,
      firstTokenMs: quantiles(this.#firstTokens),
      totalMs: quantiles(this.#totals),
      ...this.#tokens,
    };
  }
}

export type Tallies = Record<RequestClass, Tally>;

/** @param status the engine's account of the model, taken when all requests had ended. */
export function reportOf(
  tallies: Tallies,
  model: ModelInfo,
  status: { kv: KvStatus; scheduler: SchedulerStatus },
): ReplayReport {
  return {
    keystroke: tallies.keystroke.report(),
    chat: tallies.chat.report(),
    background: tallies.background.report(),
    kv: pick(status.kv, KV_KEYS),
    scheduler: pick(status.scheduler, SCHEDULER_KEYS),
    machine: {
      cores: availableParallelism(),
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      node: process.version,
      device: model.device,
      model: model.name,
    },
  };
}

function pick<T, K extends keyof T>(value: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, value[key]])) as Pick<T, K>;
}
