/** What was changed last: bursts of edits near each other, as what stood there and what stands there now. */
import type { Piece } from './piece.ts';

export interface Edit {
  path: string;
  /** Whole lines, without line ends: what stood there, and what stands there now. */
  before: readonly string[];
  after: readonly string[];
}

/** Edits that are kept. Zed shows six; Sweep three. */
const KEPT = 6;
/** Changes no farther from each other are one edit, in lines (as Zed groups them). */
const NEAR = 8;
/** A larger change was not typed: it was pasted, formatted, or came with a branch. Lines, as Sweep takes them. */
const LONGEST = 40;
/** Longer texts are not compared, in UTF-16 units. */
const LONGEST_TEXT = 200_000;

interface Watched {
  /** Before the open edit, and when the cursor rested last. */
  start: readonly string[];
  last: readonly string[];
  open: Changed | undefined;
}

/** Lines from `from` that take the place of others. */
interface Changed {
  from: number;
  before: readonly string[];
  after: readonly string[];
}

export class RecentEdits {
  readonly #files = new Map<string, Watched>();
  /** The oldest first. */
  readonly #edits: Edit[] = [];
  /** By file, the edit that may still grow; it is the last of its file. */
  readonly #growing = new Map<string, Edit>();

  /** The text of a file as it is now that nobody types in it. @param text LF. */
  rest(path: string, text: string): void {
    if (text.length > LONGEST_TEXT) {
      this.forget(path);
      return;
    }
    const lines = text.split('\n');
    const file = this.#files.get(path);
    if (file === undefined) {
      this.#files.set(path, { start: lines, last: lines, open: undefined });
      return;
    }
    const latest = changeBetween(file.last, lines);
    if (latest === undefined) return;
    if (file.open === undefined || !isNear(file.open, latest)) {
      file.start = file.last;
      this.#growing.delete(path);
    }
    file.last = lines;
    file.open = changeBetween(file.start, lines);
    this.#keep(path, file.open);
  }

  /** A file was closed, or is not to be shown. Its edits go with it. */
  forget(path: string): void {
    this.#files.delete(path);
    this.#growing.delete(path);
    const rest = this.#edits.filter((edit) => edit.path !== path);
    this.#edits.splice(0, this.#edits.length, ...rest);
  }

  /** The oldest first. @param path where the cursor is: the edit that is under way there is left out, the file shows it. */
  besides(path: string): Edit[] {
    return this.#edits.filter((edit) => edit !== this.#growing.get(path));
  }

  #keep(path: string, change: Changed | undefined): void {
    const growing = this.#growing.get(path);
    const at = growing === undefined ? -1 : this.#edits.indexOf(growing);
    if (at >= 0) this.#edits.splice(at, 1);
    this.#growing.delete(path);
    // What was undone, or only moved blanks about, says nothing.
    if (change === undefined || isLong(change) || blank(change.before) === blank(change.after)) return;
    const edit: Edit = { path, before: change.before, after: change.after };
    this.#edits.push(edit);
    this.#growing.set(path, edit);
    if (this.#edits.length > KEPT) this.#edits.shift();
  }
}

/** @param edits the oldest first. @returns a piece for each, the newest last, as lines of a diff. */
export function editPieces(edits: readonly Edit[]): Piece[] {
  return edits.map(({ path, before, after }) => {
    const removed = before.slice(0, LONGEST).map((line) => `-${line}\n`);
    const added = after.slice(0, LONGEST).map((line) => `+${line}\n`);
    return { source: 'edits', path: `${path}.diff`, text: [...removed, ...added].join('') };
  });
}

/** From the first line that differs to the last one; undefined where none does. */
function changeBetween(before: readonly string[], after: readonly string[]): Changed | undefined {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from++;
  let same = 0;
  while (same < shorter - from && before.at(-1 - same) === after.at(-1 - same)) same++;
  const change = {
    from,
    before: before.slice(from, before.length - same),
    after: after.slice(from, after.length - same),
  };
  return change.before.length + change.after.length === 0 ? undefined : change;
}

/** The later change, in the lines that the earlier one left. */
function isNear(earlier: Changed, later: Changed): boolean {
  const end = earlier.from + earlier.after.length;
  return later.from <= end + NEAR && later.from + later.before.length >= earlier.from - NEAR;
}

const isLong = ({ before, after }: Changed): boolean => before.length > LONGEST || after.length > LONGEST;
const blank = (lines: readonly string[]): string => lines.join('').replace(/\s+/g, '');
