/** Makes what was activated fit: SCM's rule of 2,000 and 800 tokens first, then summaries for the whole, then fewer. */
import type { ActivatedMemory } from '../../../../protocol/index.ts';
import { asPrompt, noteOf } from './asPrompt.ts';

/** Together, and one alone, in tokens (arXiv 2304.13343). */
const MUCH = 2_000;
const LONG = 800;

/** A memory as it may stand in a prompt, and in short where that is shorter. */
export interface Candidate extends ActivatedMemory {
  short: string | undefined;
}

export interface FitWith {
  /** Tokens that all notes may have together, their frame included. */
  room: number;
  countTokens(text: string): number;
  /** Whether its summary is enough for the question. */
  suffices(memory: ActivatedMemory): Promise<boolean>;
}

/**
 * Ends always: each step makes a memory short that was not, or leaves one out.
 * @param memories the one that is to stay longest first.
 * @returns those that fit, in the same order; together they have at most `room` tokens as a prompt has them.
 */
export async function fitted(
  memories: readonly Candidate[],
  { room, countTokens, suffices }: FitWith,
): Promise<ActivatedMemory[]> {
  let chosen = memories.map((memory) => ({ ...memory, tokens: countTokens(noteOf(memory)) }));
  if (sum(chosen) > MUCH) {
    for (const memory of chosen) {
      if (memory.tokens > LONG && memory.short !== undefined && (await suffices(memory))) shorten(memory, countTokens);
    }
  }
  while (chosen.length > 0 && countTokens(asPrompt(chosen)) > room) {
    const long = chosen.findLast((memory) => memory.short !== undefined);
    if (long) shorten(long, countTokens);
    else chosen = chosen.slice(0, -1);
  }
  return chosen.map(({ short: _, ...memory }) => memory);
}

function shorten(memory: Candidate, countTokens: (text: string) => number): void {
  memory.text = memory.short!;
  memory.short = undefined;
  memory.inShort = true;
  memory.tokens = countTokens(noteOf(memory));
}

const sum = (memories: readonly ActivatedMemory[]): number => memories.reduce((total, { tokens }) => total + tokens, 0);
