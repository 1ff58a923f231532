/** What was taken of the suggestion on screen, word by word or whole, and what of that was taken back by undoing. */
import { fullOf, type Offer, type Place } from './answers.ts';
import { type Change, PAIR } from './deletions.ts';

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
export class TakenTexts {
  #shown: { place: Place; offer: Offer } | undefined;
  /** What is on screen went in at once, and nobody has told yet by what. */
  #whole: Taken | undefined;
  #taken: Taken[] = [];

  /** This is on screen now. */
  show(place: Place, offer: Offer): void {
    this.#shown = { place, offer };
    this.#whole = undefined;
  }

  /** Nothing is. */
  hide(): void {
    this.#shown = undefined;
    this.#whole = undefined;
  }

  /**
   * A document was changed by one edit that was not undone. @returns what was taken by it: the editor says nothing of words
   * that are taken, but several characters at once that go on as the suggestion does were not typed.
   */
  changed(path: string, { offset, length, text }: Change): Taken | undefined {
    const shown = this.#shown;
    const isAtIt = shown?.place.path === path && shown.place.offset === offset;
    // A key that closes its bracket by itself is no word that was taken.
    if (!isAtIt || text.length < 2 || PAIR.test(text)) return undefined;
    const { place, offer } = shown;
    const drafts = [offer, ...(offer.others ?? [])];
    if (drafts.some((draft) => draft.over === length && fullOf(place, draft) === text)) {
      this.#whole = { place, text, part: false };
      return undefined;
    }
    const isPart = drafts.some((draft) => draft.text.startsWith(text) && draft.text.length > text.length);
    return isPart && length === 0 ? this.#keep({ place, text, part: true }) : undefined;
  }

  /** The cursor is behind what was on screen. @returns what was taken, where all of it went in at once. */
  completed(): Taken | undefined {
    const whole = this.#whole;
    this.hide();
    return whole && this.#keep(whole);
  }

  /** All of what was on screen was taken. @param text what the editor put in; absent: the first that was offered. */
  accepted(text?: string): Taken | undefined {
    const shown = this.#shown;
    if (shown === undefined) return undefined;
    const { place, offer } = shown;
    const fulls = [offer, ...(offer.others ?? [])].map((draft) => fullOf(place, draft));
    const full = text === undefined ? fulls[0] : fulls.find((one) => one === text);
    // The editor may tell of it when the next one is on screen already.
    if (full === undefined) return undefined;
    this.hide();
    return this.#keep({ place, text: full, part: false });
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
    // What was there before is gone or elsewhere: undoing takes out one of the two.
    const others = this.#taken.filter((one) => !overlap(one, taken));
    this.#taken = [...others, taken].slice(-KEPT);
    return taken;
  }
}

function overlap(a: Taken, b: Taken): boolean {
  const [from, to] = [a.place.offset ?? 0, b.place.offset ?? 0];
  return a.place.path === b.place.path && from < to + b.text.length && to < from + a.text.length;
}
