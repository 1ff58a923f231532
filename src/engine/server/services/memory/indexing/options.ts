/** What an indexer is given, and what it says of itself while it waits. */
import type { MemoryIndexing } from '../../../../protocol/index.ts';
import type { Store, Summariser } from '../items.ts';
import type { BudgetLimits } from './budget.ts';
import type { PaceOptions } from './pace.ts';

export interface IndexerOptions extends PaceOptions {
  /** Absolute. */
  folder: string;
  /** Open until {@link Indexer.dispose} has ended. */
  store: Store;
  summariser: Summariser;
  /** Paths of open documents: what lies nearest to them is read first. */
  near?: () => readonly string[];
  /** These items have another text than before, and no vector of it. */
  written?: (ids: readonly number[]) => void;
  /** At the end of a run that changed something: so many files were summarised anew, and so many let go of. */
  indexed?: (read: number, removed: number) => void;
  /** Told now and then while it runs, and at its end. */
  progress?: (indexing: MemoryIndexing) => void;
  log?: (level: 'warn', text: string) => void;
  /** Milliseconds since 1970. */
  now?: () => number;
  budget?: BudgetLimits;
  /** How often it is looked whether the repository is on another commit; 0: never. */
  headMs?: number;
}

/** Why it waits, for people. */
export const WAITS = {
  busy: 'What you type and ask comes first.',
  unread: 'The folder cannot be read.',
  budget: (ms: number) =>
    ms === 0
      ? 'Files are read when you start it: quire.memory.minutesPerDay is 0.'
      : `Today's ${inWords(ms)} for reading files are used up: it goes on tomorrow, or when you start it.`,
  failed: (error: unknown) => `It stopped: ${error instanceof Error ? error.message : String(error)}.`,
};

function inWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes >= 1 ? `${minutes} minutes` : `${Math.round(ms / 1000)} seconds`;
}
