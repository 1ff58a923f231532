/** Sees that a repository is on another commit, without git: a switch of branches changes files that nobody may tell of. */
import { lstat } from 'node:fs/promises';
import { repositoryOf } from '../../../../../files/gitConfig.ts';
import { readRules, withSlashes } from '../../workspaceFiles/folder.ts';

export class Head {
  readonly #folder: string;
  #last: string | undefined;

  /** @param folder absolute, in a repository or not. */
  constructor(folder: string) {
    this.#folder = withSlashes(folder);
  }

  /** True where it is another commit, or another branch, than when it was asked last; false the first time. */
  async moved(): Promise<boolean> {
    const last = this.#last;
    this.#last = await stampOf(this.#folder);
    return last !== undefined && last !== this.#last;
  }
}

async function stampOf(folder: string): Promise<string> {
  const repository = await repositoryOf(folder, readRules);
  if (repository === undefined) return '';
  const { root, gitFolder } = repository;
  // A worktree has a HEAD of its own, and shares the branches.
  const elsewhere = /^gitdir: (.+?)\s*$/.exec((await readRules(`${root}/.git`)) ?? '')?.[1];
  const own = elsewhere === undefined ? gitFolder : absolute(root, withSlashes(elsewhere));
  const head = (await readRules(`${own}/HEAD`)) ?? '';
  const ref = /^ref: (.+?)\s*$/.exec(head)?.[1];
  const commit = ref === undefined ? '' : ((await readRules(`${gitFolder}/${ref}`)) ?? (await packed(gitFolder)));
  return `${head}\n${commit}`;
}

/** Branches that are in no file of their own. */
async function packed(gitFolder: string): Promise<string> {
  const stats = await lstat(`${gitFolder}/packed-refs`).catch(() => undefined);
  return stats ? `${stats.size} ${stats.mtimeMs}` : '';
}

const absolute = (root: string, path: string): string => (/^(?:\/|[a-z]:\/)/i.test(path) ? path : `${root}/${path}`);
