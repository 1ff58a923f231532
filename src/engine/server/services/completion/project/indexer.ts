/**
 * Keeps the index in step with the files of workspace folders, in the background: in slices that a keystroke would not
 * notice, and slower while requests run. A whole reading ranks the files, lets those go that are gone or private, and reads
 * what is not as it was; where there is not room for all, far files give way to near ones.
 */
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import type { IndexedFiles } from '../../../../protocol/index.ts';
import { chunksOf } from '../../../core/chunks.ts';
import { Slices } from '../../../core/slices.ts';
import { joined } from '../../../core/tokens.ts';
import { filesOf, isIndexable, readSource } from '../../workspaceFiles/folder.ts';
import { FolderPrivacy } from '../../workspaceFiles/folderPrivacy.ts';
import { Manifest, type Stamp } from '../../workspaceFiles/manifest.ts';
import type { ProjectIndex } from './projectIndex.ts';
import type { Projects } from './projects.ts';

/** UTF-16 units that are tokenized at once: half a millisecond. */
const PIECE = 1_024;
/** Of the open documents, so many of the latest tell where the user works. */
const NEAR_DOCUMENTS = 8;
/** Work elsewhere for so long changes which files are indexed, where there is not room for all. */
const RECHOOSE_MS = 60_000;
/** Of the files that are left out, so many are named. */
const EXAMPLES = 3;

/** Files that were known and are no more; their paths relative to the workspace's folder, with '/'. */
export interface Departed {
  workspace: string;
  /** By their names or by rules that came: nothing of them may stay anywhere. */
  private: string[];
  gone: string[];
}

export interface IndexerOptions {
  onDeparted?: (files: Departed) => void;
  /** All that was asked for of a workspace is read. */
  onRead?: (workspace: string) => void;
  rechooseMs?: number;
}

interface Job {
  workspace: string;
  folder: string;
  /** Relative paths that are to be read; undefined: the folder is still to be listed. */
  paths: readonly string[] | undefined;
  /** How many of them were. */
  done: number;
  whole: boolean;
  /** There was no room for a file: all behind it are farther. */
  full: boolean;
  /** By the rules of when the job began. */
  privacy: FolderPrivacy;
}

export class Indexer {
  readonly #projects: Projects;
  readonly #slices: Slices;
  readonly #options: IndexerOptions;
  readonly #manifests = new Map<string, Manifest>();
  readonly #jobs: Job[] = [];
  readonly #stop = new AbortController();
  #running = false;

  /** @param slices say when it is the turn of others. */
  constructor(projects: Projects, slices = new Slices(), options: IndexerOptions = {}) {
    this.#projects = projects;
    this.#slices = slices;
    this.#options = options;
  }

  /** Files that are still to be looked at, as far as they are known. */
  get pending(): number {
    return this.#jobs.reduce((sum, { paths, done }) => sum + (paths ? paths.length - done : 1), 0);
  }

  /** How far the files of all folders are indexed. */
  status(): IndexedFiles {
    const leftOut = [...this.#manifests].flatMap(([workspace, manifest]) => {
      const { index } = this.#projects.of(workspace);
      const open = new Set(index.openPaths);
      return manifest.full ? manifest.leftOut((file) => open.has(file) || index.files.has(file)) : [];
    });
    const full = [...this.#manifests.values()].some((manifest) => manifest.full);
    return { pending: this.pending, full, leftOut: leftOut.length, nearestLeftOut: leftOut.slice(0, EXAMPLES) };
  }

  /** Brings a whole folder up to date, or only what changed in it. */
  add(workspace: string, folder: string, changed?: readonly string[]): void {
    const whole = changed === undefined || changed.some((file) => /(?:^|\/)\.gitignore$/.test(file));
    // A whole reading looks at all that changed.
    if (whole) this.#end(workspace);
    this.#push(workspace, folder, whole ? undefined : changed.filter(isIndexable));
    void this.#run();
  }

  /** Nothing more is read of a workspace, and what is known of its files is forgotten. */
  remove(workspace: string): void {
    this.#end(workspace);
    this.#manifests.delete(workspace);
  }

  dispose(): void {
    this.#stop.abort();
    this.#jobs.length = 0;
  }

