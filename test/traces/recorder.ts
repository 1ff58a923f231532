/** Writes down what an editor would: the changes of its documents, and when it asks for a suggestion. */
import type { TraceEvent } from '../../src/cli/trace.ts';
import { isBlank, lineAfter, lineBefore } from '../../src/completion/text.ts';
import { refusalAt } from '../../src/completion/trigger.ts';

/** VS Code asks its providers this long after a key. */
export const DEBOUNCE_MS = 50;

export class Recorder {
  readonly events: TraceEvent[] = [];
  readonly #texts = new Map<string, string>();
  /** What happens beside the typing, in order of time. */
  readonly #appointments: { at: number; make: () => TraceEvent | undefined }[] = [];
  #now = 0;
  /** Where and when the editor will ask unless something happens before. */
  #ask: { at: number; path: string; offset: number } | undefined;
  /** When the editor asked last, and where. */
  #asked: { at: number; path: string } | undefined;

  /** Milliseconds since the start. */
  get now(): number {
    return this.#now;
  }

  get paths(): string[] {
    return [...this.#texts.keys()];
  }

  textOf(path: string): string {
    return this.#texts.get(path)!;
  }

  /** Time passes; what was due in it happens. */
  wait(milliseconds: number): void {
    const until = this.#now + milliseconds;
    for (;;) {
      const ask = this.#ask?.at ?? Number.POSITIVE_INFINITY;
      const appointment = this.#appointments[0]?.at ?? Number.POSITIVE_INFINITY;
      if (Math.min(ask, appointment) > until) break;
      if (ask <= appointment) this.#complete();
      else this.#keep();
    }
    this.#now = until;
  }

  /** At `at`, or at once where that has passed, `make` says what happens, if anything. */
  appoint(at: number, make: () => TraceEvent | undefined): void {
    const index = this.#appointments.findIndex((other) => other.at > at);
    this.#appointments.splice(index < 0 ? this.#appointments.length : index, 0, { at, make });
  }

  open(path: string, text: string): void {
    this.#texts.set(path, text);
    this.#push({ t: this.#now, type: 'open', path, text });
  }

  close(path: string): void {
    this.leave(path);
    this.#texts.delete(path);
    this.#push({ t: this.#now, type: 'close', path });
  }

  /** Text comes in; the cursor is then at `cursor`, and the editor asks there after a while, at once when `accepted`. */
  insert(path: string, offset: number, text: string, cursor: number, accepted = false): void {
    const old = this.textOf(path);
    this.#texts.set(path, old.slice(0, offset) + text + old.slice(offset));
    this.#push({ t: this.#now, type: 'insert', path, offset, text });
    this.key(path, cursor, accepted ? 0 : DEBOUNCE_MS);
  }

  /** Text goes, and the editor asks where it was. */
  delete(path: string, offset: number, length: number): void {
    const old = this.textOf(path);
    this.#texts.set(path, old.slice(0, offset) + old.slice(offset + length));
    this.#push({ t: this.#now, type: 'delete', path, offset, length });
    this.key(path, offset);
  }

  /** A key that changes no text but has the editor ask: a bracket typed over the one that is there. */
  key(path: string, cursor: number, debounce = DEBOUNCE_MS): void {
    this.#ask = { at: this.#now + debounce, path, offset: cursor };
  }

  /** The cursor goes elsewhere: what was asked for here is not wanted any more. */
  leave(path: string): void {
    this.#ask = undefined;
    if (this.#asked?.path === path) this.cancel(path);
  }

  /** The suggestion that was asked for is sent away. */
  cancel(path: string): void {
    this.#asked = undefined;
    this.#push({ t: this.#now, type: 'cancel', path });
  }

  #complete(): void {
    const { at, path, offset } = this.#ask!;
    this.#ask = undefined;
    this.#now = at;
    const text = this.textOf(path);
    const [prefix, suffix] = [text.slice(0, offset), text.slice(offset)];
    const refusal = refusalAt({
      before: lineBefore(prefix),
      rest: lineAfter(suffix),
      fileBlank: isBlank(prefix),
      cursors: 1,
      selecting: false,
      explicit: false,
    });
    if (refusal !== null) return;
    this.#asked = { at, path };
    this.#push({ t: at, type: 'complete', path, offset });
  }

  #keep(): void {
    const { at, make } = this.#appointments.shift()!;
    this.#now = Math.max(this.#now, at);
    const event = make();
    if (event) this.#push(event);
  }

  #push(event: TraceEvent): void {
    this.events.push({ ...event, t: Math.round(event.t) });
  }
}
