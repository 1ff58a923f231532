import type { MemorySentence } from '../../../../protocol/index.ts';
import type { NewItem } from '../items.ts';
import { fitting, LONGEST_SUMMARY, LONGEST_TEXT } from './wording.ts';

/** An item that says what its sentences say, as many of the first as fit; undefined where there are none. */
export function itemOf(
  head: Pick<NewItem, 'kind' | 'key' | 'title' | 'path'>,
  sentences: readonly MemorySentence[],
): NewItem | undefined {
  if (sentences.length === 0) return undefined;
  const whole = fitting(sentences, LONGEST_TEXT);
  const joined = (some: readonly MemorySentence[]) => some.map(({ text }) => text).join(' ');
  return {
    ...head,
    source: 'code',
    made: 'extracted',
    text: joined(whole),
    summary: joined(fitting(whole, LONGEST_SUMMARY)),
    sentences: whole,
  };
}
