/**
 * Which files of a folder git ignores: the rules of its repository from the root on, also where only a part of it is opened,
 * each file of rules read once.
 */
import {
  ignoreSettings,
  type ReadText,
  type Repository,
  repositoryAt,
  repositoryOf,
  type UserFolders,
} from './gitConfig.ts';
import { IgnorePatterns } from './ignorePatterns.ts';

/** What is known of a folder. */
interface Level {
  /** With all that is in it: nothing there can be taken back in. */
  ignored: boolean;
  /** The rules that hold in it, those that say more last. */
  rules: readonly IgnorePatterns[];
  /** As the configuration of its repository says. */
  ignoreCase: boolean;
}

/** Where a path leads once links are followed, absolute with '/'. */
export type RealPath = (path: string) => Promise<string>;

export class IgnoreRules {
  #folder: string;
  readonly #read: ReadText;
  readonly #user: UserFolders | undefined;
  readonly #real: RealPath;
  readonly #levels = new Map<string, Promise<Level>>();

  /**
   * @param folder absolute, with '/', none at its end: paths are relative to it.
   * @param user whose configuration holds; undefined: nobody's.
   * @param real of the folder: one that is opened by a link lies in the repository behind it.
   */
  constructor(folder: string, read: ReadText, user?: UserFolders, real: RealPath = async (path) => path) {
    this.#folder = folder;
    this.#read = read;
    this.#user = user;
    this.#real = real;
  }

  /**
   * True when git would not take `path` in; what is tracked all the same counts as ignored.
   * @param path relative to the folder; a folder's ends in '/'.
   */
  async ignores(path: string): Promise<boolean> {
    const isFolder = path.endsWith('/');
    const inside = isFolder ? path.slice(0, -1) : path;
    const { ignored, rules } = await this.#level(inside.slice(0, Math.max(0, inside.lastIndexOf('/'))));
    return ignored || says(rules, `${this.#folder}/${inside}`, isFolder);
  }

  #level(path: string): Promise<Level> {
    let level = this.#levels.get(path);
    if (level === undefined) {
      level = path === '' ? this.#top() : this.#below(path);
      this.#levels.set(path, level);
    }
    return level;
  }

  async #below(path: string): Promise<Level> {
    const above = await this.#level(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
    return this.#step(above, `${this.#folder}/${path}`);
  }

  async #step(above: Level, folder: string): Promise<Level> {
    if (above.ignored || says(above.rules, folder, true)) return { ...above, ignored: true, rules: [] };
    // A repository in a folder, or a submodule, has rules beside those in its tree. They come on top: hiding more is safer.
    const repository = await repositoryAt(folder, this.#read);
    const { rules, ignoreCase } = repository ? await this.#outsideTree(repository, folder, above.rules) : above;
    const own = await this.#patterns(`${folder}/.gitignore`, folder, ignoreCase);
    return { ignored: false, rules: own === undefined ? rules : [...rules, own], ignoreCase };
  }

  /** The opened folder itself, by way of its repository's root. */
  async #top(): Promise<Level> {
    this.#folder = await this.#real(this.#folder);
    const repository = await repositoryOf(this.#folder, this.#read);
    const root = repository?.root ?? this.#folder;
    let level = await this.#outsideTree(repository, root, []);
    const own = await this.#patterns(`${root}/.gitignore`, root, level.ignoreCase);
    if (own !== undefined) level = { ...level, rules: [...level.rules, own] };
    let folder = root;
    for (const name of this.#folder.slice(root.length).split('/').filter(Boolean)) {
      folder += `/${name}`;
      level = await this.#step(level, folder);
    }
    return level;
  }

  /** What the user and the repository say besides the files in its tree, behind the rules above. */
  async #outsideTree(repository: Repository | undefined, root: string, above: Level['rules']): Promise<Level> {
    const { excludesFile, ignoreCase } = await ignoreSettings(this.#read, repository, this.#user);
    const files = [excludesFile, repository && `${repository.gitFolder}/info/exclude`].filter(
      (file) => file !== undefined,
    );
    const found = await Promise.all(files.map((file) => this.#patterns(file, root, ignoreCase)));
    return { ignored: false, rules: [...above, ...found.filter((one) => one !== undefined)], ignoreCase };
  }

  async #patterns(file: string, base: string, ignoreCase: boolean): Promise<IgnorePatterns | undefined> {
    const text = await this.#read(file);
    return text === undefined ? undefined : new IgnorePatterns(`${base}/`, text, ignoreCase);
  }
}

/** The last file of rules with a word on it decides. */
function says(rules: readonly IgnorePatterns[], path: string, isFolder: boolean): boolean {
  for (let at = rules.length - 1; at >= 0; at--) {
    const said = rules[at]!.ignores(path, isFolder);
    if (said !== undefined) return said;
  }
  return false;
}
