/**
 * Somebody at a keyboard: bursts of keys, pauses for thought, typos that are seen and corrected, suggestions that are
 * taken, brackets that the editor closes. What comes out is exactly the text that was to be typed.
 *
 * Times between keys are log-normal (González et al., "On the shape of timings distributions in free-text keystroke
 * dynamics profiles", Heliyon 7(11), 2021: a close second to the log-logistic). Dhakal et al., "Observations on Typing
 * from 136 Million Keystrokes" (CHI 2018) have 239 ms on average over all volunteers and half of that for fast ones; this
 * one is fast, since a fast typist is the harder one to serve.
 */
import { closerOf, isBetween } from './closers.ts';
import type { Random } from './random.ts';
import { DEBOUNCE_MS, type Recorder } from './recorder.ts';

const KEY = { median: 125, sigma: 0.42 };
const PAUSE = { median: 700, sigma: 0.6, longest: 5_000 };
/** Share of keys after which one thinks: at the beginning of a line, and elsewhere. */
const PAUSES = { line: 0.15, elsewhere: 0.008 };
/** Share of letters that are typed wrong. */
const TYPOS = 0.015;
/** Share of places at which the rest of the line is taken as a suggestion, where it is long enough. */
const ACCEPTS = { share: 0.02, shortest: 6 };
/** Reading a suggestion before it is taken or sent away. */
const READING = { median: 450, sigma: 0.3 };
/** Share of keys after which the suggestion is sent away with Esc. */
const ESCAPES = 0.008;

const ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];
const LETTER = /^[a-z]$/i;

export class Typist {
  readonly #recorder: Recorder;
  readonly #random: Random;
  #path = '';
  #cursor = 0;
  #piece = '';
  /** How much of the piece is in the document. */
  #done = 0;
  /** What the editor put behind the cursor and is still to be typed over, the nearest last. */
  #closers: string[] = [];

  constructor(recorder: Recorder, random: Random) {
    this.#recorder = recorder;
    this.#random = random;
  }

  /**
   * Types `piece` into an open document. All through it, the document is the text before `offset`, what is typed of the
   * piece, the pending closers, and the text that was behind `offset`.
   */
  type(path: string, offset: number, piece: string): void {
    this.#path = path;
    this.#cursor = offset;
    this.#piece = piece;
    this.#done = 0;
    this.#closers = [];
    while (this.#done < piece.length) {
      this.#step();
      this.#pause();
    }
    const left = this.#closers.join('').length;
    if (left > 0) this.#recorder.delete(path, this.#cursor, left);
    this.#closers = [];
  }

  #step(): void {
    const closer = this.#closers.at(-1);
    const newline = /^\r?\n/.exec(this.#piece.slice(this.#done, this.#done + 2))?.[0];
    if (closer !== undefined && this.#piece.startsWith(closer, this.#done)) this.#typeOver(closer);
    else if (newline !== undefined) this.#enter(newline);
    else if (this.#accepts()) this.#accept();
    else if (this.#errs()) this.#typo();
    else this.#character();
  }

  #pause(): void {
    if (this.#random.chance(ESCAPES)) {
      this.#recorder.wait(DEBOUNCE_MS + this.#random.logNormal(READING.median, READING.sigma));
      this.#recorder.cancel(this.#path);
    }
    const thinks = this.#random.chance(this.#lineStart() ? PAUSES.line : PAUSES.elsewhere);
    this.#recorder.wait(
      thinks
        ? Math.min(PAUSE.longest, this.#random.logNormal(PAUSE.median, PAUSE.sigma))
        : this.#random.logNormal(KEY.median, KEY.sigma),
    );
  }

  /** True when nothing but indentation is before the cursor in its line. */
  #lineStart(): boolean {
    return /(?:^|\n)[ \t]*$/.test(this.#piece.slice(Math.max(0, this.#done - 64), this.#done));
  }

  /** The next part of the piece goes in at the cursor, `behind` after it. */
  #put(text: string, behind = '', accepted = false): void {
    this.#done += text.length;
    const cursor = this.#cursor + text.length;
    this.#recorder.insert(this.#path, this.#cursor, text + behind, cursor, accepted);
    this.#cursor = cursor;
  }

  #typeOver(closer: string): void {
    this.#closers.pop();
    this.#done += closer.length;
    this.#cursor += closer.length;
    // From inside a block to behind it one goes with the arrow keys.
    if (closer.length > 1) this.#recorder.leave(this.#path);
    else this.#recorder.key(this.#path, this.#cursor);
  }

