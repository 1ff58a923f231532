/**
 * What it costs to have something of a model on a device: milliseconds a token, weighted by the roles of the model. Writing
 * a token reads every hot byte once (at batch 1 the reads decide, FlexGen, arXiv 2303.06865); reading a prompt multiplies.
 * Weights that lie with the CPU are copied to a GPU for a long prompt, where the model uses one (ggml's `op_offload`).
 * All prices are linear in {@link Tensors}: those of a mean layer are the mean prices.
 */
import type { KvType } from '../../../protocol/index.ts';
import type { PlacedModel } from './layout.ts';
import type { Spilled, Tensors } from './parts.ts';
import type { RatedDevice } from './rates.ts';
import { KV_TYPES, ROLES } from './roles.ts';

/** A change of the device in the middle of a token: copies and waits. */
export const SPLIT_MS = 0.03;
/**
 * A layer of one token on a GPU beside its reads: some dozen kernels are started one after the other. By it, and by what is
 * measured of bandwidths, Qwen2.5-7B makes 138 tokens a second on an RTX 4090, Qwen3-30B-A3B about 200, as people report.
 */
export const LAYER_MS = 0.05;
const MS = 1000;

export type Group = Spilled | 'attention' | 'output';

export class Pricing {
  readonly #model: PlacedModel;
  readonly #link: number;

  constructor(model: PlacedModel, link: number) {
    this.#model = model;
    this.#link = link;
  }

  /** @param helper the first GPU that has something of the model: it computes prompts for what lies with the CPU. */
  tensors(group: Group, tensors: Tensors, device: RatedDevice, helper: RatedDevice | undefined): number {
    return this.#weighted((role) => {
      const writing = role.writes ? decodeMs(tensors, device) : 0;
      return writing + role.promptTokens * this.promptMs(group, tensors, device, helper, role.promptBatch);
    });
  }

  /** What it costs that one GPU helps and not another, for each multiplication of a token that lies with the CPU. */
  helpedBy(helper: RatedDevice, other: RatedDevice): number {
    const one = { held: 0, read: 0, multiplications: 1 };
    return this.#weighted(({ promptTokens }) => promptTokens * (multiplyMs(one, helper) - multiplyMs(one, other)));
  }

  /** Of the cache of layers that keep `elements` of a token. */
  cache(elements: number, type: KvType, device: RatedDevice): number {
    return this.#weighted((role) => (role.writes ? cacheMs(elements, type, device, role.fill) : 0));
  }

  /** Of a layer on a GPU, whatever its size. */
  layer(): number {
    return this.#weighted((role) => (role.writes ? LAYER_MS : 0));
  }

  split(): number {
    return this.#weighted((role) => (role.writes ? SPLIT_MS : 0));
  }

  /** Milliseconds a token of a prompt that is computed `batch` tokens at a time; the output is wanted for its last alone. */
  promptMs(
    group: Group,
    tensors: Tensors,
    device: RatedDevice,
    helper: RatedDevice | undefined,
    batch: number,
  ): number {
    if (group === 'output') return 0;
    if (!helper || device.kind !== 'cpu') return multiplyMs(tensors, device);
    return multiplyMs(tensors, helper) + ((tensors.held * this.#touched(group, batch)) / this.#link / batch) * MS;
  }

  /** Share of the weights that a batch needs: a mixture's experts are copied only where one of its tokens uses them. */
  #touched(group: Group, batch: number): number {
    return group === 'experts' ? 1 - (1 - this.#model.parts.expertShare) ** batch : 1;
  }

  #weighted(ms: (role: (typeof ROLES)[keyof typeof ROLES]) => number): number {
    return this.#model.roles.reduce((total, role) => total + ROLES[role].weight * ms(ROLES[role]), 0);
  }
}

const multiplyMs = ({ multiplications }: Tensors, { flops }: RatedDevice): number =>
  ((2 * multiplications) / flops) * MS;

/** Reads decide, where the device multiplies as quickly as it reads: a CPU beside a GPU's memory does not. */
export const decodeMs = (tensors: Tensors, device: RatedDevice): number =>
  Math.max((tensors.read / device.bandwidth) * MS, multiplyMs(tensors, device));

export const cacheMs = (elements: number, type: KvType, { bandwidth }: RatedDevice, fill: number): number =>
  ((elements * KV_TYPES[type].bytes * fill) / bandwidth) * MS;
