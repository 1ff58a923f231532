/**
 * FastServe's claim (arXiv 2305.05920), simulated in virtual time: requests whose answers are of unknown and very unequal
 * length complete sooner on average in a skip-join multi-level feedback queue than first come, first served (Orca), and
 * sooner than in a plain one.
 *
 * Not simulated, for any policy: memory (a request that waits keeps its cells; how many are kept at most is printed),
 * swapping, shared prefixes, classes, and the cost of the loop itself. The machines are cost laws, not measurements.
 */
import { charge, join, promote, type Standing } from '../../src/engine/server/core/scheduler/levels.ts';
import { percentile, type Row } from './report.ts';

/**
 * `fcfs`: the oldest up to the batch limit, to their ends (Orca). `mlfq`: all join at the top. `skipJoin`: as in Quire.
 * `published`: as `skipJoin`, but charged whole iterations and promoted after three seconds anywhere.
 */
export type Policy = 'fcfs' | 'mlfq' | 'published' | 'skipJoin';

/** An iteration takes `max(floorMs, fixedMs + tokenMs * rows) + attentionMs * context`. */
export interface Machine {
  floorMs: number;
  fixedMs: number;
  tokenMs: number;
  attentionMs: number;
  /** Requests in one iteration at most. */
  batch: number;
}

export interface Workload {
  requests: number;
  /** Poisson arrivals that ask for this share of what the machine could do if all its batches were full. */
  load: number;
  seed: number;
  /** An iteration takes no more prompt tokens than fit into this, in ms (Sarathi); without it, whole prompts (Orca). */
  budgetMs?: number;
}

export interface Outcome {
  meanMs: number;
  p95Ms: number;
  p99Ms: number;
  /** Tokens kept for the requests under way, at most at a time. */
  peakTokens: number;
}

interface Job {
  readonly arrival: number;
  readonly prompt: number;
  readonly answer: number;
  /** Tokens in the cache. */
  computed: number;
  generated: number;
  /** Rows in this iteration. */
  rows: number;
  standing: Standing;
}

/** A model of 0.5B on a laptop's CPU, and one of 13B on a graphics card. */
export const CPU: Machine = { floorMs: 50, fixedMs: 30, tokenMs: 6.3, attentionMs: 5e-4, batch: 8 };
export const GPU: Machine = { floorMs: 20, fixedMs: 15, tokenMs: 0.15, attentionMs: 2e-5, batch: 16 };

/** Prompts, or what is not cached of them: log-normal. Answers: Pareto, so few of them are most of the work. */
const PROMPT = { median: 100, sigma: 1.5, most: 8000 };
const ANSWER = { least: 16, alpha: 1, most: 2048 };
const LENGTHS = `prompts log-normal, median ${PROMPT.median}, sigma ${PROMPT.sigma}; answers Pareto ${ANSWER.alpha} from ${ANSWER.least} to ${ANSWER.most} tokens`;

const SEEDS = [1, 2, 3, 4, 5];
const REQUESTS = 1500;
const SCENARIOS: { name: string; machine: Machine; load: number; budgetMs?: number }[] = [
  { name: 'GPU, whole prompts, load 0.9', machine: GPU, load: 0.9 },
  { name: 'CPU, whole prompts, load 0.9', machine: CPU, load: 0.9 },
  { name: 'CPU, chunks of 100 ms, load 0.7', machine: CPU, load: 0.7, budgetMs: 100 },
];
const NAMES: Record<Policy, string> = {
  fcfs: 'FCFS',
  mlfq: 'plain MLFQ',
  published: 'skip-join as published',
  skipJoin: 'skip-join',
};

/** Completion times of each policy, and how they stand to first come, first served. */
export async function benchFastServe(): Promise<Row[]> {
  return SCENARIOS.flatMap(({ name, machine, ...workload }) => {
    const run = (policy: Policy) =>
      mean(SEEDS.map((seed) => simulate(policy, machine, { ...workload, requests: REQUESTS, seed })));
    const first = run('fcfs');
    const how = `seeds ${SEEDS.join(', ')}, ${REQUESTS} requests each, batch ${machine.batch}`;
    const rows: Row[] = [
      { group: name, name: 'FCFS, mean completion', value: first.meanMs, unit: 'ms', note: how },
      { group: name, name: 'FCFS, p95', value: first.p95Ms, unit: 'ms', note: LENGTHS },
    ];
    for (const policy of ['mlfq', 'published', 'skipJoin'] as const) {
      const { meanMs, p95Ms, p99Ms, peakTokens } = run(policy);
      const note = `p99 ${(p99Ms / first.p99Ms).toFixed(2)} x, ${(peakTokens / first.peakTokens).toFixed(2)} x the tokens kept`;
      rows.push(
        { group: name, name: `${NAMES[policy]} over FCFS, mean`, value: meanMs / first.meanMs, unit: 'x', note },
        { group: name, name: `${NAMES[policy]} over FCFS, p95`, value: p95Ms / first.p95Ms, unit: 'x' },
      );
    }
    return rows;
  });
}

