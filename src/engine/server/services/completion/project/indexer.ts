/**
 * Reads the files of workspace folders into the index, in the background: in slices that a keystroke would not notice, and
 * slower while requests run.
 */
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { chunksOf } from '../../../core/chunks.ts';
import { filesOf, isIndexable, privateFilesHere, readSource, withSlashes } from './folder.ts';
import type { Projects } from './projects.ts';

/** One slice; whatever arrives meanwhile waits no longer. */
const SLICE_MS = 2;
/** UTF-16 units that are tokenized at once: half a millisecond. */
const PIECE = 1_024;
/** While requests run: a slice is due when nothing ran for a moment, or after so long. */
const BUSY = { pollMs: 5, mostMs: 100 };

interface Job {
  workspace: string;
  folder: string;
  /** Relative paths that are still to be read; undefined: the folder is still to be listed. */
  paths: string[] | undefined;
  /** The whole folder is read, as far as there is room. */
  whole: boolean;
  begun: boolean;
}

export class Indexer {
  readonly #projects: Projects;
  readonly #busy: () => boolean;
  /** The rules of each folder, read once for a job. */
  readonly #private = privateFilesHere();
  readonly #jobs: Job[] = [];
  readonly #stop = new AbortController();
  #running = false;
  #sliceEnd = 0;

  /** @param busy requests run. */
  constructor(projects: Projects, busy: () => boolean) {
    this.#projects = projects;
    this.#busy = busy;
  }

  /** Files that are still to be read, as far as they are known. */
  get pending(): number {
    return this.#jobs.reduce((sum, { paths }) => sum + (paths?.length ?? 1), 0);
  }

  /** Reads a folder anew, or only what changed in it. */
  add(workspace: string, folder: string, changed?: readonly string[]): void {
    if (changed === undefined) this.remove(workspace);
    this.#jobs.push({
      workspace,
      folder,
      paths: changed?.filter(isIndexable),
      whole: changed === undefined,
      begun: false,
    });
    void this.#run();
  }

  /** Nothing more is read of a workspace. */
  remove(workspace: string): void {
    for (let i = this.#jobs.length - 1; i >= 0; i--)
      if (this.#jobs[i]!.workspace === workspace) this.#jobs.splice(i, 1);
  }

  dispose(): void {
    this.#stop.abort();
    this.#jobs.length = 0;
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let job = this.#jobs[0]; job; job = this.#jobs[0]) {
        if (!job.begun) this.#private.forget(job.folder);
        job.begun = true;
        job.paths ??= await this.#list(job);
        const next = job.paths[0];
        if (next !== undefined) await this.#read(job, next);
        job.paths.shift();
        // It may have been removed meanwhile.
        const at = this.#jobs.indexOf(job);
        if (at >= 0 && job.paths.length === 0) this.#jobs.splice(at, 1);
        if (this.#stop.signal.aborted) return;
      }
    } finally {
      this.#running = false;
    }
  }

  async #list({ workspace, folder }: Job): Promise<string[]> {
    const near = this.#projects.of(workspace).index.openPaths;
    const rules = this.#private.rulesOf(folder, withSlashes(folder));
    return filesOf(folder, near, rules, this.#stop.signal).catch(() => []);
  }

  async #read(job: Job, file: string): Promise<void> {
    const { workspace, folder } = job;
    const text = (await this.#isPrivate(job, file)) ? undefined : await readSource(path.join(folder, file));
    const parts: Int32Array[] = [];
    for (const chunk of chunksOf(text ?? '', false, PIECE)) {
      await this.#slice();
      if (!this.#jobs.includes(job)) return;
      parts.push(this.#projects.encode(chunk));
    }
    await this.#slice();
    if (!this.#jobs.includes(job)) return;
    const { index } = this.#projects.of(workspace);
    index.setFile(file, text === undefined ? undefined : joined(parts));
    // Near files come first: what is left is further away than all that is there.
    if (job.whole && index.files.full && job.paths) job.paths.length = 0;
  }

  /** The walk leaves such files out; single ones that changed may be any, also behind a link that leads elsewhere. */
  async #isPrivate({ folder, whole }: Job, file: string): Promise<boolean> {
    if (whole) return false;
    const [real, root] = await Promise.all([realOf(path.join(folder, file)), realOf(folder)]);
    if (real !== undefined && !real.startsWith(`${root}${path.sep}`)) return true;
    return this.#private.has({ path: `${withSlashes(folder)}/${file}`, folder: { key: folder, path: file } });
  }

  /** Gives the others a turn where the slice is over. */
  async #slice(): Promise<void> {
    if (performance.now() < this.#sliceEnd && !this.#busy()) return;
    await turn();
    const due = performance.now() + BUSY.mostMs;
    while (this.#busy() && performance.now() < due) await sleep(BUSY.pollMs);
    this.#sliceEnd = performance.now() + SLICE_MS;
  }
}

/** Undefined where there is no such file. */
const realOf = (file: string): Promise<string | undefined> => realpath(file).catch(() => undefined);

function joined(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
