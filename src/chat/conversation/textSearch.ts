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
  /** The first messages that hold all words; none where only the title does. */
  excerpts: Excerpt[];
}

const MOST_EXCERPTS = 3;
const EXCERPT = { before: 40, after: 100 };

/** Lower case, without repetition. */
export const wordsOf = (query: string): string[] => [...new Set(folded(query).split(/\s+/).filter(Boolean))];

/** @returns undefined where neither the title nor a message holds all words. */
export function excerptsOf(
  summary: ConversationSummary,
  entries: readonly Entry[],
  words: readonly string[],
): Found | undefined {
  const excerpts: Excerpt[] = [];
  const seen = new Set<string>();
  for (const entry of entries) {
    if (excerpts.length === MOST_EXCERPTS) break;
    if ((entry.type !== 'user' && entry.type !== 'assistant') || seen.has(entry.id)) continue;
    const text = folded(entry.text);
    if (!words.every((word) => text.includes(word))) continue;
    seen.add(entry.id);
    excerpts.push({ message: entry.id, role: entry.type, text: around(entry.text, text.indexOf(words[0]!)) });
  }
  const title = folded(summary.title);
  return excerpts.length > 0 || words.every((word) => title.includes(word)) ? { ...summary, excerpts } : undefined;
}

const folded = (text: string): string => text.normalize('NFC').toLowerCase();

/** Lower case may be a little longer than the text: the place is near enough. */
function around(text: string, at: number): string {
  const from = Math.max(0, at - EXCERPT.before);
  const to = Math.min(text.length, at + EXCERPT.after);
  const part = text.slice(from, to).toWellFormed().replace(/\s+/g, ' ').trim();
  return `${from > 0 ? '…' : ''}${part}${to < text.length ? '…' : ''}`;
}
