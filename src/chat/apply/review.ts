/**
 * Changes of a document that somebody decides on one by one. Everything is proposed in the document already: to accept is to
 * leave it, to reject to put the old lines back. Pure: whoever shows it makes the edits, and tells of all that are made.
 */
import { applyEdits, type TextEdit } from './lines.ts';

/** `changed`: somebody else has written in it since, so that it can no longer be taken back on its own. */
export type Decision = 'open' | 'accepted' | 'rejected' | 'changed';

export interface ReviewHunk {
  /** From 0, in the order of the document. */
  index: number;
  /** What stood there, and what is proposed. */
  before: string;
  after: string;
  /** UTF-16 offset in the document as it is now, of `after`, or of `before` where it was rejected. */
  start: number;
  decision: Decision;
}

/** A change of the document: [start, start + removed) became `text`. */
export interface DocumentChange {
  start: number;
  removed: number;
  text: string;
}

export class Review {
  /** The document before, whole. */
  readonly original: string;
  /** The document with everything that was proposed. */
  readonly proposed: string;
  readonly #hunks: ReviewHunk[] = [];
  readonly #edits: readonly TextEdit[];

  /** @param edits in order, none over another. */
  constructor(original: string, edits: readonly TextEdit[]) {
    this.original = original;
    this.proposed = applyEdits(original, edits);
    this.#edits = edits;
    let shift = 0;
    for (const [index, { start, end, text }] of edits.entries()) {
      const before = original.slice(start, end);
      this.#hunks.push({ index, before, after: text, start: start + shift, decision: 'open' });
      shift += text.length - before.length;
    }
  }

  get hunks(): readonly Readonly<ReviewHunk>[] {
    return this.#hunks;
  }

  get open(): readonly Readonly<ReviewHunk>[] {
    return this.#hunks.filter(({ decision }) => decision === 'open');
  }

  /** Nothing is left to decide. */
  get isDone(): boolean {
    return this.open.length === 0;
  }

  accept(index: number): void {
    const hunk = this.#hunks[index];
    if (hunk?.decision === 'open') hunk.decision = 'accepted';
  }

  /** The edit of the document that puts the old bytes back, which {@link rejected} is told once it is made. */
  edit(index: number): TextEdit | undefined {
    const hunk = this.#hunks[index];
    if (hunk?.decision !== 'open') return undefined;
    return { start: hunk.start, end: hunk.start + hunk.after.length, text: hunk.before };
  }

  /** The edits for all that are open, in order. */
  edits(): TextEdit[] {
    return this.open.map(({ index }) => this.edit(index)!);
  }

  /** The edits that take everything back that nobody else has changed, accepted or not. */
  revert(): TextEdit[] {
    const kept = this.#hunks.filter(({ decision }) => decision === 'open' || decision === 'accepted');
    return kept.map(({ start, after, before }) => ({ start, end: start + after.length, text: before }));
  }

  /** The old bytes of these hunks are back. Changes that did it are not told to {@link changed}. */
  rejected(indices: readonly number[]): void {
    for (const index of [...indices].sort((a, b) => a - b)) {
      const hunk = this.#hunks[index];
      if (hunk?.decision !== 'open') continue;
      hunk.decision = 'rejected';
      const more = hunk.before.length - hunk.after.length;
      for (const other of this.#hunks) if (other.index > index) other.start += more;
    }
  }

  /** Somebody else has changed the document: hunks behind it move, those that it touched are to be reviewed anew. */
  changed(changes: readonly DocumentChange[]): void {
    // The later ones first: each speaks of the document before all of them.
    for (const { start, removed, text } of [...changes].sort((a, b) => b.start - a.start)) {
      const end = start + removed;
      for (const hunk of this.#hunks) {
        const size = (hunk.decision === 'rejected' ? hunk.before : hunk.after).length;
        if (end <= hunk.start && !(removed === 0 && start === hunk.start && size === 0)) {
          hunk.start += text.length - removed;
        } else if (start < hunk.start + size || (start === hunk.start && end > hunk.start)) {
          if (hunk.decision === 'open') hunk.decision = 'changed';
          // Where it began stays meaningful for those behind it only.
          if (start < hunk.start) hunk.start = start;
        }
      }
    }
  }

  /** What the document is to be, where nobody else has changed it: the proposed text with the rejected hunks as they were. */
  result(): string {
    return applyEdits(
      this.original,
      this.#edits.filter((_, index) => this.#hunks[index]!.decision !== 'rejected'),
    );
  }
}
