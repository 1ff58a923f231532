/** A conversation of `quire chat` in a file: lines of JSON as `src/chat/conversation/entries.ts` has them. */
import { randomUUID } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import type { AssistantEntry, Entry, KeptAttachment, UserEntry } from '../chat/conversation/entries.ts';
import type { ChatMessage } from '../engine/protocol/index.ts';

export class ConversationFile {
  readonly #file: string | undefined;
  readonly #said: (UserEntry | AssistantEntry)[];

  private constructor(file: string | undefined, said: (UserEntry | AssistantEntry)[]) {
    this.#file = file;
    this.#said = said;
  }

  /**
   * Reads what was said on the branch of the last message. Without a file, or where there is none yet, nothing was.
   * @throws Error in words that names the line which is no entry; a last line that was cut off by a crash is left out.
   */
  static async open(file: string | undefined): Promise<ConversationFile> {
    if (file === undefined) return new ConversationFile(undefined, []);
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const said = branchOf(entriesOf(file, text));
    const opened = new ConversationFile(file, said);
    if (text === '') await opened.#append({ type: 'conversation', version: 1, id: randomUUID(), at: Date.now() });
    else if (!text.endsWith('\n')) await appendFile(file, '\n');
    return opened;
  }

  /** All that was said, for the model. */
  get messages(): ChatMessage[] {
    return this.#said.map((entry) =>
      entry.type === 'user'
        ? { role: 'user', content: [...entry.attachments.map(shown), entry.asked ?? entry.text].join('\n\n') }
        : { role: 'assistant', content: entry.text },
    );
  }

  /** Written with its answer: a question of which nothing came would be told again with the next. */
  ask(text: string, attachments: KeptAttachment[]): void {
    this.#said.push({ type: 'user', ...this.#place(), text, attachments });
  }

  async answer(text: string, state: AssistantEntry['state']): Promise<void> {
    this.#said.push({ type: 'assistant', ...this.#place(), text, state });
    for (const entry of this.#said.slice(-2)) await this.#append(entry);
  }

  #place(): { id: string; parent: string | null; at: number } {
    return { id: randomUUID(), parent: this.#said.at(-1)?.id ?? null, at: Date.now() };
  }

  async #append(entry: Entry): Promise<void> {
    if (this.#file !== undefined) await appendFile(this.#file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
  }
}

const shown = ({ label, text }: KeptAttachment): string => `File ${label}:\n${text}`;

function entriesOf(file: string, text: string): Entry[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index): Entry[] => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line)];
    } catch {
      // Written by a process that was ended meanwhile.
      if (index === lines.length - 1) return [];
      throw new Error(`${file}:${index + 1} is no line of a conversation`);
    }
  });
}

/** Messages from the first to the last that was said, or to the one that is shown. */
function branchOf(entries: readonly Entry[]): (UserEntry | AssistantEntry)[] {
  const messages = new Map<string, Exclude<Entry, { type: 'piece' }> & { id: string; parent: string | null }>();
  let head: string | null = null;
  for (const entry of entries) {
    if (entry.type === 'head') head = entry.id;
    if (entry.type === 'piece' || !('parent' in entry)) continue;
    messages.set(entry.id, entry);
    head = entry.id;
  }
  const branch: (UserEntry | AssistantEntry)[] = [];
  for (let at = messages.get(head ?? ''); at; at = messages.get(at.parent ?? '')) {
    if (at.type === 'user' || at.type === 'assistant') branch.unshift(at);
  }
  return branch;
}
