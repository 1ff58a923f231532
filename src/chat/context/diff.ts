/** Uncommitted changes as a text: file by file, bounded, with what was left out named. */
import { namesInWords } from './attachment.ts';
import { sizeInWords } from './refusals.ts';

export interface FileDiff {
  name: string;
  /** As git writes it. */
  text: string;
}

/** Characters of a whole diff that is attached. */
export const MOST_DIFF = 64 * 1024;

/** A file that git does not know yet, as git would show it once it does. */
export function diffOfNew(name: string, text: string): string {
  const ends = text.endsWith('\n');
  const lines = text === '' ? [] : (ends ? text.slice(0, -1) : text).split('\n');
  const head = `diff --git a/${name} b/${name}\nnew file\n--- /dev/null\n+++ b/${name}\n`;
  if (lines.length === 0) return head;
  const body = lines.map((line) => `+${line}`).join('\n');
  return `${head}@@ -0,0 +1,${lines.length} @@\n${body}\n${ends ? '' : '\\ No newline at end of file\n'}`;
}

/**
 * As many whole files as fit, small ones first, in their own order, and the names of the others.
 * @param most characters.
 */
export function joinDiffs(files: readonly FileDiff[], most: number): { text: string; left: string[] } {
  const bySize = [...files].sort((a, b) => a.text.length - b.text.length);
  const taken = new Set<FileDiff>();
  let length = 0;
  for (const file of bySize) {
    if (length + file.text.length > most) break;
    length += file.text.length;
    taken.add(file);
  }
  const text = files
    .filter((file) => taken.has(file))
    .map((file) => (file.text.endsWith('\n') ? file.text : `${file.text}\n`))
    .join('');
  return { text, left: files.filter((file) => !taken.has(file)).map(({ name }) => name) };
}

/** What is said of a diff that is not whole; undefined where it is. */
export function leftOutOfDiff(secret: readonly string[], left: readonly string[], most: number): string | undefined {
  const parts: string[] = [];
  if (secret.length > 0) parts.push(`without ${namesInWords(secret)}: secret, or ignored by git`);
  if (left.length > 0) {
    parts.push(
      `without ${namesInWords(left)}: more than ${sizeInWords(most)} together; attach them one by one as @diff:name`,
    );
  }
  return parts.length > 0 ? parts.join('; ') : undefined;
}
