/** A sentence with the code that it is about, as a person reads it to say whether the code supports it. */
import type { Said } from './folderAudit.ts';

/** Lines in front of a symbol, where its comment stands, and lines of it. */
const BEFORE = 30;
const MOST_LINES = 40;
const MOST_ANCHORS = 2;

export async function printed(
  name: string,
  { key, sentence }: Said,
  read: (file: string) => Promise<string | undefined>,
): Promise<string> {
  const parts = [`${name} ${key}`, `SAYS ${sentence.text}`];
  for (const { path, symbol, lines } of sentence.anchors.slice(0, MOST_ANCHORS)) {
    const all = (await read(path))?.split('\n') ?? [];
    const [first, last] = lines ?? [1, 1];
    const begin = symbol === null ? 0 : commentStart(all, first - 1);
    const shown = all.slice(begin, Math.min(last, begin + MOST_LINES)).map((line) => line.slice(0, 160));
    parts.push(`--- ${path} ${symbol ?? ''} (${first} to ${last})`, ...shown);
  }
  return parts.join('\n');
}

function commentStart(lines: readonly string[], symbol: number): number {
  let begin = symbol;
  while (begin > 0 && symbol - begin < BEFORE && /^\s*(?:\/[/*]|\*|#|@)/.test(lines[begin - 1]!)) begin--;
  return begin;
}