/** Runs a workload to its end under one policy. Among equals the older request is first. */
export function simulate(policy: Policy, machine: Machine, workload: Workload): Outcome {
  const jobs = makeJobs(machine, workload);
  const active: Job[] = [];
  const times: number[] = [];
  let now = 0;
  let peakTokens = 0;
  for (let next = 0; next < jobs.length || active.length > 0; ) {
    if (active.length === 0) now = Math.max(now, jobs[next]!.arrival);
    for (; next < jobs.length && jobs[next]!.arrival <= now; next++) {
      const job = jobs[next]!;
      job.standing = join(policy === 'mlfq' ? 0 : cost(machine, job.prompt, contextOf(0, job.prompt)), now);
      active.push(job);
    }
    if (policy !== 'fcfs') {
      for (const { standing } of active) {
        if (policy !== 'published') promote(standing, now);
        else if (now - standing.steppedAt >= 3000) Object.assign(standing, { level: 0, usedMs: 0 });
      }
      active.sort((a, b) => a.standing.level - b.standing.level || a.arrival - b.arrival);
    }
    const served = active.slice(0, machine.batch);
    const { rows, ms } = iterate(served, machine, workload.budgetMs ?? Number.POSITIVE_INFINITY);
    now += ms;
    peakTokens = Math.max(
      peakTokens,
      active.reduce((sum, job) => sum + job.computed, 0),
    );
    for (const job of served) {
      if (job.rows > 0) charge(job.standing, policy === 'published' ? ms : (ms * job.rows) / rows, now);
      if (job.generated < job.answer) continue;
      times.push(now - job.arrival);
      active.splice(active.indexOf(job), 1);
    }
  }
  const meanMs = times.reduce((sum, time) => sum + time, 0) / times.length;
  return { meanMs, p95Ms: percentile(times, 0.95), p99Ms: percentile(times, 0.99), peakTokens };
}

/** One iteration: a token of every answer, then of the prompts, in order, what fits. */
function iterate(served: readonly Job[], machine: Machine, budgetMs: number): { rows: number; ms: number } {
  let rows = 0;
  let context = 0;
  const take = (job: Job, tokens: number): void => {
    job.rows = tokens;
    rows += tokens;
    context += contextOf(job.computed, tokens);
    job.computed += tokens;
    if (job.computed >= job.prompt) job.generated++;
  };
  for (const job of served) {
    job.rows = 0;
    if (job.computed >= job.prompt) take(job, 1);
  }
  for (const job of served) {
    const left = job.prompt - job.computed;
    if (job.generated > 0) continue;
    const fits = (chunk: number) => cost(machine, rows + chunk, context + contextOf(job.computed, chunk)) <= budgetMs;
    let chunk = fits(left) ? left : rows === 0 ? 1 : 0;
    while (chunk < left && fits(chunk + 1)) chunk++;
    if (chunk > 0) take(job, chunk);
  }
  return { rows, ms: cost(machine, rows, context) };
}

function makeJobs(machine: Machine, { requests, load, seed }: Workload): Job[] {
  const draw = random(seed);
  const jobs: (Job & { arrival: number })[] = [];
  const gaps: number[] = [];
  let work = 0;
  for (let i = 0; i < requests; i++) {
    const gauss = Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
    const prompt = clamp(PROMPT.median * Math.exp(PROMPT.sigma * gauss), 1, PROMPT.most);
    const answer = clamp(ANSWER.least * (1 - draw()) ** (-1 / ANSWER.alpha), 1, ANSWER.most);
    const decode = cost(machine, machine.batch, 0) / machine.batch;
    work += machine.tokenMs * prompt + machine.attentionMs * contextOf(0, prompt + answer) + decode * answer;
    gaps.push(-Math.log(1 - draw()));
    jobs.push({ arrival: 0, prompt, answer, computed: 0, generated: 0, rows: 0, standing: join(0, 0) });
  }
  let now = 0;
  for (const [index, gap] of gaps.entries()) {
    now += (gap * work) / requests / load;
    jobs[index]!.arrival = now;
  }
  return jobs;
}

function cost({ floorMs, fixedMs, tokenMs, attentionMs }: Machine, rows: number, context: number): number {
  return Math.max(floorMs, fixedMs + tokenMs * rows) + attentionMs * context;
}

/** Positions that `tokens` rows attend to in all, the first of them at position `start`. */
function contextOf(start: number, tokens: number): number {
  return tokens * start + (tokens * (tokens + 1)) / 2;
}

function clamp(length: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, Math.round(length)));
}

function mean(outcomes: readonly Outcome[]): Outcome {
  const of = (key: keyof Outcome) => outcomes.reduce((sum, outcome) => sum + outcome[key], 0) / outcomes.length;
  return { meanMs: of('meanMs'), p95Ms: of('p95Ms'), p99Ms: of('p99Ms'), peakTokens: of('peakTokens') };
}

/** Mulberry32: numbers in [0, 1). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
