/** A turn in short, taken from it word for word: the question in a line, the first sentences of the answer, what it names. */
import type { MemoryAnchor, MemorySentence } from '../../../../protocol/index.ts';
import { namesIn } from './names.ts';
import type { Anchorer } from './parts.ts';
import { oneLine, proseOf, sentencesOf } from './wording.ts';

/** UTF-16 units. */
const LONGEST_QUESTION = 200;
const LONGEST_SENTENCE = 240;
const MOST_SENTENCES = 2;
const MOST_NAMES = 8;
/** Sentences of an answer that lead to something, and say nothing themselves. */
const LEAD =
  /^(?:sure|certainly|of course|great question|here(?:['’]s| is| are)|let me|i['’]ll|to do (?:this|that))\b.*(?:[:!]|\.)$/i;

/** A sentence, and the names in it that may be anchored. */
interface Part {
  text: string;
  names: string[];
}

/** Sentences of a turn in short, each with the anchors of what it names, where that is in the code. */
export async function abstractOf(question: string, answer: string, anchorer?: Anchorer): Promise<MemorySentence[]> {
  const parts: Part[] = [{ text: `Asked: ${oneLine(question, LONGEST_QUESTION)}`, names: [] }];
  const sentences = sentencesOf(proseOf(answer))
    .map((sentence) => sentence.replace(/^(?:#+|[-*+]|\d+[.)])\s+/, ''))
    .filter((sentence) => /\p{L}/u.test(sentence));
  const telling = sentences.filter((sentence) => !LEAD.test(sentence));
  for (const sentence of (telling.length > 0 ? telling : sentences).slice(0, MOST_SENTENCES))
    parts.push({ text: oneLine(sentence, LONGEST_SENTENCE), names: namesIn(sentence) });
  const told = parts.map(({ text }) => text).join(' ');
  const others = namesIn(proseOf(answer))
    .filter((name) => !told.includes(name))
    .slice(0, MOST_NAMES);
  if (others.length > 0) parts.push({ text: `It names ${others.join(', ')}.`, names: others });
  const none: MemoryAnchor[] = [];
  return Promise.all(
    parts.map(async ({ text, names }) => ({
      text,
      anchors: anchorer && names.length > 0 ? await anchorer.anchorsOf(names) : none,
    })),
  );
}
