/**
 * Summaries that are taken from the text: outlines, comments, README files, manifests, and who uses what. They need no model,
 * and say nothing that is not written in the files; the same files give the same summaries.
 */

import { importsOf } from '../../../../../syntax/imports.ts';
import { grammarFor } from '../../../../../syntax/languages.ts';
import type { MemoryAnchor, MemoryItem } from '../../../../protocol/index.ts';
import { isGenerated } from '../../search/fileKinds.ts';
import { wordsOf } from '../../search/words.ts';
import type { AnchorMaker } from '../anchors/fileAnchors.ts';
import type { NamedCode } from '../anchors/names.ts';
import type { FileSummary, NewItem, SourceText, Summariser } from '../items.ts';
import { headOf } from './comments.ts';
import { fileItem, fileItemOf, testTitles } from './fileItem.ts';
import { folderItem } from './folderItem.ts';
import { MANIFEST, manifestSentences } from './manifests.ts';
import { PAGE, pageSentences } from './pages.ts';
import { type Prose, proseOf } from './prose.ts';
import { namedCode, quotable } from './quotable.ts';
import { codeOf, definedNames, isOwnVariable, namesIn } from './references.ts';
import { RepositoryMap } from './repositoryMap.ts';
import type { LeftOut } from './sentences.ts';
import { symbolItem } from './symbolItem.ts';
import { nameOf } from './wording.ts';
import { type Described, described, isConstructor, worthAnItem } from './worth.ts';

export class ExtractiveSummariser implements Summariser {
  /** Who uses what, of all files that were summarised. */
  readonly map: RepositoryMap;
  /** Sentences that were left out since this was made, and why. */
  readonly leftOut: LeftOut = { instruction: 0, hidden: 0, secret: 0, absent: 0 };
  readonly #anchors: Pick<AnchorMaker, 'read'>;

  /** @param map what is known of other files already. */
  constructor(anchors: Pick<AnchorMaker, 'read'>, map = new RepositoryMap()) {
    this.#anchors = anchors;
    this.map = map;
  }

  /** The items are none where the file says nothing about itself, as data does. */
  async file(source: SourceText): Promise<FileSummary> {
    const { anchors, outline, words } = await this.#anchors.read(source);
    const { treeHash } = anchors;
    const anchor = anchors.anchor(null);
    if (anchor === undefined) return { treeHash, items: [] };
    const { path, text } = source;
    const named = namedCode(path, words);
    const grammar = grammarFor(undefined, path)?.name;
    if (grammar === undefined || outline === undefined) {
      this.map.remove(path);
      const item = this.#withoutGrammar(source, anchor, named);
      return { treeHash, items: item === undefined ? [] : [item] };
    }
    const real = (prose: Prose): Prose => {
      const { absent, planted, ...kept } = quotable(prose, named);
      this.leftOut.absent += absent;
      this.leftOut.instruction += planted;
      return kept;
    };
    const all = described(text, outline, grammar).map((one) => ({ ...one, doc: real(one.doc) }));
    const code = codeOf(text, grammar);
    this.map.set(path, code, definedNames(all));
    const tests = testTitles(path, text);
    const imports = importsOf(text, path, grammar);
    const whole = fileItem(
      {
        path,
        anchor,
        anchorOf: ({ symbol }) => anchors.anchor(nameOf(symbol)),
        head: real(
          proseOf(
            headOf(
              text,
              all.map(({ symbol }) => symbol),
              grammar,
            ),
          ),
        ),
        symbols: all,
        imports,
        tests,
        code: named,
      },
      this.leftOut,
    );
    const items = whole === undefined ? [] : [whole];
    const notes = this.map.noted(path) ?? '';
    if (tests.length > 0 || isGenerated(text)) return { treeHash, items, notes };
    const near = new Set([
      ...all.filter(({ symbol }) => symbol.container.length === 0).map(({ symbol }) => symbol.name),
      ...imports.flatMap(({ names }) => names),
    ]);
    for (const one of worthAnItem(all)) {
      const own = anchors.anchor(nameOf(one.symbol));
      if (own === undefined) continue;
      const members = membersOf(one, all);
      const uses = usesOf(one, codeOf(text.slice(one.symbol.start, one.symbol.end), grammar), near, all);
      const item = symbolItem(one, { path, anchor: own, members, uses, code: named }, this.leftOut);
      if (item !== undefined) items.push(item);
    }
    return { treeHash, items, notes };
  }

  restore(path: string, notes: string): void {
    this.map.restore(path, notes);
  }

  prepare(rest: () => Promise<void>): Promise<void> {
    return this.map.prepare(rest);
  }

  forget(path: string): void {
    this.map.remove(path);
  }

  folder(path: string, children: readonly MemoryItem[], readme: SourceText | undefined): NewItem | undefined {
    // Its own item has the anchor; a README that says nothing has none.
    const page = readme && children.find((child) => child.path === readme.path);
    const anchor = page?.sentences[0]?.anchors[0];
    const named = readme && namedCode(readme.path, () => new Set(wordsOf(readme.text)));
    const said = named && anchor ? pageSentences(readme.text, anchor, named, { ...this.leftOut }).all : [];
    return folderItem(path, children, said, (child) => this.map.rank(child));
  }

  #withoutGrammar({ path, text }: SourceText, anchor: MemoryAnchor, code: NamedCode): NewItem | undefined {
    if (MANIFEST.test(path)) return fileItemOf(path, manifestSentences(path, text, anchor, code, this.leftOut).all);
    if (!PAGE.test(path)) return undefined;
    const [first, ...rest] = pageSentences(text, anchor, code, this.leftOut).all;
    return first && fileItemOf(path, [{ ...first, text: `${path}: ${first.text}` }, ...rest]);
  }
}

/** What is right in a symbol and open to others; all of it where nothing is. */
function membersOf({ symbol }: Described, all: readonly Described[]): Described[] {
  const name = nameOf(symbol);
  const inside = all.filter(({ symbol: one }) => one.container.join('.') === name && !isConstructor(one));
  const open = inside.filter(({ exported }) => exported);
  return open.length > 0 ? open : inside;
}

function usesOf({ symbol }: Described, code: string, known: ReadonlySet<string>, all: readonly Described[]): string[] {
  // What is declared in it is its own, whatever else has the name.
  const within = `${nameOf(symbol)}.`;
  const inside = all.flatMap(({ symbol: one }) => (nameOf(one).startsWith(within) ? one.name : []));
  const own = new Set(wordsOf([symbol.name, ...symbol.container, ...inside].join(' ')));
  return namesIn(code, known).filter((name) => !own.has(name) && !isOwnVariable(name, symbol, code));
}
