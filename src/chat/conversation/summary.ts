/** What a list shows of a conversation, told from its file: each byte is read once, however often one lists. */
import { createReadStream } from 'node:fs';
import { entryOf, headOf } from './lines.ts';
import { titleOf } from './title.ts';

export interface ConversationSummary {
  id: string;
  title: string;
  /** Milliseconds since 1970. */
  begun: number;
  changed: number;
  /** Questions and answers, of all branches. */
  messages: number;
  /** As it was typed; empty before there is one. */
  question: string;
}

const NEWLINE = 10;

export class SummaryReader {
  readonly #file: string;
  readonly #summary: ConversationSummary;
  #named = '';
  #own = titleOf({ text: '', attachments: [] });
  /** Bytes of whole lines that were read. */
  #offset = 0;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(id: string, file: string) {
    this.#file = file;
    this.#summary = { id, title: this.#own, begun: 0, changed: 0, messages: 0, question: '' };
  }

  /**
   * Reads what was appended since the last time; a line that is not whole yet waits for its end.
   * @param size of the file, in bytes.
   */
  read(size: number): Promise<ConversationSummary> {
    const read = this.#reading.then(() => this.#read(size));
    this.#reading = read.catch(() => {});
    return read;
  }

  async #read(size: number): Promise<ConversationSummary> {
    if (size > this.#offset) {
      let rest: Buffer[] = [];
      for await (const chunk of createReadStream(this.#file, { start: this.#offset, end: size - 1 })) {
        const bytes = chunk as Buffer;
        let from = 0;
        for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
          const line = Buffer.concat([...rest, bytes.subarray(from, end)]);
          rest = [];
          from = end + 1;
          this.#offset += line.length + 1;
          this.#take(line);
        }
        if (from < bytes.length) rest.push(bytes.subarray(from));
      }
    }
    return { ...this.#summary };
  }

  #take(bytes: Buffer): void {
    const head = headOf(bytes.toString('latin1', 0, 80));
    const wanted = !head || head.type === 'title' || (head.type === 'user' && this.#summary.messages === 0);
    const entry = wanted ? entryOf(bytes.toString()) : undefined;
    const { type, at } = head ?? entry ?? { type: '', at: 0 };
    const summary = this.#summary;
    summary.changed = Math.max(summary.changed, at);
    summary.begun ||= at;
    if (type === 'user' || type === 'assistant') summary.messages++;
    if (entry?.type === 'title') this.#named = entry.title;
    else if (entry?.type === 'user' && summary.messages === 1) {
      summary.question = entry.text;
      this.#own = titleOf(entry);
    } else return;
    summary.title = this.#named || this.#own;
  }
}
