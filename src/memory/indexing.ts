/** What the view says of a store's indexing, and of its trouble. */
import type { MemoryStatus } from '../engine/protocol/index.ts';
import { grouped } from './words.ts';

/** @returns a line for under the view's title; undefined: all is well, and nothing goes on. */
export function messageOf(statuses: readonly MemoryStatus[]): string | undefined {
  const lines = statuses.flatMap((status) => [
    ...(status.trouble === null ? [] : [status.trouble]),
    ...(status.on ? (indexingLine(status) ?? []) : status.indexing.waits === null ? [] : [status.indexing.waits]),
  ]);
  return lines.length > 0 ? lines.join('\n') : undefined;
}

function indexingLine({ indexing }: MemoryStatus): string[] | undefined {
  const { state, done, total, waits } = indexing;
  const files = total > 0 ? `${grouped(done)} of ${grouped(total)} files` : 'the files of the project';
  if (state === 'running') return [waits === null ? `Reading ${files}…` : `Reading ${files}: ${waits}`];
  if (state === 'paused') return [`Indexing is paused${total > done ? ` after ${files}` : ''}.`];
  return waits === null ? undefined : [waits];
}

/** What today's indexing took of its budget. */
export function budgetInWords({ indexing }: Pick<MemoryStatus, 'indexing'>): string {
  const { busyMs, budgetMs, modelTokens, modelTokenBudget } = indexing;
  const seconds = (ms: number) => (ms < 90_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`);
  return `Indexing today: ${seconds(busyMs)} of ${seconds(budgetMs)}, ${grouped(modelTokens)} of ${grouped(modelTokenBudget)} tokens of a model`;
}
