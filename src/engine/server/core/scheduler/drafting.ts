/**
 * Puts guessed tokens behind the newest tokens of an iteration, after all that is asked for has its place in it: guesses
 * take the time that is left of what an iteration may take, and pages that nobody was promised.
 */
import type { Draft, SourceName } from '../speculation/draft.ts';
import type { Speculation } from '../speculation/speculation.ts';
import { contextOf } from './latencyProfile.ts';
import type { LoopParts } from './parts.ts';
import type { Slice } from './selection.ts';

/** Guesses of one request in an iteration. */
export interface Drafted {
  draft: Draft;
  /** Of the first node in the batch; the others follow. */
  row: number;
  source: SourceName;
}

export class Drafting {
  readonly #parts: LoopParts;
  readonly #speculation: Speculation;

  constructor(parts: LoopParts, speculation: Speculation) {
    this.#parts = parts;
    this.#speculation = speculation;
  }

  add(slices: readonly Slice[]): void {
    const ready = slices.filter(({ request, end }) => request.drafter && end === request.known.length);
    let others = ready.length - 1;
    for (const slice of ready) {
      if (slice.request.tokensLeft < 2) continue;
      const draft = this.#plan(slice, slices, ready.length, others);
      if (!draft) continue;
      slice.drafted = { draft, row: this.#fill(slice, draft), source: slice.request.drafter!.source! };
      others += draft.tokens.length;
    }
  }

  /** An iteration took `ms`, and made so many tokens. */
  computed(slices: readonly Slice[], made: number, ms: number): void {
    if (slices.some(({ start, end }) => end - start > 1)) return;
    const { costs } = this.#speculation;
    const { tokens, context } = this.#parts.planner;
    costs.observe(tokens, context, ms);
    const plainContext = slices.reduce((sum, { end }) => sum + end, 0);
    this.#speculation.computed(slices[0]!.request.input.class, {
      drafted: tokens - slices.length,
      // Not what it just took: one step that another process interrupted would outweigh twenty others.
      ms: costs.predict(tokens, context),
      plainMs: (made / slices.length) * costs.predict(slices.length, plainContext),
    });
  }

  #plan({ request, end }: Slice, slices: readonly Slice[], answers: number, others: number): Draft | undefined {
    const { planner, cache } = this.#parts;
    return this.#speculation.plan(request.drafter!, {
      kind: request.input.class,
      known: request.known,
      from: request.promptTokens,
      most: Math.min(request.tokensLeft - 1, Math.max(0, this.#speculation.mostRows - planner.tokens)),
      others,
      ms: this.#msWith(end, slices, answers),
      room: (wanted) => {
        let nodes = planner.guesses(request, end, wanted);
        while (nodes > 0 && !cache.extend(request.lease!, end + nodes)) nodes--;
        return nodes;
      },
    });
  }

  /** What the iteration takes with more nodes behind position `end`. Prompts in it are not its answers' to pay for. */
  #msWith(end: number, slices: readonly Slice[], answers: number): (nodes: number) => number {
    const { planner, profile } = this.#parts;
    const { costs } = this.#speculation;
    const { tokens, context } = planner;
    if (slices.every(({ start, end }) => end - start === 1))
      return (nodes) => costs.predict(tokens + nodes, context + contextOf(end, nodes));
    const alone = costs.predict(answers, answers * (end + 1)) - profile.predict(tokens, context);
    return (nodes) => alone + profile.predict(tokens + nodes, context + contextOf(end, nodes));
  }

  #fill({ request, end }: Slice, { tokens }: Draft): number {
    const { planner, batch } = this.#parts;
    const sequences = [request.lease!.sequence];
    let row = -1;
    for (const [node, token] of tokens.entries()) {
      const at = batch.add(token, end + node, sequences, true);
      if (node === 0) row = at;
    }
    planner.add(request, end, tokens.length);
    return row;
  }
}
