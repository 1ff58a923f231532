/**
 * Summaries that are taken from the text: outlines, comments, README files, manifests, and who uses what. They need no model,
 * and say nothing that is not written in the files; the same files give the same summaries.
 */

import { importsOf } from '../../../../../syntax/imports.ts';
import { grammarFor } from '../../../../../syntax/languages.ts';
import type { MemoryAnchor, MemoryItem } from '../../../../protocol/index.ts';
import { isGenerated } from '../../search/fileKinds.ts';
import type { AnchorMaker } from '../anchors/fileAnchors.ts';
import type { FileSummary, NewItem, SourceText, Summariser } from '../items.ts';
import { knownWords, namesExist } from './codeNames.ts';
import { headOf } from './comments.ts';
import { fileItem, fileItemOf, testTitles } from './fileItem.ts';
import { folderItem } from './folderItem.ts';
import { MANIFEST, manifestSentences } from './manifests.ts';
import { PAGE, pageSentences } from './pages.ts';
import { type Prose, proseOf } from './prose.ts';
import { codeOf, definedNames, namesIn, withoutComments } from './references.ts';
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
    const { anchors, outline } = await this.#anchors.read(source);
    const { treeHash } = anchors;
    const anchor = anchors.anchor(null);
    if (anchor === undefined) return { treeHash, items: [] };
    const { path, text } = source;
    const grammar = grammarFor(undefined, path)?.name;
    if (grammar === undefined || outline === undefined) {
      this.map.remove(path);
      const item = this.#withoutGrammar(source, anchor);
      return { treeHash, items: item === undefined ? [] : [item] };
    }
    let words: ReadonlySet<string> | undefined;
    const known = () => {
      words ??= knownWords(withoutComments(text, grammar), path);
      return words;
    };
    const real = (prose: Prose): Prose => this.#withoutAbsent(prose, known);
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
      const uses = usesOf(one, codeOf(text.slice(one.symbol.start, one.symbol.end), grammar), near);
      const item = symbolItem(one, { path, anchor: own, members, uses }, this.leftOut);
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
    const said = readme && anchor ? pageSentences(readme.text, anchor, { ...this.leftOut }).all : [];
    return folderItem(path, children, said, (child) => this.map.rank(child));
  }

  /** A comment that names what is not there (any more) is not to be trusted with it. */
  #withoutAbsent({ sentences, tags, hidden }: Prose, known: () => ReadonlySet<string>): Prose {
    const kept = sentences.filter((sentence) => namesExist(sentence, known));
    const keptTags = tags.filter(({ text }) => namesExist(text, known));
    this.leftOut.absent += sentences.length - kept.length + tags.length - keptTags.length;
    return { sentences: kept, tags: keptTags, hidden };
  }

  #withoutGrammar({ path, text }: SourceText, anchor: MemoryAnchor): NewItem | undefined {
    if (MANIFEST.test(path)) return fileItemOf(path, manifestSentences(path, text, anchor, this.leftOut).all);
    if (!PAGE.test(path)) return undefined;
    const [first, ...rest] = pageSentences(text, anchor, this.leftOut).all;
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

function usesOf({ symbol }: Described, code: string, known: ReadonlySet<string>): string[] {
  const own = new Set([symbol.name, ...symbol.container]);
  return namesIn(code, known).filter((name) => !own.has(name));
}
