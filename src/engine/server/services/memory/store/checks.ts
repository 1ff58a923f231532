/** Whether what comes from outside is what it says it is. */
import { MEMORY_KINDS, type MemoryKind } from '../../../../protocol/index.ts';

export const isKind = (value: unknown): value is MemoryKind => (MEMORY_KINDS as readonly unknown[]).includes(value);
