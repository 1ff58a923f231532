/**
 * A conversation as a tree of messages, made from its entries and kept in step with them: what is appended is told to a sink,
 * nothing is ever changed or taken away. Reading the entries again gives the same conversation.
 *
 *     user ─ assistant ─ user ─ assistant            an edited question and a second answer are branches;
 *              └ (again)   └ (edited) ─ assistant    the head says which branch is shown
 */
import { randomUUID } from 'node:crypto';
import type {
  AssistantEntry,
  BlockEntry,
  CompactionEntry,
  Entry,
  MessageEntry,
  NoteEntry,
  PieceEntry,
  ToolsEntry,
  UserEntry,
} from './entries.ts';
import { titleOf } from './title.ts';

/** What a model is told of a conversation, before it is put into messages. */
export interface Branch {
  /** Oldest first. */
  messages: readonly MessageEntry[];
  /** The compaction that counts; null: all is told as it was. */
  compaction: CompactionEntry | null;
}

/** Messages in the place of one another. */
export interface Siblings {
  /** Of the message itself, from 0. */
  index: number;
  count: number;
  ids: readonly string[];
}

export type BlockOutcome = Pick<BlockEntry, 'kind' | 'words'>;

/** Receives every entry that is appended, in order. */
export type Sink = (entry: Entry) => void;

export class Conversation {
  readonly id: string;
  /** Lines of its file that could not be read, and are left alone: to be told to the person. */
  readonly unread: number;
  readonly #sink: Sink;
  /** In the order in which they were appended; a parent is always before its children. */
  readonly #messages = new Map<string, MessageEntry>();
  /** Who stands in the place of whom. */
  readonly #siblings = new Map<string, string[]>();
  /** Answers that are known by pieces only. */
  readonly #unfinished = new Set<string>();
  readonly #undone = new Set<string>();
  readonly #blocks = new Map<string, Record<number, BlockOutcome>>();
  /** What takes the place of messages that are named but were lost. */
  readonly #standIns = new Map<string, string | null>();
  #head: string | null = null;
  #title: string | undefined;
  #tools: ToolsEntry | undefined;
  #begun: number | undefined;
  #changed = 0;

  constructor(id: string, entries: Iterable<Entry> = [], options: { sink?: Sink; unread?: number } = {}) {
    this.id = id;
    this.unread = options.unread ?? 0;
    this.#sink = options.sink ?? (() => {});
    for (const entry of entries) this.#take(entry);
  }

  /** A new one; its first entry goes to the sink. */
  static begin(sink?: Sink, id: string = randomUUID(), at = Date.now()): Conversation {
    const conversation = new Conversation(id, [], sink ? { sink } : {});
    conversation.append({ type: 'conversation', version: 1, id, at });
    return conversation;
  }

  /** Takes the entry in and tells the sink. A message that is new moves the head, unless another branch is shown meanwhile. */
  append(entry: Entry): void {
    this.#take(entry);
    this.#sink(entry);
  }

