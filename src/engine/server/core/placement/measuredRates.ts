/** How quick devices turned out to be, by the models that were opened on them: better than what is usual for their kind. */
import type { Device, ModelPlan } from '../../../protocol/index.ts';
import { LAYER_MS, SPLIT_MS } from './pricing.ts';
import type { RatedDevice } from './rates.ts';

/** Of a model that reads less for a token, other things take the time. */
const LEAST_BYTES = 64 * 2 ** 20;
/** One device has at least so much of a token's time; what is foretold of the others is taken for true. */
const LEAST_SHARE = 0.8;
/** It counts as a layer in `nGpuLayers`. */
const OUTPUT = 1;
/** A measurement is at most by so much off what was reckoned with: more is no rate, but a machine that stood still. */
const MOST_CHANGE = 8;

export class MeasuredRates {
  readonly #bandwidths = new Map<string, number>();

  /** Devices with their measured rates in place of others. */
  of<D extends Device>(devices: readonly D[]): D[] {
    return devices.map((device) => {
      const bandwidth = this.#bandwidths.get(device.name);
      return bandwidth === undefined ? device : { ...device, bandwidth };
    });
  }

  /**
   * Corrects the rate of the device that most of a model's time is spent on, so that the time comes out.
   * @param devices with the rates that are reckoned with now.
   * @param msPerToken of one sequence with `fill` tokens in the cache.
   * @returns name of the device; undefined where the model says nothing of one.
   */
  learn(plan: ModelPlan, devices: readonly RatedDevice[], msPerToken: number, fill: number): string | undefined {
    const { hotShare, readBytes, bytes, splits } = plan.predicted;
    if (!(msPerToken > 0 && Number.isFinite(msPerToken))) return undefined;
    const parts = devices.flatMap((device) => {
      const cache = ((bytes[device.name]?.cache ?? 0) * Math.min(fill, plan.cells)) / plan.cells;
      const read = readBytes * (hotShare[device.name] ?? 0) + cache;
      return read > 0 ? { device, read, ms: (1000 * read) / device.bandwidth } : [];
    });
    const most = parts.reduce<(typeof parts)[number] | undefined>((a, b) => (a && a.ms >= b.ms ? a : b), undefined);
    if (!most || most.read < LEAST_BYTES) return undefined;
    const { device, read, ms } = most;
    const starting = splits * SPLIT_MS + Math.max(0, plan.nGpuLayers - OUTPUT) * LAYER_MS;
    const others = parts.reduce((sum, part) => sum + part.ms, 0) - ms + starting;
    if (ms < LEAST_SHARE * (ms + others)) return undefined;
    const own = Math.min(ms * MOST_CHANGE, Math.max(ms / MOST_CHANGE, msPerToken - others));
    this.#bandwidths.set(device.name, (1000 * read) / own);
    return device.name;
  }
}
