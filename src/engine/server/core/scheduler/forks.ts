/** Other answers to a prompt than the likeliest: each goes its own way from where it parts from the first one. */
import type { LoopParts } from './parts.ts';
import { Request } from './request.ts';

/**
 * Begins the other answers of a request, where they are wanted and known: each has the prompt, and the answer up to where
 * it parts from it, by a fork of the lease. One that finds no room for that waits for its turn as any other.
 * @param over nothing more is drawn for the request. @param number gives the next request its number.
 * @returns each that has something left to compute, as it begins.
 */
export function* beginForks(
  request: Request,
  over: boolean,
  now: number,
  { cache, decisions, tokenizer }: LoopParts,
  number: () => number,
): Generator<Request> {
  // What drafts its answer follows the first one only.
  const { forks: wanted, sources: _, ...input } = request.input;
  if (!wanted || request.forks || request.settled) return;
  const branches = request.sampler.branches?.(wanted.most, over);
  if (!branches && !over) return;
  request.forks = [];
  wanted.onBegun?.(branches?.length ?? 0);
  for (const [index, { at, token, sampler }] of (branches ?? []).entries()) {
    const end = request.promptTokens + at;
    const begun = [...request.known.slice(request.promptTokens, end), token];
    const onText = wanted.onText(index);
    const fork = new Request({ ...input, begun, sampler, onText }, number(), now, tokenizer);
    // Who waits for them hears of it; until then it is no error that nobody does.
    fork.done.catch(() => undefined);
    request.forks.push(fork);
    decisions.record('arrived', fork, { tokens: fork.promptTokens });
    if (fork.over) {
      fork.finish(fork.over, now);
      continue;
    }
    const lease = cache.fork?.(request.lease!, request.known, end);
    if (lease) fork.begin(lease, now);
    yield fork;
  }
}
