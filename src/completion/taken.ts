/** What was taken of the suggestion on screen, word by word or whole, and what of that was taken back by undoing. */
import { fullOf, type Offer, type Place } from './answers.ts';
import type { Change } from './deletions.ts';

/** Something that went into a document. */
export interface Taken {
  /** Where the cursor was. */
  place: Place;
  /** What went in there; what stayed of closers included. */
  text: string;
  /** Only the beginning of what was offered. */
  part: boolean;
}

/** Undoing reaches no further back. */
const KEPT = 50;
/** A key that closes its bracket by itself is no word that was taken. */
const PAIR = /^[([{<"'`][)\]}>"'`]$/;

export class TakenTexts {
  #shown: { place: Place; offer: Offer } | undefined;
  #taken: Taken[] = [];

  /** This is on screen now. */
  show(place: Place, offer: Offer): void {
    this.#shown = { place, offer };
  }

  /** Nothing is. */
  hide(): void {
    this.#shown = undefined;
  }

  /**
   * A document was changed by one edit that was not undone. @returns what was taken by it: the editor says nothing of words
   * that are taken, but several characters at once that go on as the suggestion does were not typed.
   */
  changed(path: string, { offset, length, text }: Change): Taken | undefined {
    const shown = this.#shown;
    const isAtIt = shown?.place.path === path && shown.place.offset === offset && length === 0;
    if (!isAtIt || text.length < 2 || PAIR.test(text)) return undefined;
    const { place, offer } = shown;
    const drafts = [offer, ...(offer.others ?? [])];
    const isPart = drafts.some((draft) => draft.text.startsWith(text) && draft.text.length > text.length);
    if (!isPart || drafts.some((draft) => draft.text === text)) return undefined;
    return this.#keep({ place, text, part: true });
  }

  /** All of what was on screen was taken. @param text what the editor put in; absent: the first that was offered. */
  accepted(text?: string): Taken | undefined {
    const shown = this.#shown;
    this.#shown = undefined;
    if (shown === undefined) return undefined;
    return this.#keep({ place: shown.place, text: text ?? fullOf(shown.place, shown.offer), part: false });
  }

  /** An edit was undone. @returns what that took out again. */
  undone(path: string, { offset, length, text }: Change): Taken[] {
    const isOut = ({ place, text: full }: Taken): boolean => {
      const at = place.offset ?? Number.NaN;
      return place.path === path && offset <= at && at + full.length <= offset + length && text.length < length;
    };
    const out = this.#taken.filter(isOut);
    this.#taken = this.#taken.filter((one) => !isOut(one));
    return out;
  }

  #keep(taken: Taken): Taken {
    this.#taken = [...this.#taken, taken].slice(-KEPT);
    return taken;
  }
}
