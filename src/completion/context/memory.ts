/**
 * What the project's memory says, as a model that completes code is shown it: a file of comments in the language of the file
 * that is written. Every line of a note is a comment of its own, so that whatever a memory says is data there, and no code.
 */
import { type GrammarName, grammarFor } from '../../syntax/languages.ts';

/** One memory: what is said, and of which file. */
export interface Note {
  path: string | null;
  text: string;
}

/** How a line is commented; a language that is not named has no such comment, or nobody reads its symbols. */
const MARKS: Readonly<Partial<Record<GrammarName, string>>> = {
  bash: '#',
  'c-sharp': '//',
  cpp: '//',
  go: '//',
  java: '//',
  javascript: '//',
  php: '//',
  powershell: '#',
  python: '#',
  ruby: '#',
  rust: '//',
  tsx: '//',
  typescript: '//',
};

/**
 * The notes as comments, in the order they are given in; LF, with a line break at the end.
 * @param units UTF-16 units that there is room for: notes that do not fit are left out, the last first.
 * @returns the text, '' for none and for a language without comments of a line; and how many of the notes it has.
 */
export function notesFor(
  notes: readonly Note[],
  file: { languageId?: string; path: string },
  units: number,
): { text: string; count: number } {
  const grammar = grammarFor(file.languageId, file.path)?.name;
  const mark = grammar && MARKS[grammar];
  const room = units - notesPath(file.path).length - 1;
  let written = '';
  let count = 0;
  if (mark === undefined) return { text: written, count };
  for (const { path, text } of notes) {
    const [first, ...rest] = linesOf(text);
    const about = path === null ? '' : `${linesOf(path).join(' ')}: `;
    const lines = [`${about}${first}`, ...rest].map((line) => `${mark} ${line}\n`).join('');
    if (written.length + lines.length > room) break;
    written += lines;
    count++;
  }
  return { text: written, count };
}

/** The name that the notes stand under: one of the same language. */
export const notesPath = (path: string): string => `notes${/\.\w+$/.exec(path)?.[0] ?? ''}`;

/** Everything that ends a line in some language ends one here; what ends PHP, in a comment too, and signs that cannot be seen are left out. */
const linesOf = (text: string): string[] =>
  text
    .trim()
    .split(/\r\n?|[\n\v\f\u0085\u2028\u2029]/)
    .map((line) => line.replace(/\?>|[\p{Cc}\p{Cf}]/gu, '').replace(/\\+$/, ''));
