/** Words in the titles and texts of conversations. What was attached is not searched: it is the project's, not theirs. */
import type { Entry } from './entries.ts';
import type { ConversationSummary } from './summary.ts';

export interface Excerpt {
  message: string;
  role: 'user' | 'assistant';
  /** One line around the first of the words. */
  text: string;
}

export interface Found extends ConversationSummary {
  /** Of the messages that hold most of the words; none where only the title does. */
  excerpts: Excerpt[];
}

const MOST_EXCERPTS = 3;
const EXCERPT = { before: 40, after: 100 };

/** Lower case, without repetition. */
export const wordsOf = (query: string): string[] => [...new Set(folded(query).split(/\s+/).filter(Boolean))];

/** @returns undefined where a word stands neither in the title nor in a message. */
export function excerptsOf(
  summary: ConversationSummary,
  entries: readonly Entry[],
  words: readonly string[],
): Found | undefined {
  const title = folded(summary.title);
  const missing = new Set(words.filter((word) => !title.includes(word)));
  const hits: (Excerpt & { words: number })[] = [];
  const seen = new Set<string>();
  for (const entry of entries) {
    if ((entry.type !== 'user' && entry.type !== 'assistant') || seen.has(entry.id)) continue;
    const text = folded(entry.text);
    const held = words.filter((word) => text.includes(word));
    if (held.length === 0) continue;
    seen.add(entry.id);
    for (const word of held) missing.delete(word);
    const excerpt = around(entry.text, text.indexOf(held[0]!));
    hits.push({ message: entry.id, role: entry.type, text: excerpt, words: held.length });
  }
  if (missing.size > 0) return undefined;
  hits.sort((a, b) => b.words - a.words);
  return { ...summary, excerpts: hits.slice(0, MOST_EXCERPTS).map(({ words: _, ...excerpt }) => excerpt) };
}

const folded = (text: string): string => text.normalize('NFC').toLowerCase();

/** Lower case may be a little longer than the text: the place is near enough. */
function around(text: string, at: number): string {
  const from = Math.max(0, at - EXCERPT.before);
  const to = Math.min(text.length, at + EXCERPT.after);
  const part = text.slice(from, to).toWellFormed().replace(/\s+/g, ' ').trim();
  return `${from > 0 ? '…' : ''}${part}${to < text.length ? '…' : ''}`;
}
