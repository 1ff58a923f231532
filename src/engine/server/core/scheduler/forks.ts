/** Other answers to a prompt than the likeliest: each goes its own way from where it parts from the first one. */
import type { CacheStrategy } from '../kv/strategy.ts';
import type { Request, RequestInput } from './request.ts';

/**
 * Begins the other answers of a request, where they are wanted and known: each has the prompt, and the answer up to where
 * it parts from it, by a fork of the lease. One that finds no room for that waits for its turn as any other.
 * @param over nothing more is drawn for the request. @param enter makes one a request of the loop.
 */
export function beginForks(
  request: Request,
  over: boolean,
  now: number,
  cache: CacheStrategy,
  enter: (input: RequestInput) => Request,
): void {
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
    const fork = enter({ ...input, begun, sampler, onText: wanted.onText(index) });
    // Who waits for them hears of it; until then it is no error that nobody does.
    fork.done.catch(() => undefined);
    request.forks.push(fork);
    const lease = fork.settled ? undefined : cache.fork?.(request.lease!, request.known, end);
    if (lease) fork.begin(lease, now);
  }
}
