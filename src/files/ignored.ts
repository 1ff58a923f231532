/** Which files of a folder git ignores: the rules of `.gitignore`, level by level, read once. */
import ignore, { type Ignore } from 'ignore';

/** Reads a text file by its path relative to the folder, with '/'; undefined where there is none. */
export type ReadText = (path: string) => Promise<string | undefined>;

export class IgnoreRules {
  readonly #read: ReadText;
  readonly #levels = new Map<string, Promise<Ignore | undefined>>();

  constructor(read: ReadText) {
    this.#read = read;
  }

  /** True when git would not track `path`, which is relative to the folder; a folder's ends in '/'. */
  async ignores(path: string): Promise<boolean> {
    const end = path.endsWith('/') ? '/' : '';
    const parts = path.slice(0, path.length - end.length).split('/');
    let ignored = false;
    for (let depth = 0; depth < parts.length; depth++) {
      const rules = await this.#level(parts.slice(0, depth).join('/'));
      if (rules === undefined) continue;
      const below = parts.slice(depth);
      // Nothing inside an ignored folder can be taken back in by a deeper file.
      for (let length = 1; length < below.length; length++) {
        if (rules.ignores(`${below.slice(0, length).join('/')}/`)) return true;
      }
      const result = rules.test(below.join('/') + end);
      if (result.ignored) ignored = true;
      else if (result.unignored) ignored = false;
    }
    return ignored;
  }

  #level(folder: string): Promise<Ignore | undefined> {
    let level = this.#levels.get(folder);
    if (level === undefined) {
      level = this.#load(folder);
      this.#levels.set(folder, level);
    }
    return level;
  }

  async #load(folder: string): Promise<Ignore | undefined> {
    const files = folder === '' ? ['.gitignore', '.git/info/exclude'] : [`${folder}/.gitignore`];
    const texts = (await Promise.all(files.map((file) => this.#read(file)))).filter((text) => text !== undefined);
    return texts.length === 0 ? undefined : ignore().add(texts.join('\n'));
  }
}
