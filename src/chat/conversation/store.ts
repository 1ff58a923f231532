/**
 * The conversations of a workspace on disk: `<id>.jsonl` each, in a folder for this user alone. Several windows may have the
 * same one open; each sees what the other appended when it opens it anew.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Entry } from './entries.ts';
import { LineFile } from './lineFile.ts';
import { entriesOf, lineOf } from './lines.ts';
import { markdownOf } from './markdown.ts';
import { erase, rewrite } from './overwrite.ts';
import { type Erased, redacted, redactedLines } from './redacted.ts';
import { type ConversationSummary, SummaryReader } from './summary.ts';
import { excerptsOf, type Found, wordsOf } from './textSearch.ts';
import { cleanTitle } from './title.ts';
import { Conversation } from './tree.ts';

const ENDING = '.jsonl';
const SAFE_ID = /^[\w-]{1,64}$/;
const DAY_MS = 86_400_000;

interface Opened {
  conversation: Conversation;
  file: LineFile;
  /** Lines of a conversation in which nothing was asked yet: it is not kept. */
  held: string[] | undefined;
  /** The mark for other windows that it is open. */
  marked: Promise<void>;
}

export class ConversationStore {
  readonly #folder: string;
  readonly #trouble: (words: string) => void;
  readonly #opened = new Map<string, Opened>();
  readonly #readers = new Map<string, SummaryReader>();

  /**
   * @param folder of {@link makeChatsFolder}; made with the first conversation.
   * @param trouble is told in words, with a remedy, what could not be saved.
   */
  constructor(folder: string, trouble: (words: string) => void = () => {}) {
    this.#folder = folder;
    this.#trouble = trouble;
  }

