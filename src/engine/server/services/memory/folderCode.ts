/** The parts of a memory that read the files of its folder: what anchors hold, and summaries of what is there. */
import path from 'node:path';
import type { CheckedAnchor, MemoryAnchor } from '../../../protocol/index.ts';
import { EngineFailure } from '../../core/failure.ts';
import { isIndexable, readSource } from '../workspaceFiles/folder.ts';
import { FolderPrivacy } from '../workspaceFiles/folderPrivacy.ts';
import { CodeAnchorChecker } from './anchors/checker.ts';
import { CodeFiles } from './anchors/codeFiles.ts';
import type { AnchorMaker } from './anchors/fileAnchors.ts';
import { HashIndex } from './anchors/whereabouts.ts';
import { type AnchorChecker, MOST_SOURCE_BYTES, type Summariser } from './items.ts';
import { ExtractiveSummariser } from './summaries/extractive.ts';
import { QuoteChecker } from './summaries/quoteChecker.ts';
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

  /**
   * @param folder absolute.
   * @param typed texts of open documents by path, which count before their files.
   */
  constructor(folder: string, { grammars, anchors }: ThreadParts, typed: ReadonlyMap<string, string>) {
    this.folder = folder;
    const whereabouts = new HashIndex();
    this.#files = new CodeFiles(folder, anchors, (file) => typed.get(file));
    const textOf = async (file: string) => {
      if (!isIndexable(file) || (await new FolderPrivacy(folder).has(file))) return undefined;
      return typed.get(file)?.replace(/\r\n?/g, '\n') ?? readSource(path.join(folder, file), MOST_SOURCE_BYTES);
    };
    this.checker = new QuoteChecker(new CodeAnchorChecker(this.#files, whereabouts), grammars, textOf);
    // What is summarised is known to the checker, which follows what moves by it.
    const read: AnchorMaker['read'] = async (source) => {
      const found = await anchors.read(source);
      whereabouts.set(found.anchors);
      return found;
    };
    this.summariser = new ExtractiveSummariser({ read });
  }

  /** @throws EngineFailure `memoryInvalid` where a file may not be read. */
  async anchorsAbout(about: readonly About[]): Promise<MemoryAnchor[]> {
    const look = this.#files.look();
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
}

/** Where files may not be read: nothing that is said of code is used. */
export const NOTHING_READ: AnchorChecker = {
  check: async (anchors: readonly MemoryAnchor[]): Promise<CheckedAnchor[]> =>
    anchors.map((anchor) => ({ ...anchor, state: 'unread', lines: null })),
};
