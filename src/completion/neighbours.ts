/**
 * Which other files a completion is shown, and in which order. They come first in the prompt, and whatever changes there
 * has to be computed anew for everything behind it; so the choice is sticky, the same for all files of a workspace, and
 * what is edited stands last.
 *
 *     members, in order      a  b  c  d  e           of twelve open files
 *     shown with x           a  b  c  d              the first four: the same for every file that is no member
 *     shown with b           a  c  d  e
 *     after an edit of a     b  c  d  e  a
 */

/** So many other files are shown at most. */
export const MOST_NEIGHBOURS = 4;
/** One more, because a file is not shown to itself. */
const MEMBERS = MOST_NEIGHBOURS + 1;
/** A member gives its place up when so many other files were visited since it was last. */
const STALE_VISITS = 2 * MEMBERS;

export class Neighbours {
  /** What changes least first. */
  #members: string[] = [];
  /** All files, the one visited last at the end. */
  readonly #visited = new Set<string>();

  /** A file came to the front. */
  visit(file: string): void {
    this.#visited.delete(file);
    this.#visited.add(file);
    if (this.#members.includes(file)) return;
    if (this.#members.length >= MEMBERS) {
      const recent = new Set([...this.#visited].slice(-STALE_VISITS));
      const stale = this.#members.findLast((member) => !recent.has(member));
      if (stale === undefined) return;
      this.#members = this.#members.filter((member) => member !== stale);
    }
    this.#members.push(file);
  }

  /** The text of a file changed: all behind it in the prompt will be new, so it goes to the end. */
  edit(file: string): void {
    if (this.#members.at(-1) === file || !this.#members.includes(file)) return;
    this.#members = [...this.#members.filter((member) => member !== file), file];
  }

  close(file: string): void {
    this.#visited.delete(file);
    this.#members = this.#members.filter((member) => member !== file);
    // Who waited longest for a place has been least in front: the latest visitor takes it.
    const next = [...this.#visited].findLast((other) => !this.#members.includes(other));
    if (next !== undefined && this.#members.length < MEMBERS) this.#members.push(next);
  }

  /** The other files for a completion in `file`, what changes least first. */
  of(file: string): string[] {
    return this.#members.filter((member) => member !== file).slice(0, MOST_NEIGHBOURS);
  }
}
