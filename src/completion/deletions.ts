/**
 * What was deleted just now, so that it is not offered again at once: a suggestion that undoes what the person does is the
 * one that is complained of most. The editor tells of a change without the text that went, so that the text near the cursor
 * is kept as it was last read. Texts stay in memory, a few of them, for a minute.
 */
import { fullOf, type Place } from './answers.ts';
import type { Draft } from './closers.ts';
import { isBlank } from './text.ts';

/** A change of a document: `length` UTF-16 units from `offset` on became `text`. */
export interface Change {
  offset: number;
  length: number;
  text: string;
}

/** A bracket or quote with what closes it by itself. */
export const PAIR = /^(?:\(\)|\[\]|\{\}|<>|""|''|``)$/;

interface Deletion {
  path: string;
  /** Where the deleted text began, in the document as it is now. */
  at: number;
  removed: string;
  /** What was written there since. */
  typed: string;
  /** ms */
  time: number;
}

/** "Just now": milliseconds. */
const LIVES_MS = 60_000;
const KEPT = 20;
/** Longer ones are kept to their first so many UTF-16 units. */
const LONGEST = 4_096;
/** Who has written so many characters of it again wants it back. */
const WANTED_FROM = 3;

export class Deletions {
  readonly #now: () => number;
  #window: { path: string; start: number; text: string } | undefined;
  #deletions: Deletion[] = [];

  /** @param now a clock, ms. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A part of a document was read, from `start` on. */
  seen(path: string, start: number, text: string): void {
    this.#window = { path, start, text };
  }

  /** A document was changed. @returns the text that went; undefined where that is not known. */
  changed(path: string, change: Change): string | undefined {
    const removed = this.#takeOut(path, change);
    // What an editor closed by itself goes with it, and was nobody's.
    const own = removed && change.text === '' && PAIR.test(removed) ? removed[0] : removed;
    const grown = this.#grow(path, change, own);
    this.#deletions = this.#deletions.filter((deletion) => {
      return deletion === grown || deletion.path !== path || isKeptBy(change, deletion);
    });
    if (own !== undefined && !grown) this.#add(path, change, own);
    return removed;
  }

  /** Whether a draft would put back at a place what was just deleted there, or begins to. Spaces do not count. */
  restores(place: Place, draft: Draft): boolean {
    const { offset } = place;
    if (offset === undefined) return false;
    return this.#deletions.some((deletion) => {
      if (deletion.path !== place.path || this.#now() - deletion.time > LIVES_MS) return false;
      if (!isAt(place, offset, deletion)) return false;
      const typed = solid(deletion.typed);
      const removed = solid(deletion.removed);
      if (typed.length >= WANTED_FROM || !removed.startsWith(typed)) return false;
      const offered = typed + solid(fullOf(place, draft));
      return offered.length > typed.length && (offered.startsWith(removed) || removed.startsWith(offered));
    });
  }

  clear(): void {
    this.#deletions = [];
    this.#window = undefined;
  }

  /** Makes the change in the text that is kept. @returns what it takes out, where all of it is there. */
  #takeOut(path: string, { offset, length, text }: Change): string | undefined {
    const window = this.#window;
    if (window?.path !== path) return length === 0 ? '' : undefined;
    const [from, to] = [offset - window.start, offset + length - window.start];
    if (to < 0) {
      window.start += text.length - length;
      return undefined;
    }
    if (from > window.text.length) return undefined;
    if (from < 0 || to > window.text.length) {
      this.#window = undefined;
      return undefined;
    }
    const removed = window.text.slice(from, to);
    window.text = window.text.slice(0, from) + text + window.text.slice(to);
    return removed;
  }

  /** What begins as it did before was not deleted: an editor's list writes a whole word anew. */
  #add(path: string, { offset, text }: Change, removed: string): void {
    let same = 0;
    while (same < text.length && text[same] === removed[same]) same++;
    const rest = removed.slice(same, same + LONGEST);
    if (isBlank(rest)) return;
    this.#deletions.push({ path, at: offset + same, removed: rest, typed: text.slice(same), time: this.#now() });
    this.#deletions.splice(0, this.#deletions.length - KEPT);
  }

  /** One key after the other deletes one text. @returns the deletion that has become longer. */
  #grow(path: string, { offset, text }: Change, removed: string | undefined): Deletion | undefined {
    const latest = this.#deletions.at(-1);
    if (latest?.path !== path || latest.typed !== '' || !removed || text !== '') return undefined;
    if (offset !== latest.at && offset + removed.length !== latest.at) return undefined;
    latest.removed = offset === latest.at ? latest.removed + removed : removed + latest.removed;
    latest.at = offset;
    latest.time = this.#now();
    return latest;
  }
}

/** Brings a deletion into step with a change. @returns false where nothing can be said of it any more. */
function isKeptBy({ offset, length, text }: Change, deletion: Deletion): boolean {
  const { at, typed, removed } = deletion;
  const end = offset + length;
  if (end < at || (end === at && length > 0)) {
    deletion.at += text.length - length;
    return true;
  }
  if (offset > at + typed.length) return true;
  if (offset < at || end > at + typed.length) return false;
  deletion.typed = typed.slice(0, offset - at) + text + typed.slice(end - at);
  // It is there again.
  return deletion.typed !== removed;
}

/** The text without white space. */
const solid = (text: string): string => text.replace(/\s+/g, '');

/** Whether nothing but white space is between a deletion and the cursor. */
function isAt({ prefix, suffix }: Place, offset: number, { at, typed }: Deletion): boolean {
  const end = at + typed.length;
  if (offset < end) return isBlank(suffix.slice(0, end - offset));
  return offset - end <= prefix.length && isBlank(prefix.slice(prefix.length - (offset - end)));
}
