/**
 * Which files of a folder git ignores: the rules of its repository from the root on, also where only a part of it is opened,
 * each file of rules read once.
 */
import { ignoreSettings, type ReadText, repositoryOf, type UserFolders } from './gitConfig.ts';
import { IgnorePatterns } from './ignorePatterns.ts';

/** What is known of a folder. */
interface Level {
  /** With all that is in it: nothing there can be taken back in. */
  ignored: boolean;
  /** The rules that hold in it, those that say more last. */
  rules: readonly IgnorePatterns[];
}

export class IgnoreRules {
  readonly #folder: string;
  readonly #read: ReadText;
  readonly #user: UserFolders | undefined;
  readonly #levels = new Map<string, Promise<Level>>();
  #ignoreCase = true;

  /**
   * @param folder absolute, with '/', none at its end: paths are relative to it.
   * @param user whose configuration holds; undefined: nobody's.
   */
  constructor(folder: string, read: ReadText, user?: UserFolders) {
    this.#folder = folder;
    this.#read = read;
    this.#user = user;
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
    if (above.ignored || says(above.rules, folder, true)) return { ignored: true, rules: [] };
    const own = await this.#patterns(`${folder}/.gitignore`, folder);
    return own === undefined ? above : { ignored: false, rules: [...above.rules, own] };
  }

  /** The opened folder itself, by way of its repository's root. */
  async #top(): Promise<Level> {
    const repository = await repositoryOf(this.#folder, this.#read);
    const { excludesFile, ignoreCase } = await ignoreSettings(this.#read, repository, this.#user);
    this.#ignoreCase = ignoreCase;
    const root = repository?.root ?? this.#folder;
    const files = [excludesFile, repository && `${repository.gitFolder}/info/exclude`, `${root}/.gitignore`].filter(
      (file) => file !== undefined,
    );
    const rules = await Promise.all(files.map((file) => this.#patterns(file, root)));
    let level: Level = { ignored: false, rules: rules.filter((one) => one !== undefined) };
    let folder = root;
    for (const name of this.#folder.slice(root.length).split('/').filter(Boolean)) {
      folder += `/${name}`;
      level = await this.#step(level, folder);
    }
    return level;
  }

  async #patterns(file: string, base: string): Promise<IgnorePatterns | undefined> {
    const text = await this.#read(file);
    return text === undefined ? undefined : new IgnorePatterns(`${base}/`, text, this.#ignoreCase);
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
