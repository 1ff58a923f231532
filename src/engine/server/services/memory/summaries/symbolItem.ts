/** What a symbol is for, in the words of its comment, how it is called and what it has and uses. */
import type { MemoryAnchor } from '../../../../protocol/index.ts';
import type { NamedCode } from '../anchors/names.ts';
import type { NewItem } from '../items.ts';
import { quoting } from './anchoring.ts';
import { itemOf } from './item.ts';
import type { Tag } from './prose.ts';
import { type LeftOut, Sentences } from './sentences.ts';
import { article, kindOf, listed, nameOf, signatureOf } from './wording.ts';
import type { Described } from './worth.ts';

/** Sentences of its comment. */
const MOST_QUOTED = 5;
const MOST_MEMBERS = 12;
const MOST_USED = 10;
const MOST_PARAMETERS = 4;

export interface SymbolParts {
  path: string;
  /** Of the symbol. */
  anchor: MemoryAnchor;
  /** What is in it. */
  members: readonly Described[];
  /** Names of the file, or imported into it, that its text has. */
  uses: readonly string[];
  /** Of the file. */
  code: NamedCode;
}

/** @returns undefined where nothing is left to say. */
export function symbolItem(
  one: Described,
  { path, anchor, members, uses, code }: SymbolParts,
  leftOut: LeftOut,
): NewItem | undefined {
  const { symbol, doc } = one;
  const name = nameOf(symbol);
  const kind = kindOf(symbol);
  const sentences = new Sentences(code, leftOut);
  sentences.hid(doc.hidden);
  let isNamed = false;
  for (const sentence of doc.sentences.slice(0, MOST_QUOTED)) {
    const text: string = isNamed ? sentence : `${name} (${kind} in ${path}): ${sentence}`;
    isNamed = sentences.add(text, quoting(anchor, sentence)) || isNamed;
  }
  const signature = signatureOf(symbol);
  if (!isNamed) {
    const where = `${name} is ${article(kind)} ${kind} in ${path}`;
    if (!sentences.add(signature === '' ? `${where}.` : `${where}: ${signature}.`, anchor)) return undefined;
  } else if (signature !== '') sentences.add(`It is declared as ${signature}.`, anchor);
  for (const tag of chosen(doc.tags)) sentences.add(told(tag), quoting(anchor, tag.text));
  if (members.length > 0) {
    const names = [...new Set(members.map((member) => member.symbol.name))];
    sentences.add(`It has ${listed(names, MOST_MEMBERS)}.`, anchor);
  }
  if (uses.length > 0) sentences.add(`It uses ${listed(uses.slice(0, MOST_USED))}.`, anchor);
  return itemOf({ kind: 'symbol', key: `symbol:${path}#${name}`, title: name, path }, sentences.all);
}

function chosen(tags: readonly Tag[]): Tag[] {
  const parameters = tags.filter(({ name }) => name === 'param').slice(0, MOST_PARAMETERS);
  return [...parameters, ...tags.filter(({ name }) => name !== 'param')];
}

function told({ name, subject, text }: Tag): string {
  switch (name) {
    case 'param':
      return `Its parameter ${subject}: ${text}`;
    case 'returns':
      return `It returns: ${text}`;
    case 'throws':
      return subject === '' ? `It throws: ${text}` : `It throws ${subject}: ${text}`;
    case 'deprecated':
      return `It is deprecated: ${text}`;
  }
}
