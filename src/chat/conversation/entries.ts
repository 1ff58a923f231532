/**
 * A conversation as it is kept: a line of JSON for each entry, only ever appended. Messages name the one that they follow,
 * so that they are a tree: an edited question or a second answer is a branch, and both stay.
 */
import type { ActivatedMemory, ChatToolCall, MemoryItem } from '../../engine/protocol/index.ts';
import type { AttachmentKind, UsageShown } from '../view/protocol.ts';

/** What was attached, as it was sent: later turns say the same, so that what was read is not read again. */
export interface KeptAttachment {
  id: string;
  kind: AttachmentKind;
  label: string;
  /** Address of the file that it is from, where it is from one. */
  uri?: string;
  /** Lines from 1, both included, where it is a part of a file. */
  lines?: [number, number];
  /** VS Code's id of its language. */
  language?: string;
  text: string;
  /** What was left out of it, in words. */
  cut?: string;
  /** What it is made of, where it was recalled. */
  memories?: KeptMemory[];
}

/** A memory as it stood in a prompt. */
export interface KeptMemory extends Omit<ActivatedMemory, 'item'> {
  item: Pick<MemoryItem, 'id' | 'kind' | 'source' | 'path' | 'changed' | 'title'>;
}

interface Placed {
  id: string;
  /** The message that it follows; null: it begins the conversation. */
  parent: string | null;
  /** Milliseconds since 1970. */
  at: number;
}

export interface UserEntry extends Placed {
  type: 'user';
  text: string;
  attachments: KeptAttachment[];
  /** The slash command that it began with, and what that made of it: the model is given this instead of `text`. */
  asked?: string;
  /** Why something was remembered for it, or nothing was, in words. */
  decision?: string;
  /** Memories that it was not given, to see whether they mattered: number and title. */
  leftOut?: { id: number; title: string }[];
}

export interface AssistantEntry extends Placed {
  type: 'assistant';
  text: string;
  reasoning?: { text: string; ms: number };
  state: 'whole' | 'stopped' | 'failed';
  /** Why it failed, in words. */
  error?: string;
  usage?: UsageShown;
  /** All that it wrote, with calls of tools, where that is more than `text`: what the model is told again, and nobody is shown. */
  raw?: string;
  /** Tools that it asked for; what they gave follows as {@link ToolEntry}. */
  calls?: ChatToolCall[];
}

/** What a tool gave, behind the answer that asked for it; or what was wrong with what was meant as a call. */
export interface ToolEntry extends Placed {
  type: 'tool';
  /** Empty where no tool was called. */
  name: string;
  toolCallId: string;
  text: string;
  /** What was left out of it, in words. */
  cut?: string;
  /** What was done, for the person: Markdown, one line. */
  words?: string;
}

/** Which tools the model is told of from here on: the same ones until the model is another one. */
export interface ToolsEntry {
  type: 'tools';
  model: string;
  names: string[];
  at: number;
}

/** What is known of an answer while it is being written: after a crash it is what is left of it. */
export interface PieceEntry {
  type: 'piece';
  /** Of the assistant's entry to come. */
  id: string;
  parent: string;
  at: number;
  /** What was added since the piece before. */
  text: string;
  reasoning: string;
}

/** From here on the branch is told to the model in short; what is before stays to be read, and can be told whole again. */
export interface CompactionEntry extends Placed {
  type: 'compaction';
  /** The first message that is told as it was; null: none of those before. */
  keepsFrom: string | null;
  /** What is told in the place of those before it. */
  text: string;
  /** The model's own short summary, which `text` begins with; the next compaction takes it over. */
  summary?: string;
  /** What tools gave before it is told up to this many characters each, also where it is kept; absent: whole. */
  resultCharacters?: number;
  /** Tokens of the prompt before and after. */
  before: number;
  after: number;
}

/** Takes a compaction back. */
export interface UndoEntry {
  type: 'undo';
  compaction: string;
  at: number;
}

/** Said by Quire itself; the model never hears of it. */
export interface NoteEntry extends Placed {
  type: 'note';
  text: string;
}

/**
 * Behind a question: what follows answers it without one of the memories that it was given, to see whether that mattered. The
 * question itself stays as it is, so that both answers are beside each other.
 */
export interface WithoutEntry extends Placed {
  type: 'without';
  memory: { id: number; title: string };
}

/** Which branch is shown: the one that this message is on. */
export interface HeadEntry {
  type: 'head';
  id: string | null;
  at: number;
}

export interface TitleEntry {
  type: 'title';
  title: string;
  at: number;
}

/** What became of a code block. */
export interface BlockEntry {
  type: 'block';
  message: string;
  block: number;
  kind: 'applied' | 'undone' | 'refused';
  words: string;
  at: number;
}

/** The first line of the file. */
export interface BeginEntry {
  type: 'conversation';
  version: 1;
  id: string;
  at: number;
}

export type MessageEntry = UserEntry | AssistantEntry | ToolEntry | CompactionEntry | NoteEntry | WithoutEntry;
export type Entry =
  | BeginEntry
  | MessageEntry
  | PieceEntry
  | UndoEntry
  | HeadEntry
  | TitleEntry
  | BlockEntry
  | ToolsEntry;
