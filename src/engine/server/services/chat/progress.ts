/** What is told of an answer under way. */
import type { ChatProgress } from '../../../protocol/index.ts';
import type { Hearing } from '../../core/generation.ts';
import type { RequestProgress } from '../../core/scheduler/request.ts';

/**
 * @param send receives text at once, and all else when it has changed.
 * @param readMs how long reading tokens from a position on takes.
 */
export function progressOf(
  send: (step: ChatProgress) => void,
  readMs: (tokens: number, position: number) => number,
): Hearing {
  let told = { read: -1, toRead: -1, pausedMs: 0 };
  return {
    onText: (text, tokens) => send({ text, tokens: [...tokens] }),
    onProgress: ({ read, toRead, position, reading, pausedMs }: RequestProgress) => {
      const paused = Math.round(pausedMs);
      const step: ChatProgress = {};
      if (reading && (read !== told.read || toRead !== told.toRead)) {
        step.reading = { done: read, total: toRead, leftMs: Math.round(readMs(toRead - read, position)) };
      }
      if (paused !== told.pausedMs) step.pausedMs = paused;
      told = { read, toRead, pausedMs: paused };
      if (Object.keys(step).length > 0) send(step);
    },
  };
}
