/**
 * The inference core, measured through the client where that is what a user feels: whether a keystroke waits, whether
 * anything is computed twice, what chats get done, what leaving the device costs, and what the loop itself takes.
 */
import path from 'node:path';
import { bundledModel } from '../helpers/engine.ts';
import { qwenShape } from '../helpers/randomModel.ts';
import { type Subject, statusOf, withBed } from './bed.ts';
import { benchKeystrokes, type KeystrokePlan } from './keystrokes.ts';
import { benchLoop, type LoopPlan } from './loopCost.ts';
import type { BenchOptions } from './options.ts';
import { benchPages } from './pages.ts';
import type { Measured, Row } from './report.ts';
import { benchThroughput, type ThroughputPlan } from './throughput.ts';
import { benchReuse, benchTenFiles, benchTyping, type TracePlan } from './typingTrace.ts';

/** How much is measured: a model takes some minutes. */
interface Plan {
  keystrokes: KeystrokePlan;
  traces: TracePlan;
  throughput: ThroughputPlan;
  /** Pages that are saved and brought back. */
  pages: number;
}

const WHOLE = Number.POSITIVE_INFINITY;
const FAST: Plan = {
  keystrokes: { rounds: 6, keys: { preemptive: 10, fcfs: 5 }, limitMs: 25_000 },
  traces: { untilMs: WHOLE, speed: 1, compareMs: 180_000 },
  throughput: { rounds: 3, windowMs: 3_000, answer: 256 },
  pages: 40,
};
const SLOW: Plan = {
  keystrokes: { rounds: 4, keys: { preemptive: 4, fcfs: 1 }, limitMs: 25_000 },
  traces: { untilMs: WHOLE, speed: 1, compareMs: 40_000 },
  throughput: { rounds: 2, windowMs: 6_000, answer: 16 },
  pages: 10,
};
const QUICK: Plan = {
  keystrokes: { rounds: 2, keys: { preemptive: 4, fcfs: 1 }, limitMs: 10_000 },
  traces: { untilMs: 6_000, speed: 1, compareMs: 6_000 },
  throughput: { rounds: 1, windowMs: 2_000, answer: 16 },
  pages: 3,
};
const LOOP: LoopPlan = { rounds: 9, iterations: 2_000, keystrokes: 200 };
const QUICK_LOOP: LoopPlan = { rounds: 3, iterations: 500, keystrokes: 50 };

/** A prompt chunk of 128 tokens that takes longer makes a model a slow one, ms. */
const SLOW_CHUNK_MS = 100;

export async function benchServing({ model, gpu, quick }: BenchOptions): Promise<Row[]> {
  const subjects =
    model === undefined
      ? [
          { label: 'bundled', path: async () => bundledModel },
          { label: '0.5B shape', path: qwenShape },
        ]
      : [{ label: path.basename(model, '.gguf'), path: async () => path.resolve(model) }];
  const rows: Row[] = [];
  for (const { label, path: find } of subjects) {
    const measured = await benchModel({ path: await find(), gpu }, quick, label);
    rows.push(...measured.map((row) => ({ group: label, ...row })));
  }
  console.error('bench: serving, the loop itself');
  return [...rows, ...(await benchLoop(quick ? QUICK_LOOP : LOOP))];
}

async function benchModel(subject: Subject, quick: boolean, label: string): Promise<Measured[]> {
  const plan = quick ? QUICK : await planFor(subject);
  const parts: [string, () => Promise<Measured[]>][] = [
    ['keystrokes', () => benchKeystrokes(subject, plan.keystrokes)],
    ['the typing trace', () => benchTyping(subject, plan.traces)],
    ['the same text', () => benchReuse(subject, plan.traces)],
    ['ten files', () => benchTenFiles(subject)],
    ['throughput', () => benchThroughput(subject, plan.throughput)],
    ['pages', () => benchPages(subject, plan.pages)],
  ];
  const rows: Measured[] = [];
  for (const [name, measure] of parts) {
    const started = performance.now();
    rows.push(...(await measure()));
    console.error(`bench: serving, ${label}, ${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
  return rows;
}

/** By what the engine measured when it opened the model. */
async function planFor(subject: Subject): Promise<Plan> {
  const { scheduler } = await withBed(subject, 'preemptive', statusOf);
  return scheduler.expectedMs.chunk > SLOW_CHUNK_MS ? SLOW : FAST;
}
