/** What a file of code is for: the comment at its beginning, what it exports, what it builds on. */

import type { Imported } from '../../../../../syntax/imports.ts';
import type { MemoryAnchor, MemorySentence } from '../../../../protocol/index.ts';
import type { NamedCode } from '../anchors/names.ts';
import type { NewItem } from '../items.ts';
import { quoting } from './anchoring.ts';
import { itemOf } from './item.ts';
import type { Prose } from './prose.ts';
import { type LeftOut, Sentences } from './sentences.ts';
import { kindOf, listed, listedByKind, nameOf } from './wording.ts';
import { byWorth, type Described } from './worth.ts';

const MOST_QUOTED = 4;
const MOST_NAMED = 8;
const MOST_TOLD = 8;
const MOST_IMPORTS = 6;
const MOST_TESTS = 10;

export interface FileParts {
  path: string;
  /** Of the file. */
  anchor: MemoryAnchor;
  /** Of one of its symbols; undefined where it has none of its own. */
  anchorOf(one: Described): MemoryAnchor | undefined;
  head: Prose;
  symbols: readonly Described[];
  imports: readonly Imported[];
  /** Titles of its tests, where it is a file of tests. */
  tests: readonly string[];
  /** Of the file. */
  code: NamedCode;
}

/** @returns undefined where nothing is left to say. */
export function fileItem(parts: FileParts, leftOut: LeftOut): NewItem | undefined {
  const { path, anchor, head, imports, tests, code } = parts;
  // A type and a value of the same name are one thing to who imports it.
  const outer = [
    ...new Map(
      byWorth(parts.symbols.filter(({ symbol }) => symbol.container.length === 0))
        .reverse()
        .map((one) => [one.symbol.name, one]),
    ).values(),
  ].reverse();
  const exported = outer.filter((one) => one.exported);
  const main = exported.length > 0 ? exported : outer.filter(({ symbol }) => symbol.kind !== 'variable');
  const sentences = new Sentences(code, leftOut);
  sentences.hid(head.hidden);
  for (const sentence of head.sentences.slice(0, MOST_QUOTED)) {
    const isFirst = sentences.all.length === 0;
    sentences.add(isFirst ? `${path}: ${sentence}` : sentence, quoting(anchor, sentence));
  }
  const does = exported.length > 0 ? 'exports' : 'declares';
  if (main.length > 0) {
    const names = listedByKind(
      main.map(({ symbol }) => symbol),
      MOST_NAMED,
    );
    sentences.add(`${sentences.all.length === 0 ? path : 'It'} ${does} ${names}.`, anchor);
  }
  if (tests.length > 0) {
    sentences.add(`${sentences.all.length === 0 ? path : 'It'} tests: ${listed(tests, MOST_TESTS)}.`, anchor);
  }
  let told = 0;
  for (const one of main) {
    const said = one.doc.sentences[0];
    const own = parts.anchorOf(one);
    if (told === MOST_TOLD) break;
    if (said === undefined || own === undefined) continue;
    if (sentences.add(`${nameOf(one.symbol)} (${kindOf(one.symbol)}): ${said}`, quoting(own, said))) told++;
  }
  if (imports.length > 0) {
    const from = imports.map(({ from, names }) => (names.length === 0 ? from : `${from} (${listed(names, 4)})`));
    sentences.add(`${sentences.all.length === 0 ? path : 'It'} builds on ${listed(from, MOST_IMPORTS)}.`, anchor);
  }
  return fileItemOf(path, sentences.all);
}

/** The item of a file of any kind. */
export function fileItemOf(path: string, sentences: readonly MemorySentence[]): NewItem | undefined {
  return itemOf({ kind: 'file', key: `file:${path}`, title: path.slice(path.lastIndexOf('/') + 1), path }, sentences);
}

/** Titles that JavaScript's tests have, as `describe`, `it` and `test` are given them. */
export function testTitles(path: string, text: string): string[] {
  if (!/[._-](?:test|spec)\.[cm]?[jt]sx?$|(?:^|\/)__tests__\//.test(path)) return [];
  const titles: string[] = [];
  for (const [, , title] of text.matchAll(
    /^\s*(?:describe|suite|it|test)(?:\.\w+)*\(\s*(['"`])((?:\\.|(?!\1)[^\\\n$]){3,90})\1/gm,
  )) {
    titles.push(title!.replace(/\\(.)/g, '$1').replace(/[.\s]+$/, ''));
  }
  return [...new Set(titles)];
}
