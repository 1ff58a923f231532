/** Work that nobody waits for, on machines that are not here: FlexGen's blocks against rows, by the cost model of plans. */
import { MACHINES, SHAPES } from '../../src/cli/imagined.ts';
import { batchWork } from '../../src/engine/server/core/placement/batchWork.ts';
import { partsOfShape } from '../../src/engine/server/core/placement/fromShape.ts';
import { rated } from '../../src/engine/server/core/placement/rates.ts';
import type { Row } from './report.ts';

/** A summary of each file of a large project. */
const JOB = { count: 5000, promptTokens: 800, answerTokens: 60 };
const CASES = [
  ['qwen2.5-coder-32b', 'gpu-8'],
  ['qwen3-30b-a3b', 'gpu-8'],
  ['qwen2.5-coder-32b', 'gpu-24'],
] as const;

export async function benchBatchWork(): Promise<Row[]> {
  return CASES.flatMap(([model, name]) => {
    const { devices, link } = rated(MACHINES[name]!);
    const gpu = devices.find(({ kind }) => kind === 'gpu')!;
    const cpu = devices.find(({ kind }) => kind === 'cpu')!;
    const work = batchWork(partsOfShape(SHAPES[model]!), { gpu, cpu, link }, JOB);
    return Object.entries(work ?? {}).map(([schedule, { tokensPerSecond, sequences, hours }]) => ({
      group: `${model} on ${name} (simulated)`,
      name: schedule,
      value: tokensPerSecond,
      unit: 'tokens/s' as const,
      note: `${sequences} at a time, 5,000 summaries in ${hours.toFixed(1)} h`,
    }));
  });
}
