/**
 * Makes a session of an editor out of source files: pieces are cut out of them, and somebody types them in again, now in
 * this file and now in that. At the end every file that was opened is as it was.
 */
import type { TraceEvent } from '../../src/cli/trace.ts';
import { appointChats } from './chats.ts';
import { cutPieces, lineToRework, type Piece, without } from './pieces.ts';
import { Random } from './random.ts';
import { Recorder } from './recorder.ts';
import { Typist } from './typist.ts';

export interface SourceFile {
  /** As the trace names it. */
  path: string;
  text: string;
}

export interface SessionOptions {
  /** The same files, seed and options give the same trace. */
  seed: number;
  /** About as long is the trace. */
  minutes: number;
  /** So many files are open at a time. */
  open: number;
  chatsPerMinute: number;
}

/** Typed text takes about this long for each UTF-16 unit, pauses, corrections and all; measured. */
const UNIT_MS = 175;
/** Text to cut out of a file, in units: some minutes of typing at most. */
const CUT = { least: 40, most: 1_500 };
/** Share of the pieces after which one goes on in another file. */
const SWITCHES = 0.3;
/** Share of the pieces that are not the next one in the file. */
const JUMPS = 0.2;
const BETWEEN_FILES_MS = { median: 900, sigma: 0.4 };
const BETWEEN_PIECES_MS = { median: 500, sigma: 0.4 };

/** An open file: its text, and the pieces that are still missing from it. */
interface OpenFile {
  path: string;
  text: string;
  missing: Piece[];
}

/**
 * @param files at least one; they are opened in the order that the seed gives.
 * @returns the events, and the text of every file that is open at the end.
 */
export function generateSession(
  files: readonly SourceFile[],
  options: SessionOptions,
): { events: TraceEvent[]; finals: Map<string, string> } {
  const session = new Session(files, options);
  session.run();
  return { events: session.recorder.events, finals: session.finals };
}

class Session {
  readonly recorder = new Recorder();
  readonly #random: Random;
  readonly #typist: Typist;
  readonly #endMs: number;
  /** Files that were not open yet. */
  readonly #closed: SourceFile[];
  readonly #open: OpenFile[] = [];
  readonly #mostOpen: number;
  /** Units that may still be cut out of files. */
  #budget: number;

  constructor(files: readonly SourceFile[], { seed, minutes, open, chatsPerMinute }: SessionOptions) {
    this.#random = new Random(seed);
    this.#typist = new Typist(this.recorder, this.#random);
    this.#closed = this.#random.shuffled(files);
    this.#mostOpen = Math.min(open, files.length);
    this.#endMs = minutes * 60_000;
    this.#budget = this.#endMs / UNIT_MS;
    // A stream of its own: with chats, the same is typed as without them.
    appointChats(this.recorder, new Random(seed + 1), chatsPerMinute, this.#endMs);
  }

  get finals(): Map<string, string> {
    return new Map(this.#open.map(({ path, text }) => [path, text]));
  }

  run(): void {
    while (this.#open.length < this.#mostOpen) this.#openNext();
    let file = this.#open[0]!;
    for (;;) {
      if (file.missing.length > 0) this.#typeMissing(file);
      else if (this.recorder.now < this.#endMs) file = this.#afterFull(file);
      const unfinished = this.#open.filter(({ missing }) => missing.length > 0);
      if (unfinished.length === 0 && this.recorder.now >= this.#endMs) break;
      if (file.missing.length === 0 && unfinished.length > 0) file = this.#switch(file, unfinished);
      else if (this.#random.chance(SWITCHES))
        file = this.#switch(file, unfinished.length > 0 ? unfinished : this.#open);
      else this.#rest(BETWEEN_PIECES_MS);
    }
    this.recorder.wait(1_000); // the last answer is still wanted
  }

  #openNext(): void {
    const { path, text } = this.#closed.shift()!;
    const share = this.#budget / Math.max(1, this.#mostOpen - this.#open.length);
    const missing = cutPieces(text, Math.min(CUT.most, Math.max(CUT.least, share)), this.#random);
    for (const { start, end } of missing) this.#budget -= end - start;
    this.#open.push({ path, text, missing });
    this.recorder.open(path, without(text, missing));
    this.recorder.wait(this.#random.integer(20, 200));
  }

  #typeMissing(file: OpenFile): void {
    const jumps = this.#random.chance(JUMPS);
    const index = jumps ? this.#random.integer(0, file.missing.length - 1) : 0;
    const [piece] = file.missing.splice(index, 1) as [Piece];
    let offset = piece.start;
    for (const other of file.missing) if (other.start < piece.start) offset -= other.end - other.start;
    this.#typist.type(file.path, offset, file.text.slice(piece.start, piece.end));
  }

  /** Nothing is missing from this file and there is time: it is closed for another one, or some of it is done again. */
  #afterFull(file: OpenFile): OpenFile {
    if (this.#closed.length > 0 && this.#budget > 0) {
      this.recorder.close(file.path);
      this.#open.splice(this.#open.indexOf(file), 1);
      this.#openNext();
      return this.#open.at(-1)!;
    }
    const piece = lineToRework(file.text, this.#random);
    if (piece === undefined) {
      this.#rest(BETWEEN_FILES_MS);
      return file;
    }
    this.recorder.delete(file.path, piece.start, piece.end - piece.start);
    this.#rest(BETWEEN_PIECES_MS);
    this.#typist.type(file.path, piece.start, file.text.slice(piece.start, piece.end));
    return file;
  }

  #switch(from: OpenFile, candidates: readonly OpenFile[]): OpenFile {
    const others = candidates.filter((file) => file !== from);
    const to = others.length > 0 ? this.#random.choice(others) : from;
    if (to !== from) this.recorder.leave(from.path);
    this.#rest(to === from ? BETWEEN_PIECES_MS : BETWEEN_FILES_MS);
    return to;
  }

  #rest({ median, sigma }: { median: number; sigma: number }): void {
    this.recorder.wait(this.#random.logNormal(median, sigma));
  }
}