  /** Enter, and the indentation that the editor adds. */
  #enter(newline: string): void {
    const text = this.#recorder.textOf(this.#path);
    const closer = this.#closers.at(-1);
    const indented = newline + indentation(this.#piece, this.#done + newline.length);
    if (closer !== undefined && isBetween(text[this.#cursor - 1], closer)) {
      const line = text.lastIndexOf('\n', this.#cursor - 1) + 1;
      const behind = newline + indentation(text.slice(0, this.#cursor), line);
      this.#closers.pop();
      this.#closers.push(behind + closer);
      this.#put(indented, behind);
      return;
    }
    this.#dropClosers();
    this.#put(indented);
  }

  /** Takes away the closers in this line: nothing of what follows is theirs. */
  #dropClosers(): void {
    let length = 0;
    while (this.#closers.at(-1)?.length === 1) length += this.#closers.pop()!.length;
    if (length > 0) this.#recorder.delete(this.#path, this.#cursor, length);
  }

  #restOfLine(): string {
    return /^[^\r\n]*/.exec(this.#piece.slice(this.#done, this.#done + 512))![0];
  }

  #accepts(): boolean {
    if (!this.#random.chance(ACCEPTS.share)) return false;
    const rest = this.#restOfLine();
    return rest.trim().length >= ACCEPTS.shortest && !endsInPair(rest);
  }

  #accept(): void {
    this.#recorder.wait(DEBOUNCE_MS + this.#random.logNormal(READING.median, READING.sigma));
    this.#dropClosers();
    this.#put(this.#restOfLine(), '', true);
  }

  #errs(): boolean {
    return LETTER.test(this.#piece[this.#done]!) && this.#random.chance(TYPOS);
  }

  /** A wrong letter, perhaps one or two more before it is seen, and back. */
  #typo(): void {
    const right = /^[a-z]{0,2}/i.exec(this.#piece.slice(this.#done + 1, this.#done + 3))![0];
    const more = right.slice(0, this.#random.integer(0, right.length));
    const wrong = neighbour(this.#piece[this.#done]!, this.#random) + more;
    for (const letter of wrong) {
      this.#recorder.insert(this.#path, this.#cursor, letter, this.#cursor + 1);
      this.#cursor++;
      this.#recorder.wait(this.#random.logNormal(KEY.median, KEY.sigma));
    }
    this.#recorder.wait(this.#random.logNormal(2 * KEY.median, KEY.sigma));
    for (const _ of wrong) {
      this.#cursor--;
      this.#recorder.delete(this.#path, this.#cursor, 1);
      this.#recorder.wait(this.#random.logNormal(KEY.median, KEY.sigma));
    }
  }

  #character(): void {
    const character = String.fromCodePoint(this.#piece.codePointAt(this.#done)!);
    const text = this.#recorder.textOf(this.#path);
    const inString = /^['"`]$/.test(this.#closers.at(-1) ?? '');
    const closer = closerOf(character, text.slice(0, this.#cursor), text[this.#cursor], inString);
    this.#put(character, closer);
    if (closer !== undefined) this.#closers.push(closer);
  }
}

/** The blanks at the start of the line that begins at `start`; none where the line is blank. */
function indentation(text: string, start: number): string {
  const [blanks] = /^[ \t]*/.exec(text.slice(start, start + 256))!;
  const next = text[start + blanks.length];
  return next === '\n' || next === '\r' ? '' : blanks;
}

/** True where the text, cut off at 512 units, ends inside a surrogate pair. */
const endsInPair = (text: string): boolean => /[\uD800-\uDBFF]$/.test(text);

/** A letter beside this one on the keyboard, in the same case. */
function neighbour(letter: string, random: Random): string {
  const lower = letter.toLowerCase();
  const row = ROWS.find((keys) => keys.includes(lower))!;
  const index = row.indexOf(lower);
  const beside = random.choice([row[index - 1], row[index + 1]].filter((key) => key !== undefined));
  return letter === lower ? beside : beside.toUpperCase();
}
