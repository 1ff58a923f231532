/** What is typed: some passages of a file, taken out of it before and written again from the first to the last. */
import type { Random } from '../../traces/random.ts';
import type { SourceFile } from '../places.ts';
import type { Corpus } from './corpus.ts';

/** Lines of a file that stand together. */
export interface Passage {
  row: number;
  count: number;
}

export interface Script {
  corpus: Corpus;
  file: SourceFile;
  /** Ascending, and apart from each other. */
  passages: Passage[];
}

/** Lines that are typed in one file. */
const LINES_OF_A_FILE = 6;
/** Lines between two passages, so that one is no neighbour of another. */
const APART = 6;
/** A passage begins with a line that is not shorter: shorter ones are brackets and keywords. */
const SHORTEST = 8;
const LONGEST = 120;
/** Lines of a passage: most are one line in the middle of what is there, some are a whole body. */
const LENGTHS = [1, 1, 1, 2, 3, 5];
const COMMENT = /^(?:\/\/|\/?\*|#!|#\s|<!--|"""|''')/;

/** Scripts of about `lines` lines, evenly out of the projects. The same for the same seed. */
export function scriptsOf(corpora: readonly Corpus[], lines: number, random: Random): Script[] {
  return corpora.flatMap((corpus) => {
    const scripts: Script[] = [];
    let left = Math.ceil(lines / corpora.length);
    for (let tries = 0; left > 0 && tries < 20 * lines; tries++) {
      const file = random.choice(corpus.files);
      const passages = passagesIn(file, Math.min(left, LINES_OF_A_FILE), random);
      if (passages.length === 0) continue;
      scripts.push({ corpus, file, passages });
      left -= passages.reduce((sum, { count }) => sum + count, 0);
    }
    return scripts;
  });
}

function passagesIn({ content }: SourceFile, most: number, random: Random): Passage[] {
  const lines = content.split('\n');
  const passages: Passage[] = [];
  let left = most;
  for (let tries = 0; left > 0 && tries < 40; tries++) {
    const count = Math.min(left, random.choice(LENGTHS));
    const row = random.integer(0, lines.length - 1);
    const passage = lines.slice(row, row + count);
    if (passage.length < count || !isTypical(passage) || passages.some((other) => isNear(other, { row, count })))
      continue;
    passages.push({ row, count });
    left -= count;
  }
  return passages.sort((a, b) => a.row - b.row);
}

function isTypical(passage: readonly string[]): boolean {
  if (passage[0]!.trim().length < SHORTEST) return false;
  return passage.every((line) => {
    const code = line.trimStart();
    return code !== '' && code === code.trimEnd() && code.length <= LONGEST && !COMMENT.test(code);
  });
}

const isNear = (a: Passage, b: Passage): boolean => a.row < b.row + b.count + APART && b.row < a.row + a.count + APART;

/** The file as it is before anything of the script is typed. */
export function withoutPassages({ file, passages }: Script): string {
  const gone = new Set(passages.flatMap(({ row, count }) => Array.from({ length: count }, (_, i) => row + i)));
  return file.content
    .split('\n')
    .filter((_, row) => !gone.has(row))
    .join('\n');
}

/** Where a passage begins in the file when all passages before it are written, and what it says. */
export function targetOf({ file }: Script, { row, count }: Passage): { start: number; text: string } {
  const lines = file.content.split('\n');
  const start = lines.slice(0, row).reduce((sum, line) => sum + line.length + 1, 0);
  return { start, text: lines.slice(row, row + count).join('\n') };
}
