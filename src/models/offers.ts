/** Which models of the catalogue are offered for a role, and which of them suits the machine. */
import type { ModelRole } from '../engine/protocol/index.ts';
import type { ModelOffer } from '../host.ts';
import { CATALOGUE, type CatalogueEntry } from './catalogue.ts';
import { formatBytes } from './units.ts';

export interface Machine {
  /** RAM, in bytes. */
  memoryBytes: number;
  /** Models run on a GPU, as far as is known. */
  gpu: boolean;
}

/** Of the machine's memory: the editor, the browser and the project need the rest. */
const SHARE = 0.5;
/** Bytes of weights that a CPU reads for each token at a pace to read along: about ten tokens a second. */
const CPU_BYTES = 2.6e9;

/** @returns smallest first, one of them marked as the best where any fits. */
export function offersFor(role: ModelRole, { memoryBytes, gpu }: Machine): ModelOffer[] {
  const entries = CATALOGUE.filter((entry) => suits(entry, role));
  const fitting = entries.filter(
    (entry) =>
      entry.memoryBytes <= SHARE * memoryBytes && !entry.nonCommercial && (gpu || entry.sizeBytes <= CPU_BYTES),
  );
  const best = fitting.at(-1);
  return entries.map((entry) => ({
    id: entry.id,
    title: entry.title,
    why: entry.why,
    facts: factsOf(entry),
    best: entry === best,
  }));
}

/** Whether a model of the catalogue is for a role. */
export function suits({ fim, chat }: CatalogueEntry, role: ModelRole): boolean {
  return { completion: fim, chat, embedding: false }[role];
}

/** Size, memory and licence, in words. */
export function factsOf({ sizeBytes, memoryBytes, licence }: CatalogueEntry): string {
  return `${formatBytes(sizeBytes)}, needs ${formatBytes(memoryBytes)} of memory, ${licence}`;
}
