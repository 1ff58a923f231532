/**
 * What the loop itself costs: scheduler, cache and delivery around a backend that computes nothing, put together as the
 * engine does it (`serve`). By requests, and by what the cache holds, which must not show.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { Arbiter } from '../../src/engine/server/core/arbiter.ts';
import type { KvCache } from '../../src/engine/server/core/kv/kvCache.ts';
import { PAGE_TOKENS } from '../../src/engine/server/core/kv/pagePool.ts';
import type { Loop } from '../../src/engine/server/core/scheduler/loop.ts';
import type { Request } from '../../src/engine/server/core/scheduler/request.ts';
import { serve } from '../../src/engine/server/core/serving.ts';
import { nodesOf } from '../helpers/cacheIntegrity.ts';
import { type IdleBackend, idleModel } from './idleBackend.ts';
import { median, type Row } from './report.ts';

export interface LoopPlan {
  rounds: number;
  iterations: number;
  keystrokes: number;
}

const REQUESTS = [1, 8, 32];
const CACHED = [10, 1_000, 100_000];
/** Pages beside the cached ones, for what runs. */
const ROOM = 1_000;
/** What is cached is a trunk, and at each fork of it so many branches, each as long as the way to the next fork. */
const BRANCHES = 32;
const FORK_PAGES = 40;
/** Tokens of a keystroke's prompt that are cached and that are new, and of its answer. */
const KEY = { cached: 10 * PAGE_TOKENS, added: 20, answer: 8 };
const RAM_BYTES = 512 << 20;

export async function benchLoop(plan: LoopPlan): Promise<Row[]> {
  const rows: Row[] = [];
  const row = (name: string, value: number, note: string) =>
    rows.push({ group: 'loop', name, value, unit: 'µs', note });
  for (const requests of REQUESTS) {
    const value = await (await Rig.of(0)).iteration(requests, plan);
    row(
      `an iteration, ${requests} requests`,
      value,
      `medians of ${plan.rounds} times ${plan.iterations}; 16 run at most`,
    );
  }
  const key = `${KEY.cached} tokens from the cache, ${KEY.added} computed, ${KEY.answer} generated`;
  for (const pages of CACHED) {
    const rig = await Rig.of(pages);
    await rig.fill();
    const { nodes } = rig;
    const held = `${pages} cached pages`;
    row(`an iteration, 8 requests, ${held}`, await rig.iteration(8, plan), `${nodes} nodes in the tree`);
    row(`a keystroke from arrival to end, ${held}`, await rig.keystrokes(plan, false), key);
    await rig.fillUp();
    const fresh = `the same in a new file, which evicts others, ${held}`;
    row(fresh, await rig.keystrokes(plan, true), `${KEY.cached + KEY.added} computed`);
  }
  return rows;
}

/** A loop with its cache, and text that never repeats itself. */
class Rig {
  readonly #loop: Loop;
  readonly #backend: IdleBackend;
  readonly #pages: number;
  #token = 0;
  #documents = 0;

  private constructor(loop: Loop, backend: IdleBackend, pages: number) {
    this.#loop = loop;
    this.#backend = backend;
    this.#pages = pages;
  }

  /** @param pages to be cached; see {@link fill}. */
  static async of(pages: number): Promise<Rig> {
    let backend: IdleBackend | undefined;
    const model = idleModel((made) => {
      backend = made;
    });
    const options = {
      policy: 'preemptive',
      // What it says is one token again and again, which any guess foretells.
      speculate: false,
      ramBytes: RAM_BYTES,
      log: () => undefined,
    } as const;
    const { loop } = await serve(model, (pages + ROOM) * PAGE_TOKENS, options, new Arbiter());
    return new Rig(loop, backend!, pages);
  }

  get nodes(): number {
    return [...nodesOf(this.#cache.tree)].length;
  }

  get #cache(): KvCache {
    return this.#loop.cache as KvCache;
  }

  /** Puts the pages into the cache. */
  async fill(): Promise<void> {
    let left = this.#pages;
    const trunk: number[] = [];
    while (left > 0) {
      for (let branch = 0; branch <= BRANCHES && left > 0; branch++) {
        const tokens = this.#text(Math.min(left, FORK_PAGES) * PAGE_TOKENS);
        left -= Math.min(left, FORK_PAGES);
        await this.#run([...trunk, ...tokens], 1, 'cached');
        if (branch === BRANCHES) trunk.push(...tokens);
      }
    }
  }

  /** Fills what is left of the cache. */
  async fillUp(): Promise<void> {
    const { free } = this.#cache.pool;
    if (free > 1) await this.#run(this.#text((free - 1) * PAGE_TOKENS), 1, 'rest');
  }

  /** Microseconds an iteration of so many requests, all of which generate. */
  async iteration(requests: number, { rounds, iterations }: LoopPlan): Promise<number> {
    const samples: number[] = [];
    for (let round = -1; round < rounds; round++) {
      const all = Array.from({ length: requests }, () => this.#submit(this.#text(PAGE_TOKENS), iterations, 'chats'));
      // Those that have a sequence have got their prompts behind them then.
      for (let i = 0; i < 4; i++) await turn();
      const [decodes, started] = [this.#backend.decodes, performance.now()];
      await Promise.race(all.map(({ done }) => done));
      const us = ((performance.now() - started) * 1000) / (this.#backend.decodes - decodes);
      if (round >= 0) samples.push(us); // the first is warm-up
      for (const request of all) this.#loop.cancel(request);
      await Promise.all(all.map(({ done }) => done));
    }
    return median(samples);
  }

  /** Microseconds a keystroke, one after the other; in one file, or in a new one each time. */
  async keystrokes({ rounds, keystrokes }: LoopPlan, fresh: boolean): Promise<number> {
    const samples: number[] = [];
    const file = this.#text(KEY.cached);
    await this.#run(file, 1, 'keys', 'file');
    for (let round = -1; round < rounds; round++) {
      const prompts = Array.from({ length: keystrokes }, () => [
        ...(fresh ? this.#text(KEY.cached) : file),
        ...this.#text(KEY.added),
      ]);
      const started = performance.now();
      for (const prompt of prompts) {
        const document = fresh ? `file ${this.#documents++}` : 'file';
        await this.#run(prompt, KEY.answer, 'keys', document);
      }
      if (round >= 0) samples.push(((performance.now() - started) * 1000) / keystrokes);
    }
    return median(samples);
  }

  async #run(prompt: number[], maxTokens: number, workspace: string, supersedes?: string): Promise<void> {
    await this.#submit(prompt, maxTokens, workspace, supersedes).done;
  }

  #submit(prompt: number[], maxTokens: number, workspace: string, supersedes?: string): Request {
    return this.#loop.submit({
      workspace,
      class: supersedes === undefined ? 'chat' : 'keystroke',
      supersedes,
      maxTokens,
      prompt,
      keep: prompt.length,
      sampler: this.#backend.createSampler(),
      onText: () => undefined,
    });
  }

  #text(tokens: number): number[] {
    return Array.from({ length: tokens }, () => this.#token++);
  }
}
