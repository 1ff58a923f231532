/** The parts of a memory that read the files of its folder: what anchors hold, and summaries of what is there. */
import path from 'node:path';
import type { CheckedAnchor, MemoryAnchor } from '../../../protocol/index.ts';
import { EngineFailure } from '../../core/failure.ts';
import { isIndexable, readSource } from '../workspaceFiles/folder.ts';
import { FolderPrivacy } from '../workspaceFiles/folderPrivacy.ts';
import { CodeAnchorChecker } from './anchors/checker.ts';
import { CodeFiles, type CodeNow } from './anchors/codeFiles.ts';
import type { AnchorMaker } from './anchors/fileAnchors.ts';
import { HashIndex } from './anchors/whereabouts.ts';
import { type AnchorChecker, MOST_SOURCE_BYTES, type Summariser } from './items.ts';
import { AbstractiveSummariser } from './summaries/abstractive.ts';
import { ExtractiveSummariser } from './summaries/extractive.ts';
import { QuoteChecker } from './summaries/quoteChecker.ts';
import type { SummaryModel } from './summaries/summaryModel.ts';
import type { ThreadParts } from './threadParts.ts';

/** What a fact is about: lines of a file as it is now, or the whole of it. */
export interface About {
  path: string;
  lines?: [number, number];
}

export class FolderCode {
  readonly folder: string;
  readonly checker: AnchorChecker;
  readonly summariser: Summariser;
  readonly #files: CodeFiles;
  readonly #anchors: AnchorMaker;
  readonly #typed: ReadonlyMap<string, string>;

  /**
   * @param folder absolute.
   * @param typed texts of open documents by path, which count before their files.
   * @param writer a model that may write summaries now.
   */
  constructor(
    folder: string,
    { anchors }: ThreadParts,
    typed: ReadonlyMap<string, string>,
    writer: () => SummaryModel | undefined,
  ) {
    this.folder = folder;
    this.#anchors = anchors;
    this.#typed = typed;
    const whereabouts = new HashIndex();
    this.#files = new CodeFiles(folder, anchors, (file) => typed.get(file));
    this.checker = new QuoteChecker(new CodeAnchorChecker(this.#files, whereabouts), anchors, (file) =>
      this.#textOf(file),
    );
    // What is summarised is known to the checker, which follows what moves by it.
    const read: AnchorMaker['read'] = async (source) => {
      const found = await anchors.read(source);
      whereabouts.set(found.anchors);
      return found;
    };
    this.summariser = new AbstractiveSummariser(new ExtractiveSummariser({ read }), { read }, writer);
  }

  /** A look at the files as they are now. */
  look(): (file: string) => Promise<CodeNow> {
    return this.#files.look();
  }

  /** Words of the code of a file as it is now; undefined where it may not be read, or is gone. */
  async namesOf(file: string): Promise<ReadonlySet<string> | undefined> {
    const text = await this.#textOf(file);
    return text === undefined ? undefined : this.#anchors.namesOf({ path: file, text });
  }

  /** @throws EngineFailure `memoryInvalid` where a file may not be read. */
  async anchorsAbout(about: readonly About[]): Promise<MemoryAnchor[]> {
    const look = this.look();
    const anchors: MemoryAnchor[] = [];
    for (const { path: file, lines } of about) {
      const now = await look(file);
      if (typeof now === 'string') {
        const why = now === 'gone' ? 'there is no such file' : 'it is private, or no text that is read';
        throw new EngineFailure('memoryInvalid', `Nothing can be remembered about ${file}: ${why}.`);
      }
      const whole = now.anchor(null);
      anchors.push(...(lines ? now.anchorsAt(lines) : whole ? [whole] : []));
    }
    return anchors;
  }

  /** By the rules of what may be read; as it is typed, where it is open. */
  async #textOf(file: string): Promise<string | undefined> {
    if (!isIndexable(file) || (await new FolderPrivacy(this.folder).has(file))) return undefined;
    const typed = this.#typed.get(file);
    return typed?.replace(/\r\n?/g, '\n') ?? readSource(path.join(this.folder, file), MOST_SOURCE_BYTES);
  }
}

/** Where files may not be read: nothing that is said of code is used. */
export const NOTHING_READ: AnchorChecker = {
  check: async (anchors: readonly MemoryAnchor[]): Promise<CheckedAnchor[]> =>
    anchors.map((anchor) => ({ ...anchor, state: 'unread', lines: null })),
};
