/**
 * Copy-constrained search: in a block between two markers only tokens are drawn that go on in one of some texts, by whole
 * lines. Outside of blocks the drawer draws as it does alone.
 */
import type { CopyOptions, SamplingOptions } from '../../../protocol/index.ts';
import type { DecodeBackend, Drawer, Sampler } from '../backend.ts';
import { EngineFailure } from '../failure.ts';
import type { ModelHandle } from '../modelHandle.ts';
import { Announced } from './announced.ts';
import { type CopyRules, LINE_START, OTHER_LINE, type Place } from './copyRules.ts';
import { type Spellings, spellingsOf } from './spellings.ts';

export class CopySampler implements Sampler {
  readonly #backend: Pick<DecodeBackend, 'logits'>;
  readonly #drawer: Drawer;
  readonly #spellings: Spellings;
  readonly #announced: Announced;
  readonly #beginning: readonly number[];
  #place: Place = LINE_START;

  /** @param drawer draws for this sampler alone, and is disposed of with it. */
  constructor(backend: Pick<DecodeBackend, 'logits'>, drawer: Drawer, spellings: Spellings, options: CopyOptions) {
    this.#backend = backend;
    this.#drawer = drawer;
    this.#spellings = spellings;
    this.#announced = new Announced(options);
    this.#beginning = spellings.beginning(this.#rules);
  }

  /** Those of the block that is written, or of the next one. */
  get #rules(): CopyRules {
    return this.#announced.rules;
  }

  /** @throws EngineFailure `grammarInvalid` where the drawer has a grammar that forbids all that can be copied. */
  sample(row: number): number {
    const token = this.#draw(row);
    this.#go(token, this.#next(token));
    return token;
  }

  accept(token: number): void {
    this.#drawer.accept(token);
  }

  /** @throws EngineFailure `promptInvalid` where the token is of no text; `grammarInvalid` of the drawer. */
  resume(token: number): void {
    const next = this.#next(token);
    if (next === undefined && this.#fitting().length > 0) {
      throw new EngineFailure(
        'promptInvalid',
        'The answer that was begun does not fit the files that it copies from. Ask again.',
      );
    }
    this.#drawer.resume?.(token);
    this.#go(token, next);
  }

  dispose(): void {
    this.#drawer.dispose();
  }

  #draw(row: number): number {
    const { logits } = this.#spellings;
    if (typeof this.#place === 'number') {
      const misfitting = this.#spellings.misfitting(this.#rules, this.#place, this.#beginning);
      if (misfitting.length === 0) return this.#drawer.sample(row);
      this.#backend.logits(row, logits);
      for (const token of misfitting) logits[token] = Number.NEGATIVE_INFINITY;
      return this.#drawer.draw(logits);
    }
    const fitting = this.#fitting();
    // The vocabulary cannot spell what comes next: the model is on its own.
    if (fitting.length === 0) return this.#drawer.sample(row);
    this.#backend.logits(row, logits);
    return this.#drawer.draw(logits, fitting);
  }

  /** Tokens that can come next; those without bytes cannot, as they end the answer. */
  #fitting(): Int32Array {
    return typeof this.#place === 'number' ? new Int32Array(0) : this.#spellings.fitting(this.#rules, this.#place);
  }

  #go(token: number, next: Place | undefined): void {
    const bytes = this.#spellings.of(token);
    if (typeof this.#place === 'number') this.#announced.take(bytes);
    else if (typeof next === 'number') {
      // What a token has behind the end of a block is a line of its own.
      this.#announced.lineBegins();
      this.#announced.take(bytes.slice(bytes.lastIndexOf('\n') + 1));
    }
    this.#place = next ?? OTHER_LINE;
  }

  #next(token: number): Place | undefined {
    return this.#rules.run(this.#place, this.#spellings.of(token));
  }
}

/** Makes the sampler of a request; see {@link samplersOf}. */
export type MakeSampler = (backend: DecodeBackend) => Sampler;

/**
 * Samplers for a request, whatever its options ask for.
 * @returns what makes one, as soon as all that it needs of the model is read; that throws EngineFailure `grammarInvalid`.
 */
export async function samplersOf(
  { tokenizer, info }: Pick<ModelHandle, 'tokenizer' | 'info'>,
  { copy, ...sampling }: SamplingOptions,
): Promise<MakeSampler> {
  if (!copy || copy.texts.length === 0) return (backend) => backend.createSampler(sampling);
  const spellings = await spellingsOf(tokenizer, info.vocabularyTokens);
  return (backend) => new CopySampler(backend, backend.createSampler(sampling), spellings, copy);
}
