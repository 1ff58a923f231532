/** Whether an item that comes from outside is what it says it is: every field, its type, and how large it may be. */
import {
  MEMORY_KINDS,
  type MemoryAnchor,
  type MemoryItem,
  type MemoryKind,
  type MemoryMade,
  type MemorySentence,
  type MemorySource,
} from '../../../../protocol/index.ts';
import { estimateTokens } from './rows.ts';

/** UTF-16 units, or entries of a list. */
const LONGEST = { key: 2048, title: 1024, path: 4096, text: 2 ** 20, symbol: 1024, hash: 128, list: 10_000 } as const;

const LARGEST_ID = 2 ** 40;

const SOURCES: readonly MemorySource[] = ['code', 'chat', 'typing', 'person', 'import'];
const MADE: readonly MemoryMade[] = ['extracted', 'model', 'person'];

export const isKind = (value: unknown): value is MemoryKind => (MEMORY_KINDS as readonly unknown[]).includes(value);

/** @throws TypeError, in words that name the field, never what is in it. */
export function checkedItem(value: unknown): Omit<MemoryItem, 'embedder'> {
  const item = objectOf(value, 'it');
  const text = textOf(item.text, 'text', LONGEST.text);
  const summary = textOf(item.summary, 'summary', LONGEST.text);
  return {
    id: idOf(item.id),
    kind: oneOf(item.kind, 'kind', MEMORY_KINDS),
    source: oneOf(item.source, 'source', SOURCES),
    made: oneOf(item.made, 'made', MADE),
    key: textOf(item.key, 'key', LONGEST.key),
    title: textOf(item.title, 'title', LONGEST.title),
    path: item.path === null ? null : pathOf(item.path, 'path'),
    text,
    summary,
    sentences: listOf(item.sentences, 'sentences').map(sentenceOf),
    tokens: estimateTokens(text),
    summaryTokens: estimateTokens(summary),
    created: wholeNumberOf(item.created, 'created'),
    changed: wholeNumberOf(item.changed, 'changed'),
    activated: item.activated === null ? null : wholeNumberOf(item.activated, 'activated'),
    activations: wholeNumberOf(item.activations, 'activations'),
    pinned: flagOf(item.pinned, 'pinned'),
    supersededBy: item.supersededBy === null ? null : wholeNumberOf(item.supersededBy, 'supersededBy'),
    recalled: listOf(item.recalled, 'recalled').map((id) => wholeNumberOf(id, 'recalled')),
  };
}

function sentenceOf(value: unknown): MemorySentence {
  const sentence = objectOf(value, 'a sentence');
  return {
    text: textOf(sentence.text, "a sentence's text", LONGEST.text),
    anchors: listOf(sentence.anchors, "a sentence's anchors").map(anchorOf),
  };
}

function anchorOf(value: unknown): MemoryAnchor {
  const anchor = objectOf(value, 'an anchor');
  const hash = textOf(anchor.hash, "an anchor's hash", LONGEST.hash);
  if (!/^[\da-f]*$/i.test(hash)) throw new TypeError("an anchor's hash is not hexadecimal");
  return {
    path: pathOf(anchor.path, "an anchor's path"),
    symbol: anchor.symbol === null ? null : textOf(anchor.symbol, "an anchor's symbol", LONGEST.symbol),
    hash,
  };
}

function objectOf(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError(`${name} is no object`);
  return value as Record<string, unknown>;
}

function listOf(value: unknown, name: string): unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${name} is no list`);
  if (value.length > LONGEST.list) throw new TypeError(`${name} has more than ${LONGEST.list} entries`);
  return value;
}

function textOf(value: unknown, name: string, longest: number): string {
  if (typeof value !== 'string') throw new TypeError(`${name} is no text`);
  if (value.length > longest) throw new TypeError(`${name} is longer than ${longest} letters`);
  // SQLite ends a text there, and a lone surrogate is no text on disk.
  if (value.includes('\0') || !value.isWellFormed()) throw new TypeError(`${name} is no well-formed text`);
  return value;
}

/** In the workspace's folder, with '/': a file elsewhere is never read because an import names it. */
function pathOf(value: unknown, name: string): string {
  const path = textOf(value, name, LONGEST.path);
  const isInside = !/^([/\\]|[a-z]:)|\\/i.test(path) && !path.split('/').includes('..');
  if (!isInside) throw new TypeError(`${name} leads out of the workspace`);
  return path;
}

function wholeNumberOf(value: unknown, name: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw new TypeError(`${name} is no whole number of 0 or more`);
  return value as number;
}

/** The next item is given a greater one. */
function idOf(value: unknown): number {
  const id = wholeNumberOf(value, 'id');
  if (id > LARGEST_ID) throw new TypeError(`id is larger than ${LARGEST_ID}`);
  return id;
}

function flagOf(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw new TypeError(`${name} is neither true nor false`);
  return value;
}

function oneOf<T extends string>(value: unknown, name: string, values: readonly T[]): T {
  if (!(values as readonly unknown[]).includes(value)) throw new TypeError(`${name} is none of ${values.join(', ')}`);
  return value as T;
}
