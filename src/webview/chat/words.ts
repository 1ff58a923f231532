/** Numbers in words, as the panel says them. */
import type { Meter, TurnShown, UsageShown } from '../../chat/view/protocol.ts';

export function count(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}

/** `0.4 s`, `2 s`, `1 min 20 s`; `milliseconds` at least 0. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1).replace(/\.0$/, '')} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const rounded = Math.round(seconds);
  return rounded % 60 === 0 ? `${rounded / 60} min` : `${Math.floor(rounded / 60)} min ${rounded % 60} s`;
}

/** `312 new of 9,840 tokens, about 2 s`. */
export function meterWords(meter: Meter): string {
  const time = meter.readMs === null ? '' : `, about ${duration(Math.max(100, meter.readMs))}`;
  return `${count(meter.newTokens)} new of ${count(meter.promptTokens)} tokens${time}`;
}

/** `312 new of 9,840 tokens, first word after 0.4 s`. */
export function usageWords(usage: UsageShown): string {
  const first = usage.firstTokenMs === null ? '' : `, first word after ${duration(usage.firstTokenMs)}`;
  return `${count(usage.computedTokens)} new of ${count(usage.promptTokens)} tokens${first}`;
}

export function usageDetails(usage: UsageShown): string {
  return (
    `${usage.model}\n${count(usage.cachedTokens)} tokens were already read, ${count(usage.computedTokens)} computed\n` +
    `${count(usage.generatedTokens)} tokens written, ${duration(usage.totalMs)} in all`
  );
}

/** `Reading 40 %, 3 s left`; empty while nothing goes on. */
export function turnWords(turn: TurnShown): string {
  switch (turn.kind) {
    case 'idle':
      return '';
    case 'waiting':
      return turn.words;
    case 'reading': {
      const percent = turn.total > 0 ? Math.floor((100 * turn.done) / turn.total) : 0;
      const left = turn.leftMs === null ? '' : `, ${duration(roundedUp(turn.leftMs))} left`;
      return `Reading ${percent} %${left}`;
    }
    case 'writing':
      return turn.tokensPerSecond === null
        ? 'Writing'
        : `${turn.tokensPerSecond < 10 ? turn.tokensPerSecond.toFixed(1) : count(turn.tokensPerSecond)} tokens/s`;
  }
}

/** `Paused 180 ms for your typing`; empty where it was not. */
export function pausedWords(turn: TurnShown): string {
  if (!('pausedMs' in turn) || turn.pausedMs < 1) return '';
  const time = turn.pausedMs < 1000 ? `${Math.round(turn.pausedMs)} ms` : duration(turn.pausedMs);
  return `Paused ${time} for your typing`;
}

/** What takes part of the window, in the order of the bar. */
export function meterParts(meter: Meter): { name: string; words: string; tokens: number }[] {
  return [
    { name: 'fixed', words: 'Instructions', tokens: meter.fixed },
    { name: 'attachments', words: 'Attachments', tokens: meter.attachments },
    { name: 'memories', words: 'Memories', tokens: meter.memories },
    { name: 'history', words: 'Conversation', tokens: meter.history },
    { name: 'draft', words: 'This message', tokens: meter.draft },
    { name: 'answer', words: 'Kept for the answer', tokens: meter.answer },
  ];
}

/** How full the window is: `warn` from 75 %, `full` from 90 %. */
export function fullness(meter: Meter): 'free' | 'warn' | 'full' {
  const share =
    meter.contextTokens > 0 ? meterParts(meter).reduce((sum, part) => sum + part.tokens, 0) / meter.contextTokens : 0;
  return share >= 0.9 ? 'full' : share >= 0.75 ? 'warn' : 'free';
}

const roundedUp = (milliseconds: number) =>
  milliseconds < 1000 ? milliseconds : 1000 * Math.ceil(milliseconds / 1000);
