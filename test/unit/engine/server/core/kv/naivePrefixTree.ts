/**
 * What a prefix tree is, without trees: a list of pages, each with all tokens from the beginning to its end. Slow, and
 * obvious; `PrefixTree` has to give the same answers.
 */
import { PAGE_TOKENS } from '../../../../../../src/engine/server/core/kv/pagePool.ts';

/** A prefix cache in terms of texts. A page is named by its workspace and the text that ends with it: `one: 1,2,3`. */
export interface PrefixIndex {
  /** Leading tokens that are in whole pages on the device. */
  match(workspace: string, tokens: readonly number[]): number;
  /** Leading tokens that the pages of the device spell, the beginning of a page included. */
  common(workspace: string, tokens: readonly number[]): number;
  /** Puts a text in, where it is not yet: whole pages, and the rest as a tail, which takes the place of a shorter one. */
  insert(workspace: string, tokens: readonly number[]): void;
  /** Holds what {@link match} finds. @returns lets go of it. */
  hold(workspace: string, tokens: readonly number[]): () => void;
  /** Takes out the leaf's page that was used least recently; its name. `save`: it comes back with {@link insert}. */
  evict(save: boolean): string | undefined;
  /** Takes out all of a workspace; nobody may hold any of it. */
  forget(workspace: string): void;
  /** Names of the pages that could be evicted now, in order. */
  evictable(): string[];
  /** Names of all pages, in order; a saved one has a `*` behind. */
  pages(): string[];
}

interface Page {
  workspace: string;
  tokens: readonly number[];
  saved: boolean;
  holders: number;
  used: number;
}

export class NaivePrefixTree implements PrefixIndex {
  #pages: Page[] = [];
  #clock = 0;

  match(workspace: string, tokens: readonly number[]): number {
    return this.#matched(workspace, tokens).length * PAGE_TOKENS;
  }

  common(workspace: string, tokens: readonly number[]): number {
    const onDevice = this.#pages.filter((page) => page.workspace === workspace && !page.saved);
    return Math.max(0, ...onDevice.map((page) => commonLength(page.tokens, tokens)));
  }

  insert(workspace: string, tokens: readonly number[]): void {
    const used = ++this.#clock;
    for (let end = PAGE_TOKENS; end < tokens.length + PAGE_TOKENS; end += PAGE_TOKENS) {
      const text = tokens.slice(0, end);
      const longer = this.#pages.filter((page) => page.workspace === workspace && startsWith(page.tokens, text));
      if (longer.length === 0) {
        this.#pages = this.#pages.filter((page) => page.workspace !== workspace || !isTailOf(page.tokens, text));
        this.#pages.push({ workspace, tokens: text, saved: false, holders: 0, used });
      }
      const same = longer.find((page) => page.tokens.length === text.length);
      if (same) {
        same.used = used;
        same.saved = false;
      }
    }
  }

  hold(workspace: string, tokens: readonly number[]): () => void {
    const used = ++this.#clock;
    const pages = this.#matched(workspace, tokens);
    for (const page of pages) {
      page.holders++;
      page.used = used;
    }
    return () => {
      for (const page of pages) page.holders--;
    };
  }

  evict(save: boolean): string | undefined {
    const page = this.#leaves().toSorted((a, b) => a.used - b.used)[0];
    if (!page) return undefined;
    if (save && page.tokens.length % PAGE_TOKENS === 0) page.saved = true;
    else {
      this.#pages = this.#pages.filter(
        (other) => other.workspace !== page.workspace || !startsWith(other.tokens, page.tokens),
      );
    }
    return nameOf(page);
  }

  forget(workspace: string): void {
    this.#pages = this.#pages.filter((page) => page.workspace !== workspace);
  }

  evictable(): string[] {
    return this.#leaves().map(nameOf).sort();
  }

  pages(): string[] {
    return this.#pages.map((page) => nameOf(page) + (page.saved ? '*' : '')).sort();
  }

  /** Pages on the device that nobody holds and that no other page on the device goes on. */
  #leaves(): Page[] {
    const onDevice = this.#pages.filter((page) => !page.saved);
    const goesOn = (page: Page, other: Page): boolean =>
      other !== page && other.workspace === page.workspace && startsWith(other.tokens, page.tokens);
    return onDevice.filter((page) => page.holders === 0 && !onDevice.some((other) => goesOn(page, other)));
  }

  #matched(workspace: string, tokens: readonly number[]): Page[] {
    const pages: Page[] = [];
    for (let end = PAGE_TOKENS; end <= tokens.length; end += PAGE_TOKENS) {
      const text = tokens.slice(0, end).join();
      const page = this.#pages.find((one) => one.workspace === workspace && one.tokens.join() === text);
      if (!page || page.saved) break;
      pages.push(page);
    }
    return pages;
  }
}

/** What a page is called. */
export function nameOf({ workspace, tokens }: { workspace: string; tokens: readonly number[] }): string {
  return `${workspace}: ${tokens.join()}`;
}

const startsWith = (tokens: readonly number[], text: readonly number[]): boolean =>
  text.length <= tokens.length && text.every((token, i) => tokens[i] === token);

/** True for a tail that the text goes on from. */
const isTailOf = (tokens: readonly number[], text: readonly number[]): boolean =>
  tokens.length % PAGE_TOKENS !== 0 && startsWith(text, tokens);

function commonLength(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
