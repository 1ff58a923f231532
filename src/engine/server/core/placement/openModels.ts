/** The models that are open, as a plan for another one sees them. */
import type { MemoryUse, ModelPlan, ModelSpec } from '../../../protocol/index.ts';

/** One that was opened by a plan. */
export interface PlacedOpen {
  id: string;
  name: string;
  spec: ModelSpec;
  /** What those were told who use it: it stays when the model moves. */
  contextTokens: number;
  plan: ModelPlan;
  /** What it takes, by device; empty until that is known. */
  memory: readonly MemoryUse[];
  /** Requests of it run or wait. */
  used: boolean;
  /** Somebody has it open. */
  held: boolean;
}

/** `used`: it was for all the time, and nothing was done. `failed`: it is where it was. */
export type Moved = 'moved' | 'used' | 'failed';

export interface OpenModels {
  /** With this file, for text. */
  isOpen(path: string): boolean;
  placed(): PlacedOpen[];
  /**
   * Opens a model anew by another plan, in a moment when nobody uses it; requests that come meanwhile wait.
   * @throws EngineFailure where it can be opened neither so nor as it was: it is closed then.
   */
  move(id: string, plan: ModelPlan, patienceMs: number): Promise<Moved>;
  /** Unloads those that nobody has open. @returns whether there were any. */
  unloadUnheld(): boolean;
}