  /**
   * Appends what was made while the conversation may have gone on, behind what came meanwhile.
   * @returns false where the branch that it was made for is not shown any more: nothing is appended.
   */
  appendAside(entry: CompactionEntry | NoteEntry): boolean {
    if (entry.parent !== null && !this.path().some(({ id }) => id === entry.parent)) return false;
    this.append({ ...entry, parent: this.#head });
    return true;
  }

  /** As it was named, or by the first question. */
  get title(): string {
    return this.#title ?? titleOf(this.firstQuestion ?? { text: '', attachments: [] });
  }

  /** Milliseconds since 1970. */
  get begun(): number {
    return this.#begun ?? this.#changed;
  }

  get changed(): number {
    return this.#changed;
  }

  /** The last message of the branch that is shown; null before the first one, or where that is edited. */
  get head(): string | null {
    return this.#head;
  }

  /** What the model is told it can use, as it was decided last; undefined: nothing was asked yet. */
  get tools(): ToolsEntry | undefined {
    return this.#tools;
  }

  get firstQuestion(): UserEntry | undefined {
    for (const message of this.#messages.values()) if (message.type === 'user') return message;
    return undefined;
  }

  message(id: string): MessageEntry | undefined {
    return this.#messages.get(id);
  }

  /** Puts other entries in the place of messages, as they are on disk now. */
  redact(redacted: (entry: MessageEntry) => MessageEntry): void {
    for (const [id, entry] of this.#messages) this.#messages.set(id, redacted(entry));
  }

  /** All messages of all branches, in the order in which they came. */
  all(): MessageEntry[] {
    return [...this.#messages.values()];
  }

  /** Of the branch that ends with `to`, oldest first; undone compactions are among them. */
  path(to: string | null = this.#head): MessageEntry[] {
    const path: MessageEntry[] = [];
    for (let at = to; at !== null; at = path.at(-1)!.parent) {
      const message = this.#messages.get(at);
      if (!message) break;
      path.push(message);
    }
    return path.reverse();
  }

  /** What counts for a prompt that ends with `to`. */
  branch(to: string | null = this.#head): Branch {
    const messages = this.path(to);
    const compaction = messages.findLast(
      (message, at) =>
        message.type === 'compaction' &&
        !this.#undone.has(message.id) &&
        (message.keepsFrom === null || messages.slice(0, at).some(({ id }) => id === message.keepsFrom)),
    );
    return { messages, compaction: (compaction as CompactionEntry | undefined) ?? null };
  }

  isUndone(compaction: string): boolean {
    return this.#undone.has(compaction);
  }

  /** Messages of the same speaker that answer or follow the same message; one alone is its own only sibling. */
  siblings(id: string): Siblings {
    const message = this.#messages.get(id);
    const ids = (message && this.#siblings.get(this.#placeOf(message))) ?? [id];
    return { index: Math.max(0, ids.indexOf(id)), count: ids.length, ids: [...ids] };
  }

  /**
   * Shows the branch that `id` is on, to its end: where it parts again, to the message that came last.
   * @returns false where there is no such message.
   */
  select(id: string, at = Date.now()): boolean {
    if (!this.#messages.has(id)) return false;
    const below = new Set([id]);
    let last = id;
    for (const { id: other, parent } of this.#messages.values()) {
      if (parent === null || !below.has(parent)) continue;
      below.add(other);
      last = other;
    }
    if (last !== this.#head) this.append({ type: 'head', id: last, at });
    return true;
  }

  /** What a new question follows. */
  parentForQuestion(): string | null {
    return this.#head;
  }

  /** What a question follows that is asked in the place of `id`. */
  parentForEdited(id: string): string | null {
    return this.#messages.get(id)?.parent ?? null;
  }

  /**
   * What another answer follows, in the place of the answer `id`: its question, or what was noted or compacted directly
   * behind that; tools are asked anew.
   */
  parentForRegenerated(id: string): string | null {
    const path = this.path(id);
    const question = path.findLastIndex(({ type }) => type === 'user');
    if (question < 0) return this.#messages.get(id)?.parent ?? null;
    let last = question;
    while (isAside(path[last + 1])) last++;
    return path[last]!.id;
  }

  /** What became of the code blocks of a message, by their index. */
  blocks(message: string): Record<number, BlockOutcome> {
    return { ...this.#blocks.get(message) };
  }

  #take(entry: Entry): void {
    this.#changed = Math.max(this.#changed, entry.at);
    switch (entry.type) {
      case 'conversation':
        this.#begun ??= entry.at;
        break;
      case 'piece':
        this.#takePiece(entry);
        break;
      case 'undo':
        this.#undone.add(entry.compaction);
        break;
      case 'head':
        if (entry.id === null || this.#messages.has(entry.id)) this.#head = entry.id;
        break;
      case 'title':
        this.#title = entry.title || undefined;
        break;
      case 'tools':
        this.#tools = entry;
        break;
      case 'block': {
        const { message, block, kind, words } = entry;
        this.#blocks.set(message, { ...this.#blocks.get(message), [block]: { kind, words } });
        break;
      }
      default:
        this.#takeMessage(entry);
    }
  }

  #takeMessage(entry: MessageEntry): void {
    if (this.#unfinished.delete(entry.id)) {
      this.#messages.set(entry.id, { ...entry, parent: this.#messages.get(entry.id)!.parent });
      return;
    }
    // A line that was written twice is one message.
    if (this.#messages.has(entry.id)) return;
    const parent = this.#known(entry.parent);
    const message = parent === entry.parent ? entry : { ...entry, parent };
    const follows = parent === this.#head || entry.type === 'user';
    const shown = follows || (!isAside(entry) && this.path().some(({ id }) => id === parent));
    this.#messages.set(entry.id, message);
    const place = this.#placeOf(message);
    const there = this.#siblings.get(place);
    if (there) there.push(entry.id);
    else this.#siblings.set(place, [entry.id]);
    if (shown) this.#head = entry.id;
  }

  /** An answer that is being written is in the tree as one that was stopped there: after a crash it is. */
  #takePiece({ id, parent, at, text, reasoning }: PieceEntry): void {
    const before = this.#messages.get(id);
    if (!before) {
      this.#takeMessage({ type: 'assistant', id, parent, at, text: '', state: 'stopped' });
      this.#unfinished.add(id);
    } else if (!this.#unfinished.has(id)) return;
    const answer = this.#messages.get(id) as AssistantEntry;
    const thought = (answer.reasoning?.text ?? '') + reasoning;
    this.#messages.set(id, {
      ...answer,
      text: answer.text + text,
      ...(thought === '' ? {} : { reasoning: { text: thought, ms: at - answer.at } }),
    });
  }

  /** A message whose line was lost is replaced by what came before its first follower, for all its followers alike. */
  #known(parent: string | null): string | null {
    if (parent === null || this.#messages.has(parent)) return parent;
    let standIn = this.#standIns.get(parent);
    if (standIn === undefined) {
      standIn = [...this.#messages.keys()].at(-1) ?? null;
      this.#standIns.set(parent, standIn);
    }
    return standIn;
  }

  #placeOf(message: MessageEntry): string {
    let parent = message.parent === null ? undefined : this.#messages.get(message.parent);
    while (isAside(parent)) parent = parent!.parent === null ? undefined : this.#messages.get(parent!.parent);
    return `${message.type} ${parent?.id ?? ''}`;
  }
}

/** Not said by anybody: what follows it follows what is before it. */
const isAside = (message: MessageEntry | undefined): boolean =>
  message?.type === 'compaction' || message?.type === 'note' || message?.type === 'without';
