/**
 * Which other files a completion is shown, and in which order. They come first in the prompt, and whatever changes there
 * has to be computed anew for everything behind it; so the choice is sticky, the same for all files of a workspace, and
 * what is edited stands last.
 *
 *     members, in order      a  b  c  d              of twelve open files
 *     shown with x           a  b  c  d              the same for every file that is no member
 *     shown with b           a  c  d
 *     after an edit of a     b  c  d  a
 *     where two are shown    b  a                    what is changed last is worth most, what changed first is known
 */

/** So many other files are shown at most. */
export const MOST_NEIGHBOURS = 4;
/** A member gives its place up when so many other files were visited since it was last. */
const STALE_VISITS = 4 * MOST_NEIGHBOURS;

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
    if (this.#members.length >= MOST_NEIGHBOURS) {
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
    if (next !== undefined && this.#members.length < MOST_NEIGHBOURS) this.#members.push(next);
  }

  /**
   * The other files for a completion in `file`, what changes least first. Who is a member is shown one less: another in
   * its place would move the rest.
   */
  of(file: string, most = MOST_NEIGHBOURS): string[] {
    const members = this.#members;
    const shown = members.length <= most ? members : [...members.slice(0, most - 1), members.at(-1)!];
    return shown.filter((member) => member !== file);
  }
}
