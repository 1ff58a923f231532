/**
 * Splits what a model writes into what it thinks and what it answers, while it comes in pieces that are cut anywhere. A marker is never
 * shown, nor a part of one.
 */

/** What a piece adds to either. */
export interface SplitDelta {
  reasoning: string;
  text: string;
  /** A closing marker came without an opening one (many templates open in the prompt): all text before was reasoning. */
  turned: boolean;
}

/** Opening and closing markers, by whose models write them. */
const PAIRS: readonly (readonly [open: string, close: string])[] = [
  ['<think>', '</think>'], // Qwen, DeepSeek, GLM, and most others
  ['<thinking>', '</thinking>'],
  ['<thought>', '</thought>'],
  ['<reasoning>', '</reasoning>'],
  ['[THINK]', '[/THINK]'], // Magistral
  ['<seed:think>', '</seed:think>'], // Seed-OSS
  ['<|START_THINKING|>', '<|END_THINKING|>'], // Command A
  ['◁think▷', '◁/think▷'], // Kimi
];
const OPENS = PAIRS.map(([open]) => open);
const CLOSES = PAIRS.map(([, close]) => close);

/** Harmony (gpt-oss): `<|channel|>analysis<|message|>…<|end|><|start|>assistant<|channel|>final<|message|>…`. */
const CHANNEL = '<|channel|>';
const MESSAGE = '<|message|>';
const FRAMES = ['<|start|>assistant', '<|end|>', '<|return|>', '<|call|>'];
/** The name of a channel and what a tool call adds to it. */
const LONGEST_CHANNEL = 200;

type Where = 'text' | 'reasoning';

interface Found {
  at: number;
  length: number;
  /** What follows it; undefined: as before. */
  next: Where | undefined;
  turns?: boolean;
}

export class ReasoningSplitter {
  readonly #whole = { reasoning: '', text: '' };
  /** What was not given out yet: it may be the beginning of a marker, or blank before one. */
  #held = '';
  #where: Where;
  /** The marker that ends the reasoning; undefined: any. */
  #close: string | undefined;
  /** Something was closed or opened by a marker: a closing one alone turns nothing any more. */
  #marked: boolean;
  #harmony = false;
  /** Blanks before the first words of a part are dropped. */
  #begun = false;

  /** @param opened the prompt ends with an opening marker: what comes is reasoning until it is closed. */
  constructor(opened = false) {
    this.#where = opened ? 'reasoning' : 'text';
    this.#marked = opened;
  }

  /** All so far; of the answer, and of what was thought. */
  get text(): string {
    return this.#whole.text;
  }
  get reasoning(): string {
    return this.#whole.reasoning;
  }

  /** It is thinking: after its end, that it never came to an answer. */
  get thinking(): boolean {
    return this.#where === 'reasoning';
  }

  push(piece: string): SplitDelta {
    this.#held += piece;
    const delta: SplitDelta = { reasoning: '', text: '', turned: false };
    for (let found = this.#find(); found; found = this.#find()) {
      this.#give(this.#held.slice(0, found.at), delta, true);
      this.#held = this.#held.slice(found.at + found.length);
      if (found.turns) this.#turn(delta);
      if (found.next === undefined) continue;
      this.#begun = false;
      this.#where = found.next;
    }
    const sure = this.#held.length - this.#unsure();
    this.#give(this.#held.slice(0, sure), delta, false);
    this.#held = this.#held.slice(sure);
    return delta;
  }

