/** A conversation of `quire chat`, alone or in a file as the panel keeps them (`src/chat/conversation/entries.ts`). */
import { appendFile, readFile } from 'node:fs/promises';
import type { Entry } from '../chat/conversation/entries.ts';
import { entriesOf, lineOf } from '../chat/conversation/lines.ts';
import { Conversation } from '../chat/conversation/tree.ts';
import { unreadable } from './unreadable.ts';

export class KeptConversation {
  readonly conversation: Conversation;
  readonly #file: string | undefined;
  /** Appended, but not in the file yet. */
  #held: string[] = [];
  /** The file's last line was torn by a crash. */
  #torn: boolean;

  private constructor(file: string | undefined, content: string) {
    this.#file = file;
    this.#torn = content !== '' && !content.endsWith('\n');
    const sink = (entry: Entry) => void this.#held.push(lineOf(entry));
    const { entries, unread } = entriesOf(content);
    const [first] = entries;
    this.conversation =
      first?.type === 'conversation'
        ? new Conversation(first.id, entries, { sink, unread })
        : Conversation.begin((entry) => sink(entry));
  }

  /**
   * Reads a conversation; where there is no such file yet a new one begins it. Without a file nothing is kept.
   * @throws Error in words where the file is something else, or cannot be read.
   */
  static async open(file: string | undefined): Promise<KeptConversation> {
    const content = file === undefined ? '' : await readFile(file, 'utf8').catch((error) => noneYet(file, error));
    const kept = new KeptConversation(file, content);
    // Another file was named by mistake: nothing is written into it.
    if (content.trim() !== '' && entriesOf(content).entries[0]?.type !== 'conversation')
      throw new Error(`${file} is no conversation: its first line says nothing of one. Name another file.`);
    await kept.save();
    return kept;
  }

  /** Brings to the disk what was appended since. A question is written with its answer: alone it would be told again. */
  async save(): Promise<void> {
    const lines = this.#held;
    this.#held = [];
    if (this.#file === undefined || lines.length === 0) return;
    const text = `${this.#torn ? '\n' : ''}${lines.join('\n')}\n`;
    const file = this.#file;
    await appendFile(file, text, { mode: 0o600, flush: true }).catch((error) => {
      throw unreadable(file, error, 'written');
    });
    this.#torn = false;
  }
}

function noneYet(file: string, error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw unreadable(file, error);
}
