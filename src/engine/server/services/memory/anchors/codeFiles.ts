/** The files of one workspace folder as they are at this moment, as far as they may be read. */
import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { LRUCache } from 'lru-cache';
import { isIndexable, readSource } from '../../workspaceFiles/folder.ts';
import { FolderPrivacy } from '../../workspaceFiles/folderPrivacy.ts';
import { MOST_SOURCE_BYTES } from '../items.ts';
import type { AnchorMaker, FileAnchors } from './fileAnchors.ts';

/** Files whose hashes are kept. */
const MOST_FILES = 4_096;

/** `gone`: there is no such file. `unread`: it is private, no source text, or cannot be read. */
export type CodeNow = FileAnchors | 'gone' | 'unread';

/**
 * Files are told apart by their content, which is read each time: a checkout can leave another text with the size and the
 * times of the one before. What takes long, the hashes, is kept by content.
 */
export class CodeFiles {
  readonly #folder: string;
  readonly #maker: AnchorMaker;
  readonly #typed: (file: string) => string | undefined;
  readonly #known = new LRUCache<string, FileAnchors>({ max: MOST_FILES });

  /**
   * @param folder absolute, as this system writes it.
   * @param typed the text of an open document, which counts before its file.
   */
  constructor(folder: string, maker: AnchorMaker, typed: (file: string) => string | undefined = () => undefined) {
    this.#folder = folder;
    this.#maker = maker;
    this.#typed = typed;
  }

  /** A look at the files: each is read once in it, by the rules of what may be read as they are now. */
  look(): (file: string) => Promise<CodeNow> {
    const privacy = new FolderPrivacy(this.#folder);
    const seen = new Map<string, Promise<CodeNow>>();
    return (file) => {
      let now = seen.get(file);
      if (now === undefined) {
        now = this.#read(file, privacy);
        seen.set(file, now);
      }
      return now;
    };
  }

  async #read(file: string, privacy: FolderPrivacy): Promise<CodeNow> {
    if (!isInside(file) || !isIndexable(file) || (await privacy.has(file))) return 'unread';
    const absolute = path.join(this.#folder, file);
    const text = this.#typed(file)?.replace(/\r\n?/g, '\n') ?? (await readSource(absolute, MOST_SOURCE_BYTES));
    if (text === undefined) return (await isThere(absolute)) ? 'unread' : 'gone';
    const key = `${createHash('sha256').update(text).digest('base64')} ${file}`;
    let anchors = this.#known.get(key);
    if (anchors === undefined) {
      anchors = await this.#maker.anchorsOf({ path: file, text });
      this.#known.set(key, anchors);
    }
    return anchors;
  }
}

/** Imported items may name any place. */
const isInside = (file: string): boolean =>
  !path.isAbsolute(file) && !/^[a-z]:/i.test(file) && !file.split(/[\\/]/).includes('..');

async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    return !/^(?:ENOENT|ENOTDIR)$/.test((error as NodeJS.ErrnoException).code ?? '');
  }
}
