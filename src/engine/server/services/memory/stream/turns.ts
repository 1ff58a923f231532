/** Turns of the chat, raw and in short: what of them is kept, and as what. */
import type { MemoryItem, RecordTurnParams } from '../../../../protocol/index.ts';
import type { NewItem } from '../items.ts';
import { abstractOf } from './abstract.ts';
import { Echoes, type Known } from './echoes.ts';
import { estimateTokens, type StreamParts } from './parts.ts';
import { secretIn } from './secrets.ts';
import { jaccard, oneLine, ownWordsOf, shinglesOf, tellingStems } from './wording.ts';
import { whyNotWorth } from './worth.ts';

/** What was done with a turn. */
export interface RecordedTurn {
  /** null: it is not kept. */
  item: MemoryItem | null;
  /** In words for people. */
  why: string;
  /** What the person told in it that is new, sentence by sentence: rules may be inferred from it. */
  statements: string[];
}

/** UTF-16 units of an answer that are kept. */
const LONGEST_ANSWER = 24_000;
const LONGEST_QUESTION = 8_000;
const LONGEST_TITLE = 80;
/** A turn of so few tokens is its own summary: SCM shortens from 300 on, a memory's share of a prompt is less here. */
const SHORT_TURN = 100;
/** Turns that share so many runs of words are the same. */
const SAME = 0.85;
const CANDIDATES = 8;
/** Of an answer that repeats, so many words have to be new. */
const LEAST_NEW_WORDS = 8;
const ANSWERED = '\n\nAnswered: ';

/** A turn as it is stored. */
const textOf = (question: string, answer: string): string => `Asked: ${question}${ANSWERED}${answer}`;

/** What the person said in a stored turn. */
export function saidIn(text: string): string {
  const end = text.indexOf(ANSWERED);
  return (end < 0 ? text : text.slice(0, end)).replace(/^Asked: /, '');
}

/**
 * Keeps a turn, or says why not. What it repeats of memories and attachments that stood in its prompt is marked in place of
 * being stored again; where a person asks and the answer only repeats, nothing is kept. A turn that has been kept much as it
 * is now is that item, with its newest wording.
 * @param params `attached`: texts of what was attached.
 */
export async function recordTurn(
  { store, anchorer, countTokens = estimateTokens, now = Date.now }: StreamParts,
  { conversation, message, question, answer, recalled, attached = [] }: Omit<RecordTurnParams, 'place'>,
): Promise<RecordedTurn> {
  const kept = (why: string): RecordedTurn => ({ item: null, why, statements: [] });
  const unworthy = whyNotWorth(question, answer);
  if (unworthy !== undefined) return kept(`Not kept. ${unworthy}`);
  const secret = secretIn(`${question}\n${answer}`);
  if (secret !== undefined) return kept(`Not kept. It holds what looks like ${secret}.`);

  const memories = recalled.map((id) => store.get(id)).filter((item) => item !== undefined);
  const known: Known[] = [...memories, ...attached.map((text) => ({ text }))];
  const echoes = new Echoes(known);
  const asked = echoes.sift(cut(question, LONGEST_QUESTION), 'person');
  const answered = echoes.sift(cut(answer, LONGEST_ANSWER), 'model');
  const own = echoes.sift(ownWordsOf(cut(question, LONGEST_QUESTION)), 'person');
  const statements = own.statements.filter((sentence) => tellingStems(sentence).size >= 2);
  if (memories.length > 0 && answered.newWords < LEAST_NEW_WORDS && !statements.some(isTold))
    return kept('Not kept. It only repeats what is remembered already.');
  if (asked.newWords + answered.newWords === 0) return kept('Not kept. It only repeats what was attached.');

  const text = textOf(asked.text, answered.text);
  const same = sameTurn(text);
  const key = `turn:${conversation}/${message}`;
  const sentences = await abstractOf(asked.text, answered.text, anchorer);
  const extract = sentences.map((sentence) => sentence.text).join('\n');
  const isShort = countTokens(text) <= SHORT_TURN;
  const item: NewItem = {
    kind: 'turn',
    source: 'chat',
    made: 'extracted',
    key: same?.key ?? key,
    title: oneLine(asked.text || question, LONGEST_TITLE),
    path: null,
    text,
    summary: isShort ? text : extract,
    sentences,
    recalled,
    created: now(),
  };
  const title = item.title;
  const put = store.inTransaction(() => {
    const stored = store.put(item);
    // By its key a turn is known to be in a prompt: it is the newest one that may be.
    return (same && same.key !== key ? store.change(stored.id, { key }) : undefined) ?? stored;
  }, `Remembered the question “${title}”`);
  return { item: put, why: same ? 'Kept in place of a turn that was much the same.' : 'Kept.', statements };

  function sameTurn(text: string): MemoryItem | undefined {
    return store
      .byWords(oneLine(text, 400), CANDIDATES, ['turn'])
      .map(({ id }) => store.get(id))
      .find((other) => other !== undefined && isSame(text, other.text));
  }
}

/** A person tells; a request to do something tells nothing of the project. */
const isTold = (sentence: string): boolean =>
  !/^(?:please\s+)?(?:show|tell|explain|give|list|find|write|fix|add|make|create|what|who|where|when|why|how|which|can|could|do|does|did|is|are|will|would|should)\b/i.test(
    sentence,
  );

const numbersIn = (text: string): string => [...new Set(text.match(/\d[\d.]*/g) ?? [])].sort().join(' ');

/** What differs in a number, or in a word of the question that tells something, differs. */
const isSame = (a: string, b: string): boolean =>
  numbersIn(a) === numbersIn(b) &&
  jaccard(tellingStems(saidIn(a)), tellingStems(saidIn(b))) === 1 &&
  jaccard(shinglesOf(a), shinglesOf(b)) >= SAME;

const cut = (text: string, most: number): string => {
  const plain = text.replace(/\r\n?/g, '\n').trim();
  return plain.length <= most ? plain : `${plain.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')}…`;
};
