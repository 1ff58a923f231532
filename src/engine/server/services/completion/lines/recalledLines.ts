/**
 * What recalled lines say of each next token of an answer, beside another distribution over tokens: a Bayesian mixture of
 * whole lines. A line that was not recalled is as likely as the other distribution makes it,
 *
 *     p(line) = share[line] + (1 - sum of shares) * other(line)
 *
 * which, token by token, weighs each expert by how well it has foretold the answer so far (as context tree weighting does,
 * Willems et al. 1995; Volf and Willems 1998 switch so between experts). A recalled line that was departed from is out.
 */
import type { Tokenizer } from '../../../core/backend.ts';
import type { LineTokens } from './lineTokens.ts';
import type { Candidate } from './recall.ts';

const LEAST_WEIGHT = 1e-6;
const NEWLINE = '\n';

interface Expert {
  /** Bytes of the rest of the line and its break, one to a character. */
  rest: string;
  /** The same, in tokens. */
  tokens: Int32Array;
  breakToken: number | undefined;
  weight: number;
}

export class RecalledLines {
  readonly #encode: Tokenizer['encode'];
  readonly #spelling: LineTokens;
  #experts: Expert[];
  /** Weight of the other distribution. */
  #other: number;

  /**
   * @param candidates lines that begin as the cursor's line does. @param typed how much of them is written.
   * @param beginning bytes that the answer begins with though they are written, one to a character.
   */
  constructor(
    tokenizer: Pick<Tokenizer, 'encode'>,
    spelling: LineTokens,
    candidates: readonly Candidate[],
    { typed, beginning }: { typed: string; beginning: string },
  ) {
    this.#encode = (text) => tokenizer.encode(text);
    this.#spelling = spelling;
    this.#experts = candidates.map(({ text, breakToken, share }) => {
      const rest = `${beginning}${text.slice(typed.length)}${NEWLINE}`;
      return { rest, tokens: this.#tokensOf(rest, breakToken), breakToken, weight: share };
    });
    this.#other = 1 - this.#experts.reduce((sum, { weight }) => sum + weight, 0);
  }

  /** The same, from where it is; neither hears what the other takes. */
  clone(): RecalledLines {
    const twin = new RecalledLines({ encode: this.#encode }, this.#spelling, [], { typed: '', beginning: '' });
    twin.#experts = this.#experts.map((expert) => ({ ...expert }));
    twin.#other = this.#other;
    return twin;
  }

  /** False: they have nothing more to say. */
  get speaks(): boolean {
    return this.#experts.length > 0;
  }
  /** The share of the other distribution in what comes next. */
  get otherShare(): number {
    return this.#other;
  }

  /** What is left of the likeliest line, in tokens, and its share in what comes next; undefined: there is none. */
  get likeliest(): { tokens: Int32Array; share: number } | undefined {
    let best: Expert | undefined;
    for (const expert of this.#experts) if (expert.weight > (best?.weight ?? 0)) best = expert;
    return best && { tokens: best.tokens, share: best.weight };
  }

  /** Each token that a line goes on with, and its share in what comes next. */
  each(onToken: (token: number, share: number) => void): void {
    for (const { tokens, weight } of this.#experts) onToken(tokens[0]!, weight);
  }

  /** A token was chosen. @param probability that the other distribution gave it. */
  take(token: number, probability: number): void {
    const bytes = this.#spelling.text(token);
    this.#experts = this.#experts.filter((expert) => this.#follow(expert, token, bytes));
    this.#other *= probability;
    const total = this.#experts.reduce((sum, { weight }) => sum + weight, this.#other);
    this.#experts = this.#experts.filter(({ weight }) => weight > LEAST_WEIGHT * total);
    if (total > 0) {
      for (const expert of this.#experts) expert.weight /= total;
      this.#other /= total;
    }
    if (this.#experts.length === 0) this.#other = 1;
  }

  /** @returns whether the line goes on as the token says, and is not at its end. */
  #follow(expert: Expert, token: number, bytes: string): boolean {
    if (bytes === '' || bytes.length >= expert.rest.length || !expert.rest.startsWith(bytes)) return false;
    expert.rest = expert.rest.slice(bytes.length);
    const asEncoded = expert.tokens[0] === token && expert.tokens.length > 1;
    expert.tokens = asEncoded ? expert.tokens.subarray(1) : this.#tokensOf(expert.rest, expert.breakToken);
    return true;
  }

  /** The last token is the break as it was where the line was found, with the indentation of what follows. */
  #tokensOf(rest: string, breakToken: number | undefined): Int32Array {
    const tokens = this.#encode(Buffer.from(rest, 'latin1').toString('utf8'));
    const last = tokens.length - 1;
    if (breakToken !== undefined && this.#spelling.text(tokens[last]!) === NEWLINE) tokens[last] = breakToken;
    return tokens;
  }
}
