/** An item as a row of its table, and back. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { MemoryItem, MemoryKind, MemoryMade, MemorySentence, MemorySource } from '../../../../protocol/index.ts';

/** Text, or the same deflated. */
export type Packed = string | Uint8Array;

/** The columns of `items`, but for `embedder`, which goes with its vector. */
export interface ItemRow {
  id: number;
  key: string;
  kind: MemoryKind;
  source: MemorySource;
  made: MemoryMade;
  title: string;
  path: string | null;
  text: Packed;
  summary: string | null;
  sentences: Packed;
  tokens: number;
  summary_tokens: number;
  created: number;
  changed: number;
  activated: number | null;
  activations: number;
  pinned: number;
  superseded_by: number | null;
  recalled: string;
  /** Stems that it is found by beside its text; no part of the item that others see. Null: none. */
  body: Packed | null;
}

export const COLUMNS: readonly (keyof ItemRow)[] = [
  'id',
  'key',
  'kind',
  'source',
  'made',
  'title',
  'path',
  'text',
  'summary',
  'sentences',
  'tokens',
  'summary_tokens',
  'created',
  'changed',
  'activated',
  'activations',
  'pinned',
  'superseded_by',
  'recalled',
  'body',
];

export function pack(text: string): Uint8Array {
  return deflateRawSync(text, { level: 9 });
}

export function unpack(packed: Packed): string {
  return typeof packed === 'string' ? packed : inflateRawSync(packed).toString();
}

/** @param embedder its name. */
export function itemOf(row: ItemRow, embedder: string | null): MemoryItem {
  const { summary_tokens, superseded_by, pinned, text: packed, sentences, recalled, summary, body: _, ...rest } = row;
  const text = unpack(packed);
  return {
    ...rest,
    text,
    summary: summary ?? text,
    sentences: JSON.parse(unpack(sentences)) as MemorySentence[],
    summaryTokens: summary_tokens,
    pinned: pinned === 1,
    supersededBy: superseded_by,
    recalled: JSON.parse(recalled) as number[],
    embedder,
  };
}

/** @param body as the row that it takes the place of has it. */
export function rowOf(item: Omit<MemoryItem, 'embedder'>, body: Packed | null = null): ItemRow {
  return {
    id: item.id,
    key: item.key,
    kind: item.kind,
    source: item.source,
    made: item.made,
    title: item.title,
    path: item.path,
    text: item.text,
    summary: item.summary === item.text ? null : item.summary,
    sentences: JSON.stringify(item.sentences),
    tokens: item.tokens,
    summary_tokens: item.summaryTokens,
    created: item.created,
    changed: item.changed,
    activated: item.activated,
    activations: item.activations,
    pinned: item.pinned ? 1 : 0,
    superseded_by: item.supersededBy,
    recalled: JSON.stringify(item.recalled),
    body,
  };
}

/** Four letters are a token of English and of code, about; a letter of Chinese or Japanese is one. */
export function estimateTokens(text: string): number {
  let wide = 0;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x2e80) wide++;
  return Math.ceil((text.length - wide) / 4 + wide);
}
