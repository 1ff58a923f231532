/** What the bench measured: rows for people, JSON for machines. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import path from 'node:path';

export interface Row {
  /** Groups rows of one measurement. */
  group: string;
  name: string;
  value: number;
  unit: 'ms' | 'tokens/s' | 'x' | '%' | 'µs' | 'MiB' | '';
  /** What DESIGN asks for, such as '>= 0.95'. */
  goal?: string;
  /** How it was taken. */
  note?: string;
}

/** A row whose group is the model that was measured. */
export type Measured = Omit<Row, 'group'>;

export interface Report {
  date: string;
  machine: { cores: number; cpu: string; memoryGiB: number; node: string };
  rows: Row[];
}

export function report(rows: Row[]): Report {
  return {
    date: new Date().toISOString(),
    machine: {
      cores: availableParallelism(),
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      node: process.version,
    },
    rows,
  };
}

/** The rows as an aligned table, with a mark where a goal is met or missed. */
export function table(rows: Row[]): string {
  const lines = rows.map(({ group, name, value, unit, goal, note }) => {
    const verdict = goal === undefined ? '' : meets(value, goal) ? 'met' : 'MISSED';
    return [group, name, `${rounded(value)}${unit && ` ${unit}`}`, goal ?? '', verdict, note ?? ''];
  });
  const all = [['what', '', 'measured', 'goal', '', 'how'], ...lines];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((line) => line[column]!.length)));
  return all
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function save(file: string, result: Report): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
}

/** The value below which a share `p` (0..1) of the samples lies; nearest rank. NaN without samples. */
export function percentile(samples: readonly number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);

function meets(value: number, goal: string): boolean {
  const [operator, limit] = goal.split(' ');
  return operator === '>=' ? value >= Number(limit) : value <= Number(limit);
}

function rounded(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(3);
}