  /** No more comes. The beginning of a marker that was never finished is not shown where one could have stood. */
  end(): SplitDelta {
    const delta: SplitDelta = { reasoning: '', text: '', turned: false };
    const { text } = this.#whole;
    const begun = this.#where === 'reasoning' ? CLOSES : text === '' ? [...OPENS, CHANNEL] : [];
    const torn = Math.max(
      tornEnd(this.#held, begun),
      this.#marked ? 0 : tornEnd(this.#held, CLOSES, 4),
      this.#harmony ? tornEnd(this.#held, [...FRAMES, CHANNEL]) : 0,
    );
    const channel = this.#speaksHarmony() ? this.#held.lastIndexOf(CHANNEL) : -1;
    this.#give(this.#held.slice(0, channel >= 0 ? channel : this.#held.length - torn), delta, true);
    this.#held = '';
    return delta;
  }

  /** The first marker in what is held that counts where it stands. */
  #find(): Found | undefined {
    const held = this.#held;
    let first: Found | undefined;
    const take = (found: Found) => {
      if (found.at >= 0 && (!first || found.at < first.at)) first = found;
    };
    if (this.#harmony) {
      for (const frame of FRAMES) take({ at: held.indexOf(frame), length: frame.length, next: undefined });
    }
    const channel = this.#speaksHarmony() ? held.indexOf(CHANNEL) : -1;
    const message = channel < 0 ? -1 : held.indexOf(MESSAGE, channel);
    if (message >= 0) {
      this.#harmony = true;
      const final = held.slice(channel + CHANNEL.length, message).trim() === 'final';
      take({ at: channel, length: message + MESSAGE.length - channel, next: final ? 'text' : 'reasoning' });
    }
    if (this.#where === 'reasoning') {
      for (const close of this.#close ? [this.#close] : CLOSES) {
        take({ at: held.indexOf(close), length: close.length, next: 'text' });
      }
    } else {
      for (const open of OPENS) take({ at: this.#opening(open), length: open.length, next: 'reasoning' });
      if (!this.#marked) {
        for (const close of CLOSES) take({ at: this.#closing(close), length: close.length, next: 'text', turns: true });
      }
    }
    if (!first) return undefined;
    const marker = held.slice(first.at, first.at + first.length);
    if (first.next === 'reasoning') this.#close = PAIRS.find(([open]) => open === marker)?.[1];
    if (first.next !== undefined) this.#marked = true;
    return first;
  }

  /** Its markers are spoken of by others, too: it is spoken by who begins with one. */
  #speaksHarmony(): boolean {
    const { text, reasoning } = this.#whole;
    return this.#harmony || (text === '' && reasoning === '' && this.#held.trimStart().startsWith(CHANNEL));
  }

  /** An opening marker counts at the beginning of a line outside of code: elsewhere it is spoken of. */
  #opening(open: string): number {
    for (let at = this.#held.indexOf(open); at >= 0; at = this.#held.indexOf(open, at + 1)) {
      const before = this.#whole.text + this.#held.slice(0, at);
      if (/(?:^|\n)[ \t]*$/.test(before) && !inFence(before)) return at;
    }
    return -1;
  }

  /** A closing one counts where it is not quoted. */
  #closing(close: string): number {
    for (let at = this.#held.indexOf(close); at >= 0; at = this.#held.indexOf(close, at + 1)) {
      const before = this.#whole.text + this.#held.slice(0, at);
      const line = before.slice(before.lastIndexOf('\n') + 1);
      const quoted = /['"`]$/.test(line) || (line.match(/`/g) ?? []).length % 2 === 1;
      if (!quoted) return at;
    }
    return -1;
  }

  #turn(delta: SplitDelta): void {
    this.#whole.reasoning += this.#whole.text.trimEnd();
    this.#whole.text = '';
    delta.turned = true;
    delta.reasoning = '';
    delta.text = '';
    this.#begun = false;
  }

  #give(part: string, delta: SplitDelta, ends: boolean): void {
    const where = this.#where;
    let words = this.#begun ? part : part.trimStart();
    if (ends && where === 'reasoning') words = words.trimEnd();
    if (words === '') return;
    if (!this.#begun && this.#whole[where] !== '') words = (this.#whole[where].endsWith('\n') ? '\n' : '\n\n') + words;
    this.#begun = true;
    this.#whole[where] += words;
    delta[where] += words;
  }

  /** How many characters at the end of what is held may belong to a marker. */
  #unsure(): number {
    const held = this.#held;
    const markers = [CHANNEL, ...(this.#harmony ? FRAMES : []), ...(this.#where === 'reasoning' ? CLOSES : OPENS)];
    if (!this.#marked) markers.push(...CLOSES);
    let unsure = tornEnd(held, markers);
    const channel = this.#speaksHarmony() ? held.lastIndexOf(CHANNEL) : -1;
    if (channel >= 0 && held.length - channel < LONGEST_CHANNEL) unsure = Math.max(unsure, held.length - channel);
    if (this.#where === 'reasoning') unsure += /\s*$/.exec(held.slice(0, held.length - unsure))![0].length;
    return unsure;
  }
}

/** A whole answer at once. */
export function splitReasoning(text: string, opened = false): { reasoning: string; text: string } {
  const splitter = new ReasoningSplitter(opened);
  splitter.push(text);
  splitter.end();
  return { reasoning: splitter.reasoning, text: splitter.text };
}

/** Length of the longest end of a text that begins a marker. */
function tornEnd(text: string, markers: readonly string[], least = 1): number {
  let longest = 0;
  for (const marker of markers) {
    for (let length = Math.min(text.length, marker.length - 1); length > longest && length >= least; length--) {
      if (text.endsWith(marker.slice(0, length))) longest = length;
    }
  }
  return longest;
}

const inFence = (text: string): boolean => (text.match(/^ {0,3}(?:`{3,}|~{3,})/gm) ?? []).length % 2 === 1;
