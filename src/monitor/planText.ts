/** What a plan says of one model, for people: the same in the status and from `quire plan`. */
import type { ModelPlan } from '../engine/protocol/index.ts';

/**
 * Rows of a table: what lies where, how quick that is thought to be, and why it is no better.
 * @param decodeMs what a token takes as far as it was measured.
 */
export function planRows({ where, why, predicted }: ModelPlan, decodeMs?: number): [label: string, text: string][] {
  const { tokensPerSecond, prefillTokensPerSecond } = predicted;
  const writing = tokensPerSecond > 0 ? `${rate(tokensPerSecond)} written, ` : '';
  const measured = decodeMs ? `; measured: ${rate(Number((1000 / decodeMs).toPrecision(3)))} written` : '';
  return [
    ...labelled('Planned', where),
    ['Foretold', `${writing}${rate(prefillTokensPerSecond)} of a long prompt read${measured}`],
    ...labelled('Why', why),
  ];
}

function labelled(label: string, texts: readonly string[]): [string, string][] {
  return texts.map((text, index) => [index === 0 ? label : '', text]);
}

const rate = (tokens: number): string => `${tokens.toLocaleString('en-US')} tokens/s`;
