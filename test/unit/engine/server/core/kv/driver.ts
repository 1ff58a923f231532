/** Drives the cache as the scheduler does, with a model whose next token is a function of every cell before it. */
import assert from 'node:assert/strict';
import type { DecodeBackend } from '../../../../../../src/engine/server/core/backend.ts';
import { KvCache, type KvCacheOptions } from '../../../../../../src/engine/server/core/kv/kvCache.ts';
import type { Lease, LeaseOptions } from '../../../../../../src/engine/server/core/kv/lease.ts';

export class Driver<B extends DecodeBackend = DecodeBackend> {
  readonly backend: B;
  readonly cache: KvCache;
  readonly #batch;
  readonly #sampler;

  constructor(backend: B, options: Partial<KvCacheOptions> = {}) {
    this.backend = backend;
    this.cache = new KvCache(backend, { leases: 4, computeMs: (start) => 10 + start / 100, ...options });
    this.#batch = backend.createBatch();
    this.#sampler = backend.createSampler({});
  }

  acquire(tokens: readonly number[], options: Partial<LeaseOptions> = {}): Lease | undefined {
    return this.cache.acquire(tokens, { workspace: 'w', reuse: true, reserve: tokens.length, ...options });
  }

  /** Computes what is missing, at most `most` tokens. @returns the token that the model says next; undefined: no room. */
  compute(lease: Lease, tokens: readonly number[], most = Number.POSITIVE_INFINITY): number | undefined {
    while (this.cache.catchUp(lease, tokens, 1000) > 0);
    return this.decode(lease, tokens, most);
  }

  /** As {@link compute}, but takes nothing over. */
  decode(lease: Lease, tokens: readonly number[], most = Number.POSITIVE_INFINITY): number | undefined {
    const end = Math.min(tokens.length, lease.computed + most, lease.computed + this.#batch.capacity);
    if (end <= lease.computed) return undefined;
    if (!this.cache.extend(lease, end)) return undefined;
    this.#batch.clear();
    let row = -1;
    for (let i = lease.computed; i < end; i++) row = this.#batch.add(tokens[i]!, i, [lease.sequence], i === end - 1);
    assert.equal(this.backend.decode(this.#batch), 'ok');
    this.cache.commit(lease, tokens, end);
    return this.#sampler.sample(row);
  }

  /** A whole request of one token. */
  run(tokens: readonly number[], options: Partial<LeaseOptions> = {}): { cached: number; next: number } {
    const lease = this.acquire(tokens, options);
    assert.ok(lease);
    while (this.cache.catchUp(lease, tokens, 1000) > 0);
    const cached = lease.computed;
    let next: number | undefined;
    while (lease.computed < tokens.length) {
      next = this.compute(lease, tokens);
      assert.notEqual(next, undefined);
    }
    this.cache.release(lease, tokens);
    return { cached, next: next! };
  }
}
