/**
 * The search in one workspace: its index is built at the first question, nearest files first, in slices that a keystroke
 * would not notice, and follows the files and open documents from then on.
 */
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { FoundPlace, SearchResult } from '../../../protocol/index.ts';
import type { Slices } from '../../core/slices.ts';
import type { OpenDocument } from '../../workspaces/workspaces.ts';
import { filesOf, isIndexable, MAX_FILE_BYTES, readSource } from '../workspaceFiles/folder.ts';
import { FolderPrivacy } from '../workspaceFiles/folderPrivacy.ts';
import { Manifest, type Stamp } from '../workspaceFiles/manifest.ts';
import { isGenerated } from './fileKinds.ts';
import { areAlike, linesOf } from './likeness.ts';
import type { Query } from './query.ts';
import { type Ranked, ranking } from './ranking.ts';
import { SearchIndex } from './searchIndex.ts';

/** Memory of the postings of one workspace. */
const INDEX_BYTES = 64 << 20;
/** Of the open documents, so many of the latest tell where the user works. */
const NEAR_DOCUMENTS = 8;
/** A question finds files as they are now: so many more places than it wants are held against them. */
const SPARE = 2;
/** For so long at a time places are ranked. */
const RANKING_MS = 1;

export interface FolderSearchOptions {
  /** The workspace's folder. */
  folder: string;
  /** Says when it is the turn of others. */
  slices: Slices;
  /** Open documents of the workspace, the one told of last at the end. */
  documents: () => Iterable<OpenDocument>;
  indexBytes?: number;
}

export interface Question {
  query: Query;
  top: number;
  /** Which files are searched; undefined: all. */
  within: ((path: string) => boolean) | undefined;
  waitMs: number;
}

export class FolderSearch {
  readonly #options: FolderSearchOptions;
  readonly #index: SearchIndex;
  readonly #manifest: Manifest;
  readonly #privacy: FolderPrivacy;
  readonly #stop = new AbortController();
  /** Versions of documents whose text is indexed, by path. */
  readonly #versions = new Map<string, string>();
  /** Files that are to be looked at, the next one first. */
  #queue = new Set<string>();
  /** The whole folder is to be listed. */
  #unlisted = true;
  /** How many files the queue had when the folder was listed. */
  #listed = 0;
  #isReading = false;
  /** The latest reading. */
  #running: Promise<void> | undefined;

  constructor(options: FolderSearchOptions) {
    this.#options = options;
    this.#index = new SearchIndex(options.indexBytes ?? INDEX_BYTES);
    this.#manifest = new Manifest(options.folder);
    this.#privacy = new FolderPrivacy(options.folder);
  }

