/** The message that is being written: its text and attachments, what it would cost, and that it is read ahead. */
import type { KeptAttachment } from './conversation/entries.ts';
import { shownAttachment } from './shown.ts';
import type { DraftShown, Meter, ShownAttachment } from './view/protocol.ts';

/** What a message is made of. */
export interface Question {
  text: string;
  attachments: KeptAttachment[];
  /** What the model is given instead of `text`. */
  asked?: string;
  /** Why something is remembered for it, or nothing is. */
  decision?: string;
}

/** What sending would cost, and what is known of each attachment by its id. */
export interface Weighed {
  meter: Meter;
  attachments: ReadonlyMap<string, Pick<ShownAttachment, 'tokens' | 'alreadyRead' | 'cut'>>;
}

export interface DraftNeeds {
  /** @param editing the message in whose place the draft would be sent. @returns undefined where there is no model yet. */
  weigh(question: Question, editing: string | undefined, signal: AbortSignal): Promise<Weighed | undefined>;
  /** With what it names. The first search of a project takes as long as reading it. */
  asSent(question: Question, signal: AbortSignal): Promise<Question>;
  /** Reads what sending would begin with, in class background. */
  readAhead(question: Question, editing: string | undefined, signal: AbortSignal): Promise<void>;
  /** What can be attached with one press. */
  offers(): { id: string; label: string }[];
  /** The draft, or what is known of it, has changed. */
  changed(): void;
}

/** After a change, until the draft is weighed, and read ahead. */
const WEIGH_MS = 120;
const READ_MS = 500;
/** A search that takes longer is not waited for: what is known without it is told meanwhile. */
const SEARCH_MS = 400;

export class Draft {
  readonly #needs: DraftNeeds;
  text = '';
  attachments: KeptAttachment[] = [];
  editing: string | undefined;
  refusal: string | undefined;
  #weighed: Weighed | undefined;
  #work: AbortController | undefined;
  #timers: NodeJS.Timeout[] = [];

  constructor(needs: DraftNeeds) {
    this.#needs = needs;
  }

  get meter(): Meter | null {
    return this.#weighed?.meter ?? null;
  }

  get question(): Question {
    return { text: this.text, attachments: [...this.attachments] };
  }

  /** Typed; the view has it already. */
  typed(text: string): void {
    this.text = text;
    this.weighSoon();
  }

  /** Takes attachments in, each once. */
  attach(attachments: readonly KeptAttachment[]): void {
    const known = new Set(this.attachments.map(nameOf));
    this.attachments.push(...attachments.filter((one) => !known.has(nameOf(one))));
    this.refusal = undefined;
    this.#changed();
  }

  detach(id: string): void {
    this.attachments = this.attachments.filter((one) => one.id !== id);
    this.#changed();
  }

  refuse(words: string): void {
    this.refusal = words;
    this.#needs.changed();
  }

  /** In the place of what is there. */
  set({ text, attachments }: Pick<Question, 'text' | 'attachments'>, editing?: string): void {
    this.text = text;
    this.attachments = [...attachments];
    this.editing = editing;
    this.refusal = undefined;
    this.#changed();
  }

  /** It was sent: takes it out. */
  take(): Question {
    const { question } = this;
    this.set({ text: '', attachments: [] });
    return question;
  }

  shown(): DraftShown {
    const shown = (kept: KeptAttachment): ShownAttachment => ({
      ...shownAttachment(kept),
      ...this.#weighed?.attachments.get(kept.id),
    });
    return {
      text: this.text,
      attachments: this.attachments.map(shown),
      offers: this.#needs
        .offers()
        .filter(({ label }) => !this.attachments.some((one) => one.label === label))
        .map(({ id, label }) => ({ id, label })),
      ...(this.editing === undefined ? {} : { editing: this.editing }),
      ...(this.refusal === undefined ? {} : { refusal: this.refusal }),
    };
  }

  /** Something that its cost depends on has changed. */
  weighSoon(): void {
    this.stop();
    const work = new AbortController();
    this.#work = work;
    this.#timers = [
      setTimeout(() => void this.#weigh(work.signal), WEIGH_MS),
      setTimeout(() => void this.#readAhead(work.signal), READ_MS),
    ];
  }

  /** Ends what is under way for it. */
  stop(): void {
    this.#work?.abort();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #changed(): void {
    this.#needs.changed();
    this.weighSoon();
  }

  async #weigh(signal: AbortSignal): Promise<void> {
    const { question, editing } = this;
    const weigh = async (wanted: Question, isLatest: () => boolean): Promise<void> => {
      // What cannot be weighed now is told when it is sent.
      const weighed = await this.#needs.weigh(wanted, editing, signal).catch(() => undefined);
      if (signal.aborted || !isLatest()) return;
      this.#weighed = weighed;
      this.#needs.changed();
    };
    let isNamed = false;
    const late = setTimeout(() => void weigh(question, () => !isNamed), SEARCH_MS);
    const named = await this.#needs.asSent(question, signal).catch(() => question);
    clearTimeout(late);
    isNamed = true;
    if (!signal.aborted) await weigh(named, () => true);
  }

  async #readAhead(signal: AbortSignal): Promise<void> {
    if (this.text.trim() === '' && this.attachments.length === 0) return;
    const { question, editing } = this;
    const named = await this.#needs.asSent(question, signal).catch(() => question);
    if (signal.aborted) return;
    await this.#needs.readAhead(named, editing, signal).catch(() => undefined);
    // What was read costs nothing any more.
    if (!signal.aborted) await this.#weigh(signal);
  }
}

/** The same thing is attached once, also where it is found anew. */
const nameOf = ({ kind, label, uri, lines }: KeptAttachment): string => JSON.stringify([kind, label, uri, lines]);
