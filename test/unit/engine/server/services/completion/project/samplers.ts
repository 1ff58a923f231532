/** What tests of the sampler have in common: samplers over rows of logits that are given, and a drawer that takes the best. */
import type { Drawer } from '../../../../../../../src/engine/server/core/backend.ts';
import { simulatedTokenizer } from '../../../../../../../src/engine/server/core/simulated/tokenizer.ts';
import {
  MixedSampler,
  type MixedSamplerOptions,
  MixingTools,
} from '../../../../../../../src/engine/server/services/completion/project/mixedSampler.ts';
import { Vocabulary } from '../../../../../../../src/engine/server/services/completion/project/vocabulary.ts';
import { BYTE_VOCABULARY, bytesOf, scopeOf } from './scopes.ts';

export const vocabulary = new Vocabulary(simulatedTokenizer, BYTE_VOCABULARY);
/** Shared by all samplers, as in the engine. */
export const tools = new MixingTools(vocabulary);
export const END = 256;
export const codeOf = (c: string) => c.charCodeAt(0);
export const SCOPES = [scopeOf([bytesOf('const alpha = beta;\nlet gamma = delta;\n')])];

/** Logits of one row: those of characters as they are given, of all others `rest`. */
export function row(logits: Record<string, number> = {}, rest = 0): Float32Array {
  const all = new Float32Array(BYTE_VOCABULARY).fill(rest);
  for (const [c, logit] of Object.entries(logits)) all[c === 'END' ? END : codeOf(c)] = logit;
  return all;
}

/** A sampler for these rows of logits. */
export function sampler(rows: readonly Float32Array[], options: Partial<MixedSamplerOptions> = {}): MixedSampler {
  const backend = {
    logits: (row: number, target = new Float32Array(BYTE_VOCABULARY)) => {
      target.set(rows[row]!);
      return target;
    },
  };
  return new MixedSampler(backend, tools, {
    drawer: undefined,
    vocabulary,
    context: [],
    beginning: new Uint8Array(),
    scopes: [],
    oneLine: false,
    bias: 0,
    onFirst: () => true,
    ...options,
  });
}

/** Draws as the library's greedy sampler would, and remembers the distribution that it was shown. */
export class Greedy implements Drawer {
  readonly accepted: number[] = [];
  shown: number[] = [];
  disposed = false;

  draw(logits: Float32Array): number {
    const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
    this.shown = Array.from(logits, (logit) => Math.exp(logit) / sum);
    return logits.indexOf(Math.max(...logits));
  }
  sample(): number {
    throw new Error('It cannot see what is mixed in.');
  }
  accept(token: number): void {
    this.accepted.push(token);
  }
  dispose(): void {
    this.disposed = true;
  }
}
