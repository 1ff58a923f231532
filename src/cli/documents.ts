/** The open documents of a replayed trace, and what a completion in one of them is made of. */
import { Neighbours } from '../completion/neighbours.ts';
import type { CompletionRequest } from '../completion/request.ts';
import type { TracedEvent, TraceEvent } from './trace.ts';

/** Lines of another open file that are read at most: as many as the editor's provider reads. */
const OTHER_FILE_LINES = 400;

export class Documents {
  readonly #texts = new Map<string, string>();
  /** Of each document that was ever open: grows with every change. */
  readonly #versions = new Map<string, number>();
  readonly #neighbours = new Neighbours();

  get paths(): string[] {
    return [...this.#texts.keys()];
  }

  /** @throws Error in words when the document is not open. */
  textOf(path: string): string {
    const text = this.#texts.get(path);
    if (text === undefined) throw new Error(`${path} is not open`);
    return text;
  }

  versionOf(path: string): number {
    return this.#versions.get(path) ?? 0;
  }

  /**
   * Makes the change of an event; one that changes nothing is only checked.
   * @throws Error that names the line of an event whose document is not open, or whose place is not in it.
   */
  take({ event, where }: TracedEvent): void {
    try {
      this.#apply(event);
    } catch (error) {
      throw new Error(`${where}: ${(error as Error).message}`);
    }
  }

  #apply(event: TraceEvent): void {
    if (event.type === 'chat') return;
    const { path } = event;
    if (event.type === 'open') {
      this.#change(path, event.text); // one that is open is read anew
      return;
    }
    const text = this.textOf(path);
    switch (event.type) {
      case 'insert':
        checkOffset(event.offset, text, path);
        this.#change(path, text.slice(0, event.offset) + event.text + text.slice(event.offset));
        break;
      case 'delete':
        checkOffset(event.offset + event.length, text, path);
        this.#change(path, text.slice(0, event.offset) + text.slice(event.offset + event.length));
        break;
      case 'complete':
        checkOffset(event.offset, text, path);
        this.#neighbours.visit(path);
        break;
      case 'close':
        this.#texts.delete(path);
        this.#neighbours.close(path);
        break;
    }
  }

  /**
   * The completion that the editor would ask for at a place of an open document, with the other documents that it would
   * show, what changes most first.
   * @param offset UTF-16 code units; one inside a surrogate pair is taken as it is.
   * @param files other documents at the most.
   */
  requestAt(path: string, offset: number, files?: number): CompletionRequest {
    const text = this.textOf(path);
    const others = this.#neighbours.of(path, files).map((other) => ({
      path: other,
      content: firstLines(this.textOf(other), OTHER_FILE_LINES),
      document: { key: other, version: this.versionOf(other) },
    }));
    const document = { key: path, version: this.versionOf(path) };
    return { path, prefix: text.slice(0, offset), suffix: text.slice(offset), others: others.reverse(), document };
  }

  /** A document has another text. Whoever changes it has it in front. */
  #change(path: string, text: string): void {
    this.#neighbours.visit(path);
    if (this.#texts.has(path)) this.#neighbours.edit(path);
    this.#texts.set(path, text);
    this.#versions.set(path, this.versionOf(path) + 1);
  }
}

function checkOffset(offset: number, text: string, path: string): void {
  if (offset > text.length) throw new Error(`${path} has ${text.length} UTF-16 code units, and no place at ${offset}`);
}

function firstLines(text: string, count: number): string {
  let end = -1;
  for (let row = 0; row < count; row++) {
    end = text.indexOf('\n', end + 1);
    if (end < 0) return text;
  }
  return text.slice(0, end + 1);
}