  /** A new conversation. It is on disk as soon as something was asked in it. */
  create(): Conversation {
    const id = randomUUID();
    const held: string[] = [];
    const conversation = Conversation.begin((entry) => this.#keep(id, entry, held), id);
    const file = new LineFile(this.#file(id), { fresh: true, trouble: this.#trouble });
    this.#opened.set(id, { conversation, file, held, marked: Promise.resolve() });
    return conversation;
  }

  /**
   * Reads it as it is on disk now. What is appended to it is kept until it is closed, or opened anew.
   * @throws Error in words where it is not there, or cannot be read.
   */
  async open(id: string): Promise<Conversation> {
    await this.close(id);
    const { entries, unread } = await this.#read(id);
    const conversation = new Conversation(id, entries, { sink: (entry) => this.#keep(id, entry), unread });
    const file = new LineFile(this.#file(id), { fresh: false, trouble: this.#trouble });
    this.#opened.set(id, { conversation, file, held: undefined, marked: this.#mark(id) });
    return conversation;
  }

  /** Brings it to the disk; what is appended later is not kept. */
  async close(id: string): Promise<void> {
    const opened = this.#opened.get(id);
    if (!opened) return;
    await opened.file.flush();
    await opened.file.drop();
    if (this.#opened.get(id) === opened) this.#opened.delete(id);
    await opened.marked;
    await rm(this.#marker(id), { force: true }).catch(() => {});
  }

  /** Resolves when all is on the disk that was appended. */
  async flush(): Promise<void> {
    await Promise.all([...this.#opened.values()].map(({ file }) => file.flush()));
  }

  /** Closes all that are open. */
  async dispose(): Promise<void> {
    await Promise.all([...this.#opened.keys()].map((id) => this.close(id)));
  }

  /** Newest first; those in which nothing was asked are not among them. What cannot be read is passed over. */
  async list(): Promise<ConversationSummary[]> {
    const all: ConversationSummary[] = [];
    for (const id of await this.#ids()) {
      const summary = await this.#summaryOf(id).catch(() => undefined);
      if (summary && summary.messages > 0) all.push(summary);
    }
    return all.sort((a, b) => b.changed - a.changed);
  }

  /**
   * Conversations in whose title, questions and answers all words stand, in any case; newest first.
   * @param signal ends it with what was found so far.
   */
  async search(query: string, signal?: AbortSignal): Promise<Found[]> {
    const words = wordsOf(query);
    const found: Found[] = [];
    if (words.length === 0) return found;
    for (const summary of await this.list()) {
      if (signal?.aborted) break;
      await setImmediate();
      const { entries } = await this.#read(summary.id).catch(() => ({ entries: [] as Entry[] }));
      const hit = excerptsOf(summary, entries, words);
      if (hit) found.push(hit);
    }
    return found;
  }

  /** An empty title goes back to that of the first question. @throws Error in words where it is not there. */
  async rename(id: string, title: string): Promise<void> {
    const open = this.#opened.get(id)?.conversation;
    const conversation = open ?? (await this.open(id));
    conversation.append({ type: 'title', title: cleanTitle(title), at: Date.now() });
    if (open) await this.#opened.get(id)?.file.flush();
    else await this.close(id);
  }

  /**
   * Removes it for good: its bytes are overwritten. Whoever has it open keeps no more of it.
   * @returns whether there was one. The caller has its pages erased.
   * @throws Error in words where it cannot be removed.
   */
  async remove(id: string): Promise<boolean> {
    this.#check(id);
    const opened = this.#opened.get(id);
    this.#opened.delete(id);
    await opened?.file.drop();
    await opened?.marked;
    this.#readers.delete(id);
    const existed = await erase(this.#file(id));
    for (const name of await this.#names()) {
      if (name.startsWith(`${id}.`)) await rm(path.join(this.#folder, name), { force: true });
    }
    return existed;
  }

  /**
   * Removes those in which nothing was said for so many days, but for open ones, in whichever window.
   * @returns their ids: their pages are to be erased.
   */
  async removeOlderThan(days: number, now = Date.now()): Promise<string[]> {
    const removed: string[] = [];
    const open = await this.#openElsewhere();
    for (const id of await this.#ids()) {
      if (this.#opened.has(id) || open.has(id)) continue;
      const summary = await this.#summaryOf(id).catch(() => undefined);
      if (summary && summary.changed < now - days * DAY_MS && (await this.remove(id))) removed.push(id);
    }
    return removed;
  }

  /** Removes all of them, open ones too. @returns their ids: their pages are to be erased. */
  async removeAll(): Promise<string[]> {
    const ids = await this.#ids();
    for (const id of ids) await this.remove(id);
    return ids;
  }

  /**
   * Takes what was recalled out of all of them, open ones too, once it is erased from the memory; its bytes are overwritten.
   * @returns the ids of those that had any of it.
   * @throws Error in words where one cannot be changed.
   */
  async redact(erased?: Erased): Promise<string[]> {
    const changed: string[] = [];
    for (const id of await this.#ids()) {
      const opened = this.#opened.get(id);
      opened?.conversation.redact((entry) => redacted(entry, erased));
      await opened?.file.flush();
      if (await rewrite(this.#file(id), (content) => redactedLines(content, erased))) {
        this.#readers.delete(id);
        changed.push(id);
      }
    }
    return changed;
  }

  /** The branch that is shown, as Markdown. @throws Error in words where it is not there. */
  async exportMarkdown(id: string): Promise<string> {
    const opened = this.#opened.get(id);
    // What cannot be saved can still be taken away.
    if (opened) return markdownOf(opened.conversation);
    const { entries, unread } = await this.#read(id);
    return markdownOf(new Conversation(id, entries, { unread }));
  }

  /** @param held takes the first lines of a new conversation, which come before it is among the open ones. */
  #keep(id: string, entry: Entry, held?: string[]): void {
    const opened = this.#opened.get(id);
    const line = lineOf(entry);
    if (!opened) held?.push(line);
    else if (opened.held && entry.type !== 'user') opened.held.push(line);
    else {
      if (opened.held) {
        opened.marked = this.#mark(id);
        for (const first of opened.held) opened.file.append(first);
        opened.held = undefined;
      }
      opened.file.append(line);
    }
  }

  async #read(id: string): Promise<ReturnType<typeof entriesOf>> {
    this.#check(id);
    try {
      return entriesOf(await readFile(this.#file(id), 'utf8'));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') throw new Error('This conversation is not there any more: it was deleted.');
      throw new Error(`This conversation cannot be read from ${this.#folder} (${code ?? 'unknown reason'}).`);
    }
  }

  async #summaryOf(id: string): Promise<ConversationSummary> {
    const { size } = await stat(this.#file(id));
    let reader = this.#readers.get(id);
    if (!reader) {
      reader = new SummaryReader(id, this.#file(id));
      this.#readers.set(id, reader);
    }
    return reader.read(size);
  }

  async #names(): Promise<string[]> {
    return readdir(this.#folder).catch(() => []);
  }

  async #ids(): Promise<string[]> {
    const names = (await this.#names()).filter((name) => name.endsWith(ENDING));
    return names.map((name) => name.slice(0, -ENDING.length)).filter((id) => SAFE_ID.test(id));
  }

  /** By the marks of windows that live; those of others are removed. */
  async #openElsewhere(): Promise<Set<string>> {
    const open = new Set<string>();
    for (const name of await this.#names()) {
      const [, id, pid] = /^([\w-]+)\.(\d+)\.open$/.exec(name) ?? [];
      if (id === undefined) continue;
      if (lives(Number(pid))) open.add(id);
      else await rm(path.join(this.#folder, name), { force: true });
    }
    return open;
  }

  /** Where this fails the conversation is at the worst removed by its age while it is open. */
  async #mark(id: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      .then(() => writeFile(this.#marker(id), '', { mode: 0o600 }))
      .catch(() => {});
  }

  #file(id: string): string {
    return path.join(this.#folder, id + ENDING);
  }

  #marker(id: string): string {
    return path.join(this.#folder, `${id}.${process.pid}.open`);
  }

  #check(id: string): void {
    if (!SAFE_ID.test(id)) throw new Error('This is not the name of a conversation.');
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
