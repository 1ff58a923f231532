/** One memory as its page shows it. */
import type { CheckedAnchor, CheckedSentence, MemoryItem, MemoryScore } from '../engine/protocol/index.ts';
import { iconOf, isEditable, times } from './tree.ts';
import type { ShownAnchor, ShownLink, ShownMemory, ShownScore } from './view/protocol.ts';
import { ago, KIND_WORDS, MADE_WORDS, moment, SCORE_PARTS, SOURCE_WORDS, STATE_WORDS, tokensInWords } from './words.ts';

/** Why something was chosen. */
export interface Chosen {
  score: MemoryScore;
  why: string[];
}

/** @param titleOf of another memory; undefined where it is not there any more. */
export function shownMemory(
  { item, sentences }: { item: MemoryItem; sentences: readonly CheckedSentence[] },
  titleOf: (id: number) => string | undefined,
  now: number,
  chosen?: Chosen,
): ShownMemory {
  const { kind, supersededBy } = item;
  const link = (id: number): ShownLink => ({ id, title: titleOf(id) ?? `Memory ${id}, which is forgotten` });
  return {
    id: item.id,
    kind: KIND_WORDS[kind].one,
    icon: iconOf(kind),
    title: item.title,
    path: item.path,
    sentences: (sentences.length > 0 ? sentences : [{ text: item.text, isTrue: true, anchors: [] }]).map(
      ({ text, isTrue, anchors }) => ({ text, isTrue, anchors: anchors.map(shownAnchor) }),
    ),
    notice: noticeOf(item, sentences),
    facts: factsOf(item, now),
    pinned: item.pinned,
    isProposal: kind === 'proposal',
    isEditable: isEditable(item),
    supersededBy: supersededBy === null ? null : link(supersededBy),
    recalled: item.recalled.map(link),
    score: chosen ? shownScore(chosen) : null,
  };
}

export function shownAnchor({ path, symbol, state, lines }: CheckedAnchor): ShownAnchor {
  const { short, long } = STATE_WORDS[state];
  return {
    label: symbol === null ? path : `${path} · ${symbol}`,
    lines: lines === null ? null : lines[0] === lines[1] ? `${lines[0]}` : `${lines[0]}-${lines[1]}`,
    state,
    words: short,
    why: long,
  };
}

export const shownScore = ({ score, why }: Chosen): ShownScore => ({
  total: score.total,
  parts: SCORE_PARTS.map(([part, name]) => ({ name, value: score[part] })),
  why: [...why],
});

function noticeOf(item: MemoryItem, sentences: readonly CheckedSentence[]): ShownMemory['notice'] {
  if (item.supersededBy !== null)
    return { icon: 'info', words: 'Something newer says otherwise. It is kept to be seen, and never used.' };
  if (item.kind === 'proposal')
    return { icon: 'info', words: 'Quire inferred this. It is used only when you have accepted it.' };
  const stale = sentences.filter(({ isTrue }) => !isTrue).length;
  if (stale === 0) return null;
  return {
    icon: 'warning',
    words:
      stale === sentences.length
        ? 'The code that this is about has changed: nothing of it is used.'
        : `The code has changed under ${stale} of its ${sentences.length} sentences: those are not used.`,
  };
}

function factsOf(item: MemoryItem, now: number): ShownMemory['facts'] {
  const when = (at: number) => `${moment(at)} (${ago(at, now)})`;
  return [
    { name: 'Made', value: `${MADE_WORDS[item.made]}, from ${SOURCE_WORDS[item.source]}` },
    { name: 'Created', value: when(item.created) },
    { name: 'Changed', value: item.changed === item.created ? 'never' : when(item.changed) },
    {
      name: 'Used',
      value: item.activated === null ? 'never' : `${times(item.activations)}, last ${when(item.activated)}`,
      why: 'How often it stood in a prompt.',
    },
    {
      name: 'Size',
      value:
        item.summaryTokens === item.tokens
          ? tokensInWords(item.tokens)
          : `${tokensInWords(item.tokens)}, ${tokensInWords(item.summaryTokens)} in short`,
    },
    { name: 'Embedding', value: item.embedder ?? 'none yet: it is found by its words' },
    { name: 'Pinned', value: item.pinned ? 'yes: it is never removed to make room' : 'no' },
    { name: 'Id', value: `${item.id}` },
  ];
}
