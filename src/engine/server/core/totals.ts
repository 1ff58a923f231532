/** What became of the requests of each class, since the engine began. */
import type { ClassTotals, RequestClass } from '../../protocol/index.ts';
import type { Generation } from './scheduler/request.ts';

export class Totals {
  readonly #of: Record<RequestClass, ClassTotals> = { keystroke: none(), chat: none(), background: none() };

  /** Counts a request, and what comes of it. */
  async count<T extends Generation>(kind: RequestClass, work: () => Promise<T>): Promise<T> {
    const totals = this.#of[kind];
    totals.requests++;
    try {
      const result = await work();
      if (result.finish === 'cancelled' || result.finish === 'superseded') totals.cancelled++;
      else totals.finished++;
      totals.promptTokens += result.promptTokens;
      totals.cachedTokens += result.cachedTokens;
      totals.generatedTokens += result.generatedTokens;
      return result;
    } catch (error) {
      totals.failed++;
      throw error;
    }
  }

  /** A copy. */
  get(): Record<RequestClass, ClassTotals> {
    return structuredClone(this.#of);
  }
}

const none = (): ClassTotals => ({
  requests: 0,
  finished: 0,
  cancelled: 0,
  failed: 0,
  promptTokens: 0,
  cachedTokens: 0,
  generatedTokens: 0,
});
