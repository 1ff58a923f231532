/** What is said to a question where no model can answer it: what a search of the project finds, and that it is that. */
import type { FoundPlace, SearchResult } from '../engine/protocol/index.ts';
import { wordsOf } from './errorWords.ts';

/** Lines of a place that are shown: enough to know it by. */
const LINES = 12;

/** @returns Markdown. @throws nothing: what the search cannot do is said. */
export async function answerBySearch(
  question: string,
  search: (query: string) => Promise<SearchResult>,
): Promise<string> {
  const words = question.trim();
  if (words === '') return 'No model answers here yet. A question is answered by what a search of the project finds.';
  let found: SearchResult;
  try {
    found = await search(words);
  } catch (error) {
    return `No model answers here yet, and the project could not be searched: ${wordsOf(error)}`;
  }
  const reading =
    found.reading < 1 ? ` (${Math.floor(found.reading * 100)} % of the files are read: ask again in a while)` : '';
  if (found.places.length === 0)
    return `**Search results**${reading}: nothing in ${found.files} files is about this. No model answers here yet.`;
  const places = found.places.map(shown);
  return [
    `**Search results**, not an answer: no model can chat here yet. In ${found.files} files${reading} this fits best:`,
    ...places,
  ].join('\n\n');
}

function shown({ path, start, end, text, why }: FoundPlace): string {
  const lines = text.replace(/\n$/, '').split('\n');
  const fence = '`'.repeat(Math.max(3, 1 + Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))));
  const language = /\.(\w+)$/.exec(path)?.[1] ?? '';
  const more = lines.length > LINES ? '\n…' : '';
  return `[${path}:${start}-${end}](${encodeURI(path)}#L${start}) for ${why.slice(0, 4).join(', ')}\n${fence}${language} ${path}\n${lines.slice(0, LINES).join('\n')}${more}\n${fence}`;
}
