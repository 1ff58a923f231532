/** What speaks for and against an item beside words and likeness: names, places, kinds. */
import type { MemoryItem, MemoryKind } from '../../../../protocol/index.ts';
import { factorsOf, isGenerated } from '../../search/fileKinds.ts';
import { type Question, stemsOf } from './question.ts';
import type { Tested } from './tested.ts';
import { WEIGHTS, type Weights } from './weights.ts';

type Worth = Weights['boosts'];

export interface Boost {
  /** Added to the score; below 0 it speaks against it. */
  value: number;
  /** For people; null: not worth a word. */
  why: string | null;
}

/** So many others of its file are as good as more. */
const MOST_BESIDE = 3;

/** What else was found of its file. */
export interface Around {
  /** How relevant the other candidates of its file are, from 0 to 1 each, the best first. */
  beside: readonly number[];
  /** The best test of its file. */
  tested?: Tested | undefined;
}

/** @returns what applies, in a fixed order. */
export function boostsOf(
  item: MemoryItem,
  question: Question,
  { beside, tested }: Around,
  worth: Worth = WEIGHTS.boosts,
): Boost[] {
  const asked = new Set(question.terms.flatMap(({ word }) => [...stemsOf(word)]));
  return [
    definition(item, question, asked, worth),
    place(item, asked, worth),
    coherence(beside, worth),
    tested && { value: worth.tested * tested.relevance, why: `${tested.path} fits` },
    kind(item.kind, question, worth),
    item.pinned ? { value: worth.pinned, why: 'pinned' } : undefined,
    aside(item, question, worth),
  ].filter((boost) => boost !== undefined);
}

function definition(
  item: MemoryItem,
  { names }: Question,
  asked: ReadonlySet<string>,
  worth: Worth,
): Boost | undefined {
  if (item.kind !== 'symbol') return undefined;
  const name = nameOf(item);
  const last = name.split('.').at(-1)!.toLowerCase();
  if (names.has(last) || names.has(name.toLowerCase())) return { value: worth.defines, why: `defines ${name}` };
  const parts = stemsOf(last === '' ? name : name.split('.').at(-1)!);
  if (parts.size < 2 || [...parts].some((part) => !asked.has(part))) return undefined;
  return { value: worth.named, why: `is named ${name}` };
}

/** `A.m` of the key `symbol:src/a.ts#A.m`: titles are for people. */
function nameOf({ key, title }: MemoryItem): string {
  const at = key.lastIndexOf('#');
  return at < 0 ? title : key.slice(at + 1);
}

/** Share of the words in the name of its file, or folder, that are asked for. */
function place({ path }: MemoryItem, asked: ReadonlySet<string>, worth: Worth): Boost | undefined {
  const base = path?.split('/').at(-1)?.replace(/\..*$/, '') ?? '';
  const own = /^(?:index|main|mod|__init__)$/.test(base) ? (path!.split('/').at(-2) ?? base) : base;
  const stems = [...stemsOf(own)];
  const has = stems.filter((part) => asked.has(part)).length;
  if (has === 0) return undefined;
  const share = has / stems.length;
  return { value: worth.path * share, why: share === 1 ? `in ${path}` : null };
}

function coherence(beside: readonly number[], worth: Worth): Boost | undefined {
  const best = beside.slice(0, MOST_BESIDE);
  if (best.length === 0) return undefined;
  const sum = best.reduce((total, one) => total + one, 0);
  return {
    value: (worth.coherence * sum) / MOST_BESIDE,
    why: best.length > 1 ? `${beside.length} others of its file fit too` : null,
  };
}

function kind(of: MemoryKind, { overview, past }: Question, worth: Worth): Boost | undefined {
  const asked = (overview ? worth.overview[of] : undefined) ?? (past ? worth.past[of] : undefined);
  const always = worth.kinds[of] ?? 0;
  if (asked === undefined) return always === 0 ? undefined : { value: always, why: null };
  return { value: asked + always, why: overview ? `tells of the whole ${of}` : 'tells of what was said or done' };
}

function aside({ path, text }: MemoryItem, { tests }: Question, worth: Worth): Boost | undefined {
  if (path === null) return undefined;
  const { usual, forTests } = factorsOf(path);
  const factor = tests ? forTests : usual;
  if (isGenerated(text)) return { value: worth.generated, why: 'was written by a program' };
  return factor < 1 ? { value: worth.place * (factor - 1), why: null } : undefined;
}
