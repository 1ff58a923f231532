/**
 * Work that nobody waits for, such as summaries of all files of a project, with a model that is larger than the GPU: how many
 * tokens a second each schedule makes, by the same prices as a plan's. FlexGen (arXiv 2303.06865) streams the weights of a
 * layer to the GPU and runs a block of many sequences through it before the next layer's come, so that each byte that is
 * copied serves the whole block; row by row, the weights come anew for each batch that fits beside them.
 *
 *     row by row      for batch: for token: for layer: copy weights, compute        one copy serves one batch
 *     block           for token: for layer: copy weights; for batch: compute        one copy serves all batches
 *
 * What a block pays: its caches do not fit on the GPU either. They lie with the CPU, which computes their attention there.
 */
import { type ModelParts, sum } from './parts.ts';
import type { RatedDevice } from './rates.ts';

export interface BatchMachine {
  gpu: RatedDevice;
  cpu: RatedDevice;
  /** Bytes a second from the system's memory to the GPU's. */
  link: number;
}

export interface Job {
  count: number;
  promptTokens: number;
  answerTokens: number;
}

export interface ScheduleResult {
  /** Sequences that a copy of the weights serves. */
  sequences: number;
  tokensPerSecond: number;
  hours: number;
}

export type Schedule =
  | 'one by one, weights where they are'
  | 'together, weights where they are'
  | 'row by row'
  | 'block';

/** Share of a memory that schedules fill at the most, as FlexGen has it. */
const FILLED = 0.8;
/** Requests that Quire's loop runs at once (`LEASES` of serving.ts). */
const TOGETHER = 16;
const CACHE_BYTES = 2;
const MOST_BATCHES = 64;

/** @returns what each schedule makes of the job; undefined where the model does not fit into both memories together. */
export function batchWork(
  parts: ModelParts,
  machine: BatchMachine,
  job: Job,
): Record<Schedule, ScheduleResult> | undefined {
  const { gpu, cpu, link } = machine;
  const all = sum(parts.layers.flatMap(({ attention, feedForward, experts }) => [attention, feedForward, experts]));
  const cells = job.promptTokens + job.answerTokens;
  const cachePerCell = parts.layers.reduce((total, { cacheElements }) => total + cacheElements, 0) * CACHE_BYTES;
  const perSequence = cachePerCell * cells;
  const room = { gpu: FILLED * gpu.freeBytes, cpu: FILLED * cpu.freeBytes };
  if (all.held + parts.output.held > room.gpu + room.cpu) return undefined;

  /** Seconds to compute a token of each of `sequences` on a device, all weights being there. */
  const computing = (sequences: number, { flops }: RatedDevice): number =>
    (2 * (all.multiplications + parts.output.multiplications) * sequences) / flops;
  /** Of the weights the share that a batch touches: of experts each with its own. */
  const touched = (sequences: number): number => {
    const cold = sum(parts.layers.map(({ experts }) => experts)).held;
    return (all.held - cold + cold * (1 - (1 - parts.expertShare) ** sequences)) / all.held;
  };
  /** A step writes a token of each sequence; prompts are computed once for all, at the speed of the arithmetic or the copy. */
  const result = (sequences: number, step: number, prompt: number): ScheduleResult => {
    const seconds = (job.count / sequences) * (prompt + job.answerTokens * step);
    return { sequences, tokensPerSecond: (job.count * job.answerTokens) / seconds, hours: seconds / 3600 };
  };

  // Each part stays where a plan has it: on the GPU what fits beside the caches, the rest is computed by the CPU.
  const resident = (sequences: number): ScheduleResult => {
    const onGpu = Math.max(0, Math.min(1, (room.gpu - sequences * perSequence) / (all.held + parts.output.held)));
    const reading = (share: number, { bandwidth }: RatedDevice) => (share * all.held * touched(sequences)) / bandwidth;
    const part = (share: number, device: RatedDevice) =>
      Math.max(reading(share, device), share * computing(sequences, device));
    const step = part(onGpu, gpu) + part(1 - onGpu, cpu) + (sequences * perSequence) / 2 / gpu.bandwidth;
    return result(sequences, step, promptSeconds(sequences, onGpu));
  };
  const promptSeconds = (sequences: number, onGpu: number): number =>
    Math.max(((1 - onGpu) * all.held) / link, computing(sequences * job.promptTokens, gpu));

  // Weights are streamed; what of them fits beside the working set stays.
  const streamed = (onGpu: number, sequences: number, cacheSeconds: number): ScheduleResult => {
    const copying = ((1 - onGpu) * all.held * touched(sequences)) / link;
    // Copies, the GPU's arithmetic and the CPU's attention run beside each other.
    const step = Math.max(copying, (onGpu * all.held) / gpu.bandwidth + computing(sequences, gpu), cacheSeconds);
    return result(sequences, step, promptSeconds(sequences, onGpu));
  };
  const batch = Math.max(1, Math.floor((0.5 * room.gpu) / perSequence));
  const onGpu = Math.min(1, (0.5 * room.gpu) / all.held);
  const inBlock = Math.max(1, Math.floor((room.cpu - (1 - onGpu) * all.held) / perSequence));
  const blocks = Array.from({ length: MOST_BATCHES }, (_, index) => Math.min(inBlock, batch * (index + 1)));
  const rowByRow = streamed(onGpu, batch, 0);
  const inBlocks = blocks.map((sequences) => streamed(onGpu, sequences, (sequences * perSequence) / 2 / cpu.bandwidth));
  return {
    'one by one, weights where they are': resident(1),
    'together, weights where they are': resident(Math.min(TOGETHER, batch)),
    'row by row': rowByRow,
    // A block of one batch is a row.
    block: [rowByRow, ...inBlocks].reduce((a, b) => (b.tokensPerSecond > a.tokensPerSecond ? b : a)),
  };
}
