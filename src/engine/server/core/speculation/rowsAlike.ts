/**
 * How many rows a step may have for the library to compute each as it does alone. Some of its routines for several rows
 * round otherwise than the one for a single row: in 4-bit K quants on a CPU, four rows move logits by up to 3, which is no
 * hair's breadth any more. Found out when the model is opened, as nobody says it.
 */
import type { Arbiter } from '../arbiter.ts';
import type { DecodeBackend, DecodeOutcome } from '../backend.ts';
import { RANK } from '../scheduler/request.ts';

/** Largest distance of a logit that counts as the same; what the tests allow for order and chunks. */
const BOUND = 0.5;
/** Tokens that are computed alone, and then with others behind them. */
const ALONE = 2;
const SIZES = [2, 3, 4, 8, 16];
/** What was not compared when so much time was spent is not drafted. */
const BUDGET_MS = 1_500;
/** Ids of the tokens, which every vocabulary has. */
const FIRST_TOKEN = 40;

/** What was found out of steps of several rows. */
export interface RowsAlike {
  /** 1: no two rows are computed as they are alone; Infinity: any number. */
  most: number;
  /** Milliseconds of steps of so many rows, all with logits. */
  ms: ReadonlyMap<number, number>;
}

/** On an empty cache, which is empty again afterwards. */
export async function rowsAlike(backend: DecodeBackend, device: Arbiter): Promise<RowsAlike> {
  const batch = backend.createBatch();
  const times = new Map<number, number>();
  let spent = 0;
  /** Decodes the tokens in chunks of so many. @returns the logits of the first ones; undefined where it could not. */
  const logitsOf = async (count: number, chunk: number): Promise<Float32Array[] | undefined> => {
    const found: Float32Array[] = [];
    let outcome: DecodeOutcome = 'ok';
    for (let start = 0; start < count && outcome === 'ok'; start += chunk) {
      await device.once(RANK.chat, () => {
        const began = backend.now();
        batch.clear();
        for (let at = start; at < start + chunk; at++) batch.add(FIRST_TOKEN + at, at, [0], true);
        outcome = backend.decode(batch);
        const ms = backend.now() - began;
        if (outcome === 'ok') times.set(chunk, Math.min(ms, times.get(chunk) ?? ms));
        for (let at = start; outcome === 'ok' && at < Math.min(ALONE, start + chunk); at++)
          found.push(backend.logits(at - start));
        spent += backend.now() - began;
        return backend.now() - began;
      });
    }
    backend.removeRange(0, 0, -1);
    return outcome === 'ok' ? found : undefined;
  };
  const alone = await logitsOf(ALONE, 1);
  spent = 0;
  let alike = 1;
  for (const size of SIZES) {
    if (spent > BUDGET_MS) return { most: alike, ms: times };
    const together = await logitsOf(size, size);
    // Once more only for the time, as one that was interrupted would be believed.
    if (spent < BUDGET_MS / 4) await logitsOf(size, size);
    if (!alone || !together?.every((logits, row) => distance(logits, alone[row]!) <= BOUND))
      return { most: alike, ms: times };
    alike = size;
  }
  return { most: Number.POSITIVE_INFINITY, ms: times };
}

function distance(a: Float32Array, b: Float32Array): number {
  let most = 0;
  for (let token = 0; token < a.length; token++) most = Math.max(most, Math.abs(a[token]! - b[token]!));
  return most;
}
