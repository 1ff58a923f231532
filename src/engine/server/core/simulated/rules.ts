/** libllama's rules for a batch. */
import type { SequenceId } from '../backend.ts';
import { EngineFailure } from '../failure.ts';
import type { SimulatedToken } from './batch.ts';
import type { Cells } from './cells.ts';

/**
 * Changes nothing.
 * @param vocabularyTokens ids of tokens are below this.
 * @throws EngineFailure `internal` where a rule is broken.
 */
export function checkRules(tokens: readonly SimulatedToken[], pool: Cells, vocabularyTokens: number): void {
  const next = new Map<SequenceId, number>();
  const coupled = new Set<string>();
  for (const { token, position, sequences } of tokens) {
    if (!(token >= 0 && token < vocabularyTokens)) throw invalid(`there is no token ${token}`);
    for (const sequence of sequences) {
      const expected = next.get(sequence) ?? pool.lastPosition(sequence) + 1;
      if (position !== expected) throw invalid(`sequence ${sequence} goes on at ${expected}, not at ${position}`);
      next.set(sequence, position + 1);
    }
    const key = sequences.join();
    if (sequences.length === 1 || coupled.has(key)) continue;
    coupled.add(key);
    const [first, ...others] = sequences as [number, ...number[]];
    const end = pool.lastPosition(first) + 1;
    for (const other of others) {
      if (pool.lastPosition(other) + 1 !== end || pool.past(other, end) !== pool.past(first, end)) {
        throw invalid(`sequences ${first} and ${other} share a token but not their past`);
      }
    }
  }
}

function invalid(detail: string): EngineFailure {
  return new EngineFailure('internal', 'The inference library failed to compute. The log says more.', detail);
}
