/** The inference core without the engine around it: a cache and a loop over the bundled model. */
import { Arbiter } from '../../src/engine/server/core/arbiter.ts';
import { KvCache } from '../../src/engine/server/core/kv/kvCache.ts';
import { PageTiers } from '../../src/engine/server/core/kv/tiers.ts';
import type { LlamaModel } from '../../src/engine/server/core/llama/model.ts';
import { Decisions } from '../../src/engine/server/core/scheduler/decisions.ts';
import { LatencyProfile } from '../../src/engine/server/core/scheduler/latencyProfile.ts';
import { Loop } from '../../src/engine/server/core/scheduler/loop.ts';
import type { Request, RequestInput } from '../../src/engine/server/core/scheduler/request.ts';
import type { Speculation } from '../../src/engine/server/core/speculation/speculation.ts';

const LEASES = 16;

export interface Serving {
  cells?: number;
  ramBytes?: number;
  /** Makes what drafts; absent: nothing does. */
  drafts?: (profile: LatencyProfile) => Speculation;
}

export function serve(model: LlamaModel, { cells = 4096, ramBytes = 64 << 20, drafts }: Serving = {}) {
  const backend = model.createBackend({ cells, sequences: 64 });
  const profile = new LatencyProfile(backend);
  const decisions = new Decisions(() => backend.now());
  const cache = new KvCache(backend, {
    leases: LEASES,
    tiers: new PageTiers({ ramBytes }),
    computeMs: (start) => profile.prompt(32, start, 512),
  });
  const loop = new Loop({
    backend,
    tokenizer: model.tokenizer,
    cache,
    profile,
    // Drafts of a size that was asked for, however slow the machine is.
    policy: drafts ? 'fcfs' : 'preemptive',
    decisions,
    speculation: drafts?.(profile),
    device: new Arbiter(),
  });
  const submit = (prompt: number[], more: Partial<RequestInput> = {}): Request =>
    loop.submit({
      workspace: 'w',
      class: 'chat',
      maxTokens: 24,
      prompt,
      sampler: backend.createSampler({}),
      onText: () => undefined,
      ...more,
    });
  return { backend, cache, loop, submit };
}
