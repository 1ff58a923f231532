/** Numbers of the command line. */
import { UsageError } from './usage.ts';

/** No sampling is any flatter than at this one. */
export const HOTTEST = 100;

interface Range {
  least: number;
  most?: number;
  whole?: boolean;
}

/** @throws UsageError in words for what is no number in the range; an empty text is none. */
export function numberOf(
  name: string,
  text: string,
  { least, most = Number.MAX_SAFE_INTEGER, whole = true }: Range,
): number {
  const value = Number(text);
  const fits = text.trim() !== '' && (whole ? Number.isSafeInteger(value) : Number.isFinite(value));
  if (fits && value >= least && value <= most) return value;
  const range = most < 1e6 ? `from ${least} to ${most}` : `of at least ${least}`;
  throw new UsageError(`--${name} must be a ${whole ? 'whole ' : ''}number ${range}, not '${text}'`);
}
