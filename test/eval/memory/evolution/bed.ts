/** A folder with a package in it, whose memory is checked as a workspace's is. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CheckedAnchor, MemoryAnchor } from '../../../../src/engine/protocol/index.ts';
import { CodeAnchorChecker } from '../../../../src/engine/server/services/memory/anchors/checker.ts';
import { CodeFiles } from '../../../../src/engine/server/services/memory/anchors/codeFiles.ts';
import { AnchorMaker, type FileAnchors } from '../../../../src/engine/server/services/memory/anchors/fileAnchors.ts';
import { HashIndex } from '../../../../src/engine/server/services/memory/anchors/whereabouts.ts';
import type { SourceText } from '../../../../src/engine/server/services/memory/items.ts';
import { Grammars } from '../../../../src/syntax/grammars.ts';
import type { SourceFile } from '../../places.ts';

/** Most files are in many versions alike. */
class RememberingMaker extends AnchorMaker {
  readonly #known = new Map<string, Promise<FileAnchors>>();

  override anchorsOf(source: SourceText): Promise<FileAnchors> {
    const key = `${source.path}\0${source.text}`;
    const known = this.#known.get(key) ?? super.anchorsOf(source);
    this.#known.set(key, known);
    return known;
  }
}
const maker = new RememberingMaker(new Grammars(import.meta.url));

export class Bed {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'quire-evolution-'));
  readonly #index = new HashIndex();
  readonly #checker = new CodeAnchorChecker(new CodeFiles(this.#folder, maker), this.#index);
  readonly #files = new Set<string>();

  /** The folder has these files from now on, and no others; the index reads those that changed, as an indexer does. */
  async put(files: readonly SourceFile[]): Promise<void> {
    for (const file of this.#files) {
      if (files.some((one) => one.path === file)) continue;
      rmSync(path.join(this.#folder, file));
      this.#index.remove(file);
      this.#files.delete(file);
    }
    for (const { path: file, content } of files) {
      mkdirSync(path.dirname(path.join(this.#folder, file)), { recursive: true });
      writeFileSync(path.join(this.#folder, file), content);
      this.#index.set(await maker.anchorsOf({ path: file, text: content }));
      this.#files.add(file);
    }
  }

  /** Anchors to the files and to all their symbols. */
  async anchors(files: readonly SourceFile[]): Promise<MemoryAnchor[]> {
    const all: MemoryAnchor[] = [];
    for (const { path: file, content } of files) {
      const anchors = await maker.anchorsOf({ path: file, text: content });
      for (const symbol of [null, ...anchors.symbols.map((one) => one.symbol)]) all.push(anchors.anchor(symbol)!);
    }
    return all;
  }

  check(anchors: readonly MemoryAnchor[]): Promise<CheckedAnchor[]> {
    return this.#checker.check(anchors);
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
