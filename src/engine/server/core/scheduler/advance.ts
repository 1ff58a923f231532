/** What an iteration computed of a request becomes part of its answer: drafts are verified, the next token is drawn. */
import type { FinishReason } from '../../../protocol/index.ts';
import type { CacheLease } from '../kv/strategy.ts';
import { walk } from '../speculation/verify.ts';
import { beginForks } from './forks.ts';
import { charge } from './levels.ts';
import type { LoopParts } from './parts.ts';
import type { Request, RequestInput } from './request.ts';
import type { Slice } from './selection.ts';

export class Advance {
  readonly #parts: LoopParts;
  readonly #enter: (input: RequestInput) => Request;

  /** @param enter makes another answer a request of the loop. */
  constructor(parts: LoopParts, enter: (input: RequestInput) => Request) {
    this.#parts = parts;
    this.#enter = enter;
  }

  /**
   * Takes in that the tokens of a slice were computed.
   * @param ms how long the iteration took, which computed `rows` in all and ended at `now`.
   * @returns why the request is finished by it, if it is.
   */
  take(slice: Slice, now: number, ms: number, rows: number): FinishReason | undefined {
    const { cache, decisions, device } = this.#parts;
    const { request, start, end, drafted } = slice;
    request.waited = false;
    cache.commit(request.lease!, request.known, end);
    request.advanced(start);
    const own = end - start + (drafted?.draft.tokens.length ?? 0);
    decisions.record('ran', request, { tokens: own, ms });
    // Its share by rows: who only decodes beside a long prompt has not used up its time.
    if (charge(request.standing, (ms * own) / rows, now)) decisions.record('demoted', request);
    if (end < request.known.length || request.ending) return undefined;
    if (request.input.maxTokens === 0) return 'length';
    if (request.generatedTokens === 0) device.spoke();
    const finish = this.#draw(slice, now);
    // Few requests want any, and this runs for every token.
    if (request.input.forks) beginForks(request, finish !== undefined, now, cache, this.#enter);
    return finish;
  }

  /** Draws what comes next, and on for as long as it is what was drafted. Returns why the request is finished, if it is. */
  #draw({ request, end, row, drafted }: Slice, now: number): FinishReason | undefined {
    const { tokenizer, speculation } = this.#parts;
    let finish: FinishReason | undefined;
    const draw = (from: number): number | undefined => {
      const token = request.sampler.sample(from);
      finish = request.take(token, tokenizer, now);
      // Whoever hears of it may cancel it.
      return finish || request.settled ? undefined : token;
    };
    const before = request.known.length;
    const right = drafted ? walk(drafted.draft, (node) => draw(node < 0 ? row : drafted.row + node)).length : 0;
    if (!drafted) draw(row);
    else if (request.lease) this.#keep(request, request.lease, end + right, end + drafted.draft.tokens.length);
    speculation?.took({
      kind: request.input.class,
      source: drafted?.source,
      drafted: drafted?.draft.tokens.length ?? 0,
      right,
      made: request.known.length - before,
    });
    return finish;
  }

  /** Of the tokens up to `end` those up to `kept` were right. */
  #keep(request: Request, lease: CacheLease, kept: number, end: number): void {
    const { backend, cache } = this.#parts;
    if (kept < end) backend.removeRange(lease.sequence, kept, -1);
    cache.commit(lease, request.known, kept);
  }
}
