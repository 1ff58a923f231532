/** A model's loop in this process, with drafts, without, or with a fixed number of them, and samplers that say what is written. */
import { Arbiter } from '../../../src/engine/server/core/arbiter.ts';
import type { DecodeBackend, Drawer, Sampler } from '../../../src/engine/server/core/backend.ts';
import { KvCache } from '../../../src/engine/server/core/kv/kvCache.ts';
import { PAGE_TOKENS } from '../../../src/engine/server/core/kv/pagePool.ts';
import type { ModelHandle } from '../../../src/engine/server/core/modelHandle.ts';
import { calibrate } from '../../../src/engine/server/core/scheduler/calibration.ts';
import { Decisions } from '../../../src/engine/server/core/scheduler/decisions.ts';
import { LatencyProfile } from '../../../src/engine/server/core/scheduler/latencyProfile.ts';
import { Loop } from '../../../src/engine/server/core/scheduler/loop.ts';
import type { Generation, RequestInput } from '../../../src/engine/server/core/scheduler/request.ts';
import type { DraftSource } from '../../../src/engine/server/core/speculation/draft.ts';
import { rowsAlike } from '../../../src/engine/server/core/speculation/rowsAlike.ts';
import { Speculation } from '../../../src/engine/server/core/speculation/speculation.ts';
import { FixedDrafts } from '../../helpers/fixedDrafts.ts';
import { Random } from '../../traces/random.ts';

const CELLS = 8_192;
const LEASES = 4;

/** What a request of a trace asks for. */
export interface Ask {
  class: 'keystroke' | 'chat';
  prompt: number[];
  maxTokens: number;
  stop?: string[];
  skipBytes?: number;
  /** What it is drawn with, and guessed from. */
  make: (backend: DecodeBackend) => { sampler: Sampler; sources?: DraftSource[] | undefined };
}

async function draftsOf(kind: 'off' | 'on' | number, backend: DecodeBackend, profile: LatencyProfile, device: Arbiter) {
  if (kind === 'off') return undefined;
  return kind === 'on' ? new Speculation(profile, await rowsAlike(backend, device)) : new FixedDrafts(profile, kind);
}

export interface Timed {
  ms: number;
  busyMs: number;
  tokens: number;
  text: string;
}

export class Rig {
  readonly backend: DecodeBackend;
  readonly speculation: Speculation | undefined;
  readonly #loop: Loop;

  /** @param kind `off`, `on`, or so many nodes at every step. */
  static async of(handle: ModelHandle, kind: 'off' | 'on' | number): Promise<Rig> {
    const backend = handle.createBackend({ cells: CELLS, sequences: LEASES + 8 });
    const profile = new LatencyProfile(backend);
    const device = new Arbiter();
    await calibrate(backend, profile, device);
    return new Rig(handle, backend, profile, device, await draftsOf(kind, backend, profile, device));
  }

  private constructor(
    handle: ModelHandle,
    backend: DecodeBackend,
    profile: LatencyProfile,
    device: Arbiter,
    speculation: Speculation | undefined,
  ) {
    const computeMs = (start: number) => profile.prompt(PAGE_TOKENS, start, backend.batchTokens);
    this.backend = backend;
    this.speculation = speculation;
    this.#loop = new Loop({
      backend,
      tokenizer: handle.tokenizer,
      cache: new KvCache(backend, { leases: LEASES, computeMs }),
      profile,
      policy: 'preemptive',
      decisions: new Decisions(() => backend.now()),
      speculation,
      device,
    });
  }

  run({ make, ...ask }: Ask, onText: RequestInput['onText'] = () => undefined): Promise<Generation> {
    const input: RequestInput = { workspace: 'bench', onText, ...ask, ...make(this.backend) };
    return this.#loop.submit(input).done;
  }

  /** The tokens of an answer. */
  async tokens(ask: Ask): Promise<number[]> {
    const tokens: number[] = [];
    await this.run(ask, (_, more) => void tokens.push(...more));
    return tokens;
  }

  /** All asks, one after the other: what they took from their arrival on, by the clock and of the processors, ms. */
  async time(asks: readonly Ask[]): Promise<Timed> {
    let [ms, tokens, text] = [0, 0, ''];
    const before = process.cpuUsage();
    for (const ask of asks) {
      const result = await this.run(ask);
      ms += result.totalMs;
      tokens += result.generatedTokens;
      text += `${result.text}\0`;
    }
    const { user, system } = process.cpuUsage(before);
    return { ms, busyMs: (user + system) / 1000, tokens, text };
  }

  dispose(): void {
    this.#loop.end(new Error('The bench is over.'));
    this.backend.dispose();
  }
}

/** Says what is written, whatever the model says; the model is asked all the same. */
export class Scripted implements Drawer {
  readonly #drawer: Sampler;
  readonly #script: ArrayLike<number>;
  #said = 0;

  constructor(drawer: Sampler, script: ArrayLike<number>) {
    this.#drawer = drawer;
    this.#script = script;
  }

  sample(row: number): number {
    this.#drawer.sample(row);
    return this.draw();
  }

  draw(): number {
    return this.#script[this.#said++]!;
  }

  accept(): void {}

  dispose(): void {
    this.#drawer.dispose();
  }
}

/** Knows the script, and is wrong at a share of its tokens. */
export class Synthetic implements DraftSource {
  readonly name = 'answer';
  readonly #script: ArrayLike<number>;
  readonly #random: Random;
  readonly #acceptance: number;

  constructor(script: ArrayLike<number>, acceptance: number, seed: number) {
    this.#script = script;
    this.#acceptance = acceptance;
    this.#random = new Random(seed);
  }

  guess(known: readonly number[], from: number) {
    const at = known.length - from;
    const tokens = Array.from({ length: Math.min(24, this.#script.length - at) }, (_, i) => {
      const token = this.#script[at + i]!;
      return this.#random.integer(0, 9_999) < 10_000 * this.#acceptance ? token : token === 0 ? 1 : 0;
    });
    return tokens.length === 0 ? undefined : { tokens, kinds: tokens.map(() => 4) };
  }
}