  #push(workspace: string, folder: string, paths?: readonly string[]): void {
    const privacy = new FolderPrivacy(folder);
    this.#jobs.push({ workspace, folder, paths, done: 0, whole: paths === undefined, full: false, privacy });
  }

  #end(workspace: string): void {
    for (let i = this.#jobs.length - 1; i >= 0; i--)
      if (this.#jobs[i]!.workspace === workspace) this.#jobs.splice(i, 1);
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let job = this.#jobs[0]; job; job = this.#jobs[0]) {
        await this.#do(job);
        // It may have been removed meanwhile.
        const at = this.#jobs.indexOf(job);
        if (at < 0) continue;
        this.#jobs.splice(at, 1);
        this.#options.onRead?.(job.workspace);
      }
    } finally {
      this.#running = false;
    }
  }

  async #do(job: Job): Promise<void> {
    const { workspace, folder } = job;
    let manifest = this.#manifests.get(workspace);
    if (manifest?.folder !== folder) {
      manifest = new Manifest(folder);
      this.#manifests.set(workspace, manifest);
    }
    job.privacy.forget();
    if (job.whole) await this.#list(job, manifest);
    else manifest.changed(job.paths!);
    const open = new Set(this.#index(job).openPaths);
    for (; this.#jobs.includes(job) && job.done < job.paths!.length; job.done++) {
      const file = job.paths![job.done]!;
      if (job.whole && (open.has(file) || (job.full && !this.#index(job).files.has(file)))) continue;
      await this.#look(job, manifest, file);
    }
    if (this.#jobs.includes(job) && !job.whole) this.#rechoose(job, manifest);
  }

  /** Asked for each time: it is another when the last document was closed meanwhile. */
  #index({ workspace }: Job): ProjectIndex {
    return this.#projects.of(workspace).index;
  }

  /** Ranks the files, and lets go of what is none any more before anything is read. */
  async #list(job: Job, manifest: Manifest): Promise<void> {
    const near = nearIn(manifest, this.#index(job));
    const paths = await filesOf(job.folder, near, job.privacy.rules, this.#stop.signal).catch(() => []);
    job.paths = paths;
    if (!this.#jobs.includes(job)) return;
    const found = new Set(paths);
    const index = this.#index(job);
    const known = new Set([...manifest.known, ...index.files.paths, ...index.openPaths]);
    manifest.rank(paths, near);
    await this.#depart(
      job,
      manifest,
      [...known].filter((file) => !found.has(file)),
    );
  }

  /** Brings one file up to date. */
  async #look(job: Job, manifest: Manifest, file: string): Promise<void> {
    const whole = path.join(job.folder, file);
    if (await job.privacy.has(file)) return this.#depart(job, manifest, [file]);
    const readAt = Date.now();
    const stats = await lstat(whole).catch(() => undefined);
    if (!this.#jobs.includes(job)) return;
    if (!stats?.isFile()) {
      const below = manifest.below(file);
      await this.#depart(job, manifest, [file, ...below]);
      // A folder that came with all its files may be told of as one.
      if (stats?.isDirectory() && !job.whole && below.length === 0 && !(await this.#ignoresFolder(job, file)))
        this.#readWhole(job);
      return;
    }
    const tokens = manifest.tokensOf(file, stats);
    if (tokens !== undefined && (tokens === 0 || this.#index(job).files.has(file))) return;
    const read = await this.#read(job, whole);
    if (read === undefined) return;
    this.#put(job, manifest, { path: file, tokens: read, stamp: stats, readAt });
  }

  /** @returns undefined where the job ended meanwhile; no tokens for what is not worth keeping. */
  async #read(job: Job, file: string): Promise<Int32Array | undefined> {
    const text = (await readSource(file)) ?? '';
    const parts: Int32Array[] = [];
    for (const chunk of chunksOf(text, false, PIECE)) {
      await this.#slices.next();
      if (!this.#jobs.includes(job)) return undefined;
      parts.push(this.#projects.encode(chunk));
    }
    await this.#slices.next();
    return this.#jobs.includes(job) ? joined(parts) : undefined;
  }

  #put(
    job: Job,
    manifest: Manifest,
    { path, tokens, stamp, readAt }: { path: string; tokens: Int32Array; stamp: Stamp; readAt: number },
  ): void {
    const index = this.#index(job);
    manifest.add(path, stamp, tokens.length, readAt);
    // What changed lately comes before what is no nearer.
    const away = manifest.distance(path) - (job.whole ? 0 : 1);
    while (!index.setFile(path, tokens)) {
      manifest.full = true;
      const far = manifest.farthest((other) => index.files.has(other));
      if (far === undefined || manifest.distance(far) <= away) {
        job.full = true;
        return;
      }
      index.files.delete(far);
    }
    manifest.took(path);
  }

  /** Lets go of files, and says so of those that were known. */
  async #depart(job: Job, manifest: Manifest, files: readonly string[]): Promise<void> {
    const index = this.#index(job);
    const open = new Set(index.openPaths.filter(isInside));
    const indexed = files.filter((file) => manifest.has(file) || index.files.has(file));
    for (const file of indexed) {
      index.files.delete(file);
      manifest.remove(file);
    }
    const departed: Departed = { workspace: job.workspace, private: [], gone: [] };
    for (const file of new Set([...indexed, ...files.filter((file) => open.has(file))])) {
      if (await job.privacy.has(file)) departed.private.push(file);
      else if (!open.has(file) && !(await lstat(path.join(job.folder, file)).catch(() => undefined))?.isFile())
        departed.gone.push(file);
    }
    if (departed.private.length + departed.gone.length > 0) this.#options.onDeparted?.(departed);
  }

  async #ignoresFolder({ privacy }: Job, inside: string): Promise<boolean> {
    return !isIndexable(`${inside}/a`) || privacy.rules.ignores(`${inside}/`);
  }

  /** Once the jobs that wait are done. */
  #readWhole({ workspace, folder }: Job): void {
    if (!this.#jobs.some((job) => job.workspace === workspace && job.whole)) this.#push(workspace, folder);
  }

  /** Far files give way where the user works elsewhere for a while. */
  #rechoose(job: Job, manifest: Manifest): void {
    if (!manifest.full || Date.now() - manifest.rankedAt < (this.#options.rechooseMs ?? RECHOOSE_MS)) return;
    if (manifest.isElsewhere(nearIn(manifest, this.#index(job)))) this.#readWhole(job);
  }
}

/** Files where the user works. */
function nearIn(manifest: Manifest, index: ProjectIndex): string[] {
  return [...new Set([...index.openPaths.slice(-NEAR_DOCUMENTS), ...manifest.recent])];
}

/** Documents of a workspace may lie in no folder. */
const isInside = (file: string): boolean => !/^(?:[a-z][\w+.-]*:|\/)/i.test(file);
