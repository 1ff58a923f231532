/** Downloaded models: the GGUF files in one folder of the extension's global storage. */
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { CATALOGUE, type CatalogueEntry, fileNameOf } from './catalogue.ts';

export interface DownloadedModel {
  /** Absolute. */
  path: string;
  fileName: string;
  sizeBytes: number;
  /** What it was downloaded from; undefined for a file that was put there by hand. */
  entry: CatalogueEntry | undefined;
}

export class ModelLibrary {
  /** Absolute. Made by the first download. */
  readonly folder: string;

  constructor(folder: string) {
    this.folder = resolve(folder);
  }

  /** @returns the models by name; empty where nothing was downloaded yet. */
  async list(): Promise<DownloadedModel[]> {
    const names = (await readdir(this.folder).catch(() => [])).filter((name) => extname(name) === '.gguf').sort();
    const models = names.map(async (fileName): Promise<DownloadedModel | undefined> => {
      const path = join(this.folder, fileName);
      const file = await stat(path).catch(() => undefined);
      if (!file?.isFile()) return undefined;
      return { path, fileName, sizeBytes: file.size, entry: entryOf(fileName) };
    });
    return (await Promise.all(models)).filter((model) => model !== undefined);
  }

  /**
   * Deletes a downloaded model.
   * @throws Error for a path outside the folder: a user's own files are never deleted.
   */
  async remove(path: string): Promise<void> {
    const file = resolve(path);
    if (dirname(file) !== this.folder || extname(file) !== '.gguf') {
      throw new Error(`${basename(path)} was not downloaded by Quire, so Quire does not delete it.`);
    }
    await rm(file, { force: true });
  }
}

function entryOf(fileName: string): CatalogueEntry | undefined {
  return CATALOGUE.find((entry) => fileNameOf(entry.uri) === fileName);
}
