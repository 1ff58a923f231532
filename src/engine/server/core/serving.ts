/** Puts together what serves one model: backend, cache with its colder tiers, latency profile, loop. */
import type { LogEvent } from '../../protocol/index.ts';
import type { SavedPages } from '../storage/pages/savedPages.ts';
import type { Arbiter } from './arbiter.ts';
import type { DecodeBackend } from './backend.ts';
import { CheckpointCache } from './kv/checkpointCache.ts';
import { KvCache } from './kv/kvCache.ts';
import { PAGE_TOKENS } from './kv/pagePool.ts';
import type { CacheStrategy } from './kv/strategy.ts';
import { PageTiers } from './kv/tiers.ts';
import type { ModelHandle } from './modelHandle.ts';
import { calibrate } from './scheduler/calibration.ts';
import { Decisions } from './scheduler/decisions.ts';
import { LatencyProfile, TILED } from './scheduler/latencyProfile.ts';
import { Loop } from './scheduler/loop.ts';
import type { Policy } from './scheduler/planner.ts';
import { rowsAlike } from './speculation/rowsAlike.ts';
import { Speculation } from './speculation/speculation.ts';

/** Smaller models make a token in the time that looking for a guess and a second row take. */
const LEAST_PARAMETERS = 1e8;

export interface ServingOptions {
  policy: Policy;
  /** False computes one token at a time; absent: models do that are too small to win. */
  speculate?: boolean | undefined;
  /** Of memory, for what leaves the device. */
  ramBytes: number;
  /** Where it goes from there; absent: nowhere. */
  disk?: SavedPages;
  log: (level: LogEvent['level'], message: string) => void;
}

/** What a token of a prompt takes is said of prompts of so many. */
const USUAL_PROMPT = 512;

/** Requests that run at once; the others wait. */
const LEASES = 16;
/** Ids for the branches of the tree: as many prompts can go on differently at one place. libllama's most is 256. */
const BRANCHES = 48;
/** A recurrent model has its state once for each id. */
const RECURRENT_LEASES = 4;

/**
 * @param device what the model computes on, with the other models there.
 * @throws EngineFailure `outOfMemory`
 */
export async function serve(
  handle: ModelHandle,
  cells: number,
  { policy, speculate, ramBytes, disk }: ServingOptions,
  device: Arbiter,
): Promise<{ backend: DecodeBackend; loop: Loop }> {
  const leases = handle.recurrent ? RECURRENT_LEASES : LEASES;
  const backend = handle.createBackend({ cells, sequences: handle.recurrent ? leases : leases + BRANCHES });
  const profile = new LatencyProfile(backend);
  await calibrate(backend, profile, device);
  handle.info.promptMs = profile.prompt(USUAL_PROMPT, 0, TILED) / USUAL_PROMPT;
  const decisions = new Decisions(() => backend.now());
  const cache: CacheStrategy = backend.sharesPages
    ? new KvCache(backend, {
        leases,
        tiers: new PageTiers({ ramBytes, ...(disk && { disk: disk.tier(handle.info.id) }) }),
        computeMs: (start) => profile.prompt(PAGE_TOKENS, start, backend.batchTokens),
        onEvent: (what, pages) => decisions.record(what, undefined, { pages }),
      })
    : new CheckpointCache(backend, { leases: Math.min(leases, backend.sequences), maxBytes: ramBytes });
  const loop = new Loop({
    backend,
    tokenizer: handle.tokenizer,
    cache,
    profile,
    policy,
    decisions,
    // A draft is taken back from its first wrong token on, which a state for the whole sequence cannot be.
    speculation:
      backend.sharesPages && (speculate ?? handle.info.parameters >= LEAST_PARAMETERS)
        ? new Speculation(profile, await rowsAlike(backend, device))
        : undefined,
    device,
  });
  return { backend, loop };
}
