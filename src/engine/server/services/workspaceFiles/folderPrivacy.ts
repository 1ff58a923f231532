/** Which files of a workspace folder are private, links followed: what is behind one counts as well as its own name. */
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { IgnoreRules } from '../../../../files/ignored.ts';
import { privateFilesHere, withSlashes } from './folder.ts';

export class FolderPrivacy {
  readonly #folder: string;
  readonly #private = privateFilesHere();
  #root: Promise<string | undefined> | undefined;

  /** @param folder absolute, as this system writes it. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Of what is ignored, read once until {@link forget}. */
  get rules(): IgnoreRules {
    return this.#private.rulesOf(this.#folder, withSlashes(this.#folder));
  }

  /** Rules may have changed, or where the folder lies: both are looked at anew when next asked. */
  forget(): void {
    this.#private.forget();
    this.#root = undefined;
  }

  /**
   * True for what is secret or ignored, or behind a link that leads to such a file or out of the folder.
   * @param file relative to the folder, with '/'.
   */
  async has(file: string): Promise<boolean> {
    this.#root ??= realOf(this.#folder);
    const root = await this.#root;
    const real = root === undefined ? undefined : await realOf(path.join(root, file));
    if (real === undefined) return this.#isPrivate(file);
    if (!real.startsWith(root!.endsWith(path.sep) ? root! : root + path.sep)) return true;
    const inside = withSlashes(path.relative(root!, real));
    return (await this.#isPrivate(file)) || (inside !== file && (await this.#isPrivate(inside)));
  }

  #isPrivate(inside: string): Promise<boolean> {
    const folder = this.#folder;
    return this.#private.has({ path: `${withSlashes(folder)}/${inside}`, folder: { key: folder, path: inside } });
  }
}

/** Undefined where there is no such file. */
const realOf = (file: string): Promise<string | undefined> => realpath(file).catch(() => undefined);
