/** What the parts of the loop have in common. */
import type { Arbiter } from '../arbiter.ts';
import type { DecodeBackend, DecodeBatch, Tokenizer } from '../backend.ts';
import type { CacheStrategy } from '../kv/strategy.ts';
import type { Speculation } from '../speculation/speculation.ts';
import type { Decisions } from './decisions.ts';
import type { LatencyProfile } from './latencyProfile.ts';
import type { Planner, Policy } from './planner.ts';

export interface LoopOptions {
  readonly backend: DecodeBackend;
  readonly tokenizer: Tokenizer;
  readonly cache: CacheStrategy;
  readonly profile: LatencyProfile;
  readonly policy: Policy;
  readonly decisions: Decisions;
  /** Absent: one token at a time. Only where a part of a sequence can be removed. */
  readonly speculation?: Speculation | undefined;
  /** What the model computes on. */
  readonly device: Arbiter;
}

export interface LoopParts extends LoopOptions {
  readonly planner: Planner;
  /** Of the next iteration, or the running one. */
  readonly batch: DecodeBatch;
}
