/** What ghost text was worth to who typed. */
import type { Shown, Typed } from './typist.ts';

export interface Passage extends Typed {
  project: string;
  language: string;
  /** Processor time of the engine; undefined where the system does not tell. */
  engineMs: number | undefined;
}

export interface Savings {
  characters: number;
  /** Share of the characters that were taken; and the same less the keys that took them. */
  saved: number;
  net: number;
  /** In a hundred keys that were pressed. */
  wrongPer100: number;
  shownPer100: number;
  requestsPer100: number;
  engineMsPer100: number | null;
  /** Of what was shown: all of it was right, its first word was. */
  precision: number | null;
  begun: number | null;
  /** From the key to the text, the editor's own delay apart; ms. */
  delay: { p50: number | null; p95: number | null };
  /** Share of the time that typing alone would have taken; reading included. */
  time: number;
  kinds: { kind: Shown['kind']; shown: number; right: number; begun: number; characters: number; given: number }[];
}

export function savingsOf(passages: readonly Passage[]): Savings {
  const sum = (of: (passage: Passage) => number) => passages.reduce((total, passage) => total + of(passage), 0);
  const shown = passages.flatMap((passage) => passage.shown);
  const characters = sum((passage) => passage.characters);
  const keys = sum((passage) => passage.keys);
  const taken = shown.reduce((total, text) => total + text.taken, 0);
  const taking = shown.reduce((total, text) => total + text.keys, 0);
  const per100 = (count: number) => (100 * count) / keys;
  const known = passages.every(({ engineMs }) => engineMs !== undefined);
  return {
    characters,
    saved: taken / characters,
    net: (taken - taking) / characters,
    wrongPer100: per100(shown.filter(({ right }) => !right).length),
    shownPer100: per100(shown.length),
    requestsPer100: per100(sum(({ asked }) => asked)),
    engineMsPer100: known ? per100(sum(({ engineMs }) => engineMs!)) : null,
    precision: shareOf(shown, ({ right }) => right),
    begun: shareOf(shown, ({ begun }) => begun),
    delay: { p50: quantile(shown, 0.5), p95: quantile(shown, 0.95) },
    time: 1 - sum(({ ms }) => ms) / sum(({ plainMs }) => plainMs),
    kinds: [...Map.groupBy(shown, ({ kind }) => kind)].map(([kind, texts]) => ({
      kind,
      shown: texts.length,
      right: shareOf(texts, ({ right }) => right)!,
      begun: shareOf(texts, ({ begun }) => begun)!,
      characters: texts.reduce((total, text) => total + text.characters, 0) / texts.length,
      given: texts.reduce((total, text) => total + text.taken, 0) / texts.length,
    })),
  };
}

function shareOf(texts: readonly Shown[], fits: (text: Shown) => boolean): number | null {
  return texts.length === 0 ? null : texts.filter(fits).length / texts.length;
}

function quantile(texts: readonly Shown[], share: number): number | null {
  const delays = texts.map(({ delayMs }) => delayMs).sort((a, b) => a - b);
  return delays[Math.min(delays.length - 1, Math.floor(share * delays.length))] ?? null;
}