  get files(): number {
    return this.#index.files;
  }
  /** Memory of the postings. */
  get bytes(): number {
    return this.#index.bytes;
  }
  /** Share of the files that are read. */
  get reading(): number {
    if (this.#unlisted) return 0;
    return 1 - this.#queue.size / Math.max(this.#listed, this.#queue.size, 1);
  }

  /** Files of the folder changed, or any of them may have: they are read anew beside other work. */
  changed(paths: readonly string[] | undefined): void {
    if (paths === undefined || paths.some((file) => /(?:^|\/)\.gitignore$/.test(file))) this.#unlisted = true;
    else this.#queue = new Set([...paths.filter(isIndexable), ...this.#queue]);
    this.#read();
  }

  /** Nothing more is read, and what was is let go of. */
  dispose(): void {
    this.#stop.abort();
    this.#queue.clear();
  }

  /**
   * Answers a question from what is read by then.
   * @throws the reason of `signal` when it is aborted, and an AbortError where the search was disposed of.
   */
  async ask({ query, top, within, waitMs }: Question, signal: AbortSignal): Promise<SearchResult> {
    this.#read();
    this.#lookAtDocuments();
    await this.#settled(waitMs, signal);
    let ranked = await this.#rank(query, within, signal);
    // Rules and files may have changed since, and nobody need have told it yet.
    this.#privacy.forget();
    if (await this.#refresh(ranked, top, signal)) ranked = await this.#rank(query, within, signal);
    const places = await this.#places(ranked, top, signal);
    const leftOut = this.#manifest.full ? this.#manifest.leftOut((file) => this.#index.has(file)).length : 0;
    return { places, files: this.files, reading: this.reading, leftOut };
  }

  /** Somebody waits for it: it gives others their turn, and goes on at once, also while they work. */
  async #rank(query: Query, within: Question['within'], signal: AbortSignal): Promise<Ranked[]> {
    const steps = ranking(this.#index, query, within);
    let end = performance.now() + RANKING_MS;
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      if (performance.now() < end) continue;
      await turn();
      this.#check(signal);
      end = performance.now() + RANKING_MS;
    }
  }

  async #settled(waitMs: number, signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    const ended = AbortSignal.any([signal, this.#stop.signal, done.signal]);
    const patience = sleep(waitMs, undefined, { signal: ended }).catch(() => undefined);
    await Promise.race([this.#running, patience]);
    done.abort();
    this.#check(signal);
  }

  #check(signal: AbortSignal): void {
    signal.throwIfAborted();
    this.#stop.signal.throwIfAborted();
  }

  #read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    this.#running = this.#readAll();
    this.#running.catch(() => undefined); // whoever asks hears of it
  }

  async #readAll(): Promise<void> {
    try {
      while (this.#unlisted || this.#queue.size > 0) {
        this.#stop.signal.throwIfAborted();
        if (this.#unlisted) await this.#list();
        const [file] = this.#queue;
        if (file === undefined) continue;
        const isLeftOut = this.#manifest.full && !this.#index.has(file);
        if (!isLeftOut) await this.#look(file);
        this.#queue.delete(file);
        this.#index.tidy();
      }
    } finally {
      // With the last look at the queue: what comes into it next begins anew.
      this.#isReading = false;
    }
  }

  async #list(): Promise<void> {
    this.#privacy.forget();
    const open = this.#open();
    const near = [...open.keys()].slice(-NEAR_DOCUMENTS);
    const paths = await filesOf(this.#options.folder, near, this.#privacy.rules, this.#stop.signal);
    this.#manifest.rank(paths, near);
    const found = new Set([...open.keys(), ...paths]);
    for (const file of [...this.#index.paths]) if (!found.has(file)) this.#forget(file);
    this.#queue = found;
    this.#listed = found.size;
    this.#unlisted = false;
  }

  #lookAtDocuments(): void {
    const open = this.#open();
    const stale = [...open].filter(([file, document]) => this.#versions.get(file) !== versionOf(document));
    const closed = [...this.#versions.keys()].filter((file) => !open.has(file));
    if (stale.length + closed.length > 0) this.changed([...stale.map(([file]) => file), ...closed]);
  }

  /** By path; of one that several windows have open, the text that was told last. */
  #open(): Map<string, OpenDocument> {
    const open = new Map<string, OpenDocument>();
    for (const document of this.#options.documents()) {
      if (document.path === null || !isIndexable(document.path)) continue;
      open.delete(document.path);
      open.set(document.path, document);
    }
    return open;
  }

  /** Brings one file up to date. @returns whether it was another before. */
  async #look(file: string): Promise<boolean> {
    if (!isIndexable(file) || (await this.#privacy.has(file))) return this.#forget(file);
    const document = this.#open().get(file);
    if (document) {
      const version = versionOf(document);
      if (this.#versions.get(file) === version) return false;
      await this.#put(file, document.text.length > MAX_FILE_BYTES ? '' : document.text.replace(/\r\n?/g, '\n'));
      this.#versions.set(file, version);
      return true;
    }
    const readAt = Date.now();
    const whole = path.join(this.#options.folder, file);
    const stamp = await lstat(whole).catch(() => undefined);
    if (!stamp?.isFile()) {
      const below = this.#manifest.below(file);
      // A folder that came with all its files may be told of as one.
      if (stamp?.isDirectory() && below.length === 0) this.#unlisted = true;
      return [file, ...below].map((one) => this.#forget(one)).some(Boolean);
    }
    const wasOpen = this.#versions.delete(file);
    const known = wasOpen ? undefined : this.#manifest.tokensOf(file, stamp);
    if (known === 0 || (known !== undefined && this.#index.has(file))) return false;
    await this.#put(file, (await readSource(whole)) ?? '', { stamp, readAt });
    return true;
  }

  /** What has no text worth finding is known to be so, and not there. */
  async #put(file: string, text: string, from?: { stamp: Stamp; readAt: number }): Promise<void> {
    const wanted = isGenerated(text) ? '' : text;
    const adding = this.#index.add(file, wanted);
    try {
      let step = adding.next();
      for (; !step.done; step = adding.next()) {
        await this.#options.slices.next();
        this.#stop.signal.throwIfAborted();
      }
      if (!step.value) this.#manifest.full = true;
      if (from) this.#manifest.add(file, from.stamp, wanted.trim() === '' ? 0 : 1, from.readAt);
    } finally {
      adding.return(false);
    }
  }

  /** @returns whether it was there. */
  #forget(file: string): boolean {
    const was = this.#index.has(file);
    this.#index.delete(file);
    this.#manifest.remove(file);
    this.#versions.delete(file);
    return was;
  }

  /** Looks at the files of the best places again. @returns whether one was not as it was indexed. */
  async #refresh(ranked: readonly Ranked[], top: number, signal: AbortSignal): Promise<boolean> {
    const files = new Set(ranked.slice(0, SPARE * top).map((one) => one.file.path));
    // All at once: each is a few calls of the system, and waits for them only.
    const changed = await Promise.all([...files].map((file) => this.#look(file)));
    this.#check(signal);
    return changed.includes(true);
  }

  /** The best places with their text, what is nearly the same once. */
  async #places(ranked: readonly Ranked[], top: number, signal: AbortSignal): Promise<FoundPlace[]> {
    const texts = new Map<string, Promise<string[]>>();
    const linesIn = ({ file }: Ranked): Promise<string[]> => {
      const lines = texts.get(file.path) ?? this.#textOf(file.path).then((text) => text.split('\n'));
      texts.set(file.path, lines);
      return lines;
    };
    // Read together; further ones only where some of these are nearly the same.
    await Promise.all(ranked.slice(0, top).map(linesIn));
    const places: FoundPlace[] = [];
    const shown: Set<string>[] = [];
    for (const one of ranked) {
      if (places.length === top) break;
      const lines = await linesIn(one);
      this.#check(signal);
      const { file, start, end, score } = one;
      const [first, last] = trimmed(lines, start, end);
      const text = lines.slice(first - 1, last).join('\n');
      const different = linesOf(text);
      if (different.size === 0 || shown.some((other) => areAlike(other, different))) continue;
      shown.push(different);
      places.push({ path: file.path, start: first, end: last, text, score, why: one.why });
    }
    return places;
  }

  /** Of a file as it is now; none where it is gone or private. */
  async #textOf(file: string): Promise<string> {
    if (await this.#privacy.has(file)) return '';
    const document = this.#open().get(file);
    if (document) return document.text.replace(/\r\n?/g, '\n');
    return (await readSource(path.join(this.#options.folder, file))) ?? '';
  }
}

const versionOf = ({ id, version }: OpenDocument): string => `${id}:${version}`;

/** Without blank lines at its ends. Lines from 1. */
function trimmed(lines: readonly string[], start: number, end: number): [number, number] {
  let [first, last] = [start, Math.min(end, lines.length)];
  while (first < last && lines[first - 1]!.trim() === '') first++;
  while (last > first && lines[last - 1]!.trim() === '') last--;
  return [first, last];
}
