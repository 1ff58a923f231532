/**
 * The memory of a project: `memory/*`. Items are about the code (summaries, whose sentences are anchored in it), about what
 * was said and done, or what a person asked to be remembered. Times are milliseconds since 1970.
 *
 * A workspace without a folder, one that is not trusted, and one whose memory is switched off have none: nothing is read or
 * written, `status` says so (`on`, and why in `indexing.waits`), `activate` gives nothing, `recordTurn` null, and what cannot
 * be done is refused with `memoryOff`. Only `switch`, and `erase` of what was kept before, still work. All other refusals are
 * `memoryInvalid`, for what makes no sense, and `memoryUnavailable`, where a store cannot be had; both say what to do.
 */
import { NotificationType, ProgressType, RequestType } from 'vscode-jsonrpc';
import type { EngineErrorData } from './core.ts';

/**
 * `symbol`, `file`, `folder`, `workspace`: summaries of the code, made bottom up. `turn`: a question in the chat and its
 * answer. `session`: what was done in a folder for a while. `fact`: what a person asked to be remembered. `proposal`: a rule
 * that was inferred; it is used only when a person has accepted it, and is a fact then.
 */
export const MEMORY_KINDS = ['symbol', 'file', 'folder', 'workspace', 'turn', 'session', 'fact', 'proposal'] as const;
export type MemoryKind = (typeof MEMORY_KINDS)[number];

/** Where a memory came from. */
export type MemorySource = 'code' | 'chat' | 'typing' | 'person' | 'import';

/** How its summary was made: taken from the text, by a model under a grammar of what exists, or written by a person. */
export type MemoryMade = 'extracted' | 'model' | 'person';

/**
 * `holds`: the code is as it was, but for its formatting and comments. `moved`: it is the same elsewhere, and the anchor
 * follows it. `changed`, `gone`: what is said of it may not be true any more, and is not used. `unread`: its file cannot be
 * read (any more), by rule or by chance; it is not used either.
 */
export type AnchorState = 'holds' | 'moved' | 'changed' | 'gone' | 'unread';

/** What a sentence says something of. */
export interface MemoryAnchor {
  /** In the workspace's folder, with '/'. */
  path: string;
  /** `A.m`; null: the file as a whole. */
  symbol: string | null;
  /** Of its syntax tree without comments, formatting and names of places; of the text where there is no grammar. Hexadecimal. */
  hash: string;
}

export interface CheckedAnchor extends MemoryAnchor {
  state: AnchorState;
  /** Its first line and last now, from 1; null where it is gone. */
  lines: [number, number] | null;
}

export interface MemorySentence {
  text: string;
  /** Empty: it says nothing of the code, and is never stale. */
  anchors: MemoryAnchor[];
}

export interface CheckedSentence {
  text: string;
  anchors: CheckedAnchor[];
  /** Every anchor holds, or followed what it is about. */
  isTrue: boolean;
}

export interface MemoryItem {
  /** Never given to another item of the store. */
  id: number;
  kind: MemoryKind;
  source: MemorySource;
  made: MemoryMade;
  /** What is equal is one item: `symbol:src/a.ts#A.m`, `file:src/a.ts`, `turn:conversation/message`, `fact:hash`. */
  key: string;
  /** One line: a symbol's or a file's name, the beginning of a question or of a fact. */
  title: string;
  /** Of the file or folder that it is about; null: the whole project. */
  path: string | null;
  /** The whole: a symbol's or a file's summary, a turn as it was, a fact. */
  text: string;
  /** In short, for where there is no room for the whole; equal to `text` where that is short enough. */
  summary: string;
  sentences: MemorySentence[];
  /** Of `text` and of `summary`, estimated where no model is open. */
  tokens: number;
  summaryTokens: number;
  created: number;
  /** When it was last changed; `created` where it never was. */
  changed: number;
  /** When it was last activated for a prompt, and how often; null: never. */
  activated: number | null;
  activations: number;
  pinned: boolean;
  /** A newer item says otherwise; it is shown, and never used. */
  supersededBy: number | null;
  /** Memories that stood in the prompt when this was said: what is recalled is never stored again as something new. */
  recalled: number[];
  /** Which embedder its vector is of; null: it has none yet. */
  embedder: string | null;
}

/** The store of a workspace that the client holds, or a database file of its own (the command line). */
export type MemoryPlace = { workspace: string } | { database: string };

/** Parts of a score; their sum is the score. Each is from 0 to 1 before its weight, and given here with it. */
export interface MemoryScore {
  total: number;
  /** By words (BM25). */
  words: number;
  /** By likeness of vectors (cosine). */
  vector: number;
  /** Since it was last used, or made. */
  recency: number;
  /** Definitions, names of files, kinds; below 0 for tests and what is generated. */
  ranking: number;
}

export interface MemoryHit {
  item: MemoryItem;
  sentences: CheckedSentence[];
  score: MemoryScore;
  /** Words of the question that were found, and what else spoke for it, for people. */
  why: string[];
  /** It is relevant enough to be recalled; else it is only the nearest of what there is. */
  sure: boolean;
}

export interface MemorySearchParams {
  place: MemoryPlace;
  query: string;
  /** So many at most, from 1 to 50. */
  top: number;
  kinds?: MemoryKind[];
  /** Superseded items, and those of which no sentence is true any more, too. */
  all?: boolean;
}

export interface MemorySearchResult {
  /** What is sure, the best first, then, where that is little, what is nearest; empty where no word of the query is known. */
  hits: MemoryHit[];
  /** Items that would have been among them, but that no sentence of is true any more. */
  stale: number;
  searched: number;
  ms: number;
}

export interface MemoryListParams {
  place: MemoryPlace;
  kinds?: MemoryKind[];
  /** Of this folder or file, and below it. */
  path?: string;
  pinned?: boolean;
  /** From the newest change; absent: 0 and 200. */
  offset?: number;
  limit?: number;
}

/** What a prompt may be given. */
export interface ActivateParams {
  place: MemoryPlace;
  /** What is asked, or what stands around the cursor. */
  query: string;
  /** Names the turns that are in the prompt anyway, by their key: they are no memory there. */
  without?: string[];
  /** Of this conversation the turn before is flash memory. */
  conversation?: string;
  /** Tokens that there is room for. */
  tokens: number;
  /** Items left out for a try without them. */
  leaveOut?: number[];
  /** Only what it would be is asked, before anything is sent: it does not count as a use. */
  peek?: boolean;
  for: 'chat' | 'completion';
  /** Where the user works: what is said of these files counts more. Imports may be named as the import names them. */
  paths?: string[];
  /** The file that is completed: what is said of it is no news there. */
  at?: string;
}

export interface ActivatedMemory {
  item: MemoryItem;
  /** What goes into the prompt: its true sentences, or its summary. */
  text: string;
  tokens: number;
  /** The summary was given in place of the whole. */
  inShort: boolean;
  /** It is the turn before, and here for that alone. */
  flash: boolean;
  score: MemoryScore;
  why: string[];
}

export interface ActivateResult {
  memories: ActivatedMemory[];
  /** What the controller decided, in words for people. */
  decision: string;
  /** Sentences that were left out because the code they are about has changed. */
  staleSentences: number;
}

/** What was said, to be remembered. */
export interface RecordTurnParams {
  place: MemoryPlace;
  conversation: string;
  /** Id of the answer's message in the conversation. */
  message: string;
  question: string;
  answer: string;
  /** Memories that stood in the prompt. */
  recalled: number[];
  /** Texts of what was attached: what an answer quotes of them is not remembered. */
  attached?: string[];
}

export interface MemoryStatus {
  /** False: nothing is written, and nothing is activated. */
  on: boolean;
  items: Partial<Record<MemoryKind, number>>;
  superseded: number;
  pinned: number;
  /** On disk, its log included. */
  bytes: number;
  budgetBytes: number;
  embedder: string | null;
  /** Items whose vector is still of another embedder, or missing. */
  unembedded: number;
  indexing: MemoryIndexing;
  /** What went wrong with the file and what was done, once, in words for people. */
  trouble: string | null;
}

export interface MemoryIndexing {
  state: 'idle' | 'running' | 'paused' | 'off';
  /** Files. */
  done: number;
  total: number;
  /** Spent on this store's indexing today, and how much may be. */
  busyMs: number;
  budgetMs: number;
  modelTokens: number;
  modelTokenBudget: number;
  /** Why it waits, in words, where it does. */
  waits: string | null;
}

/** What a write is in the journal: what can be undone of it. */
export interface Written {
  /** Number of the change; null: nothing was changed. */
  change: number | null;
}

/** A write, which can be undone where it is not `final`. */
export interface MemoryChange {
  id: number;
  at: number;
  /** In words: `Remembered “…”`, `Forgot 3 memories`, `Indexed 12 files`. */
  what: string;
  undone: boolean;
  /** Erased for good, or read from files: there is nothing that could be brought back. */
  final: boolean;
}

export interface MemoryAudit {
  items: number;
  sentences: number;
  /** Shares from 0 to 1. */
  namesThatExist: number;
  stale: number;
  exactCopies: number;
  nearCopies: number;
  secrets: number;
  /** The worst findings, in words, with the item's id. */
  findings: { id: number; what: string }[];
}

export interface MemoryErased {
  items: number;
  bytes: number;
  /** Conversations' pages that held memories and were overwritten too. */
  pages: boolean;
}

const request = <P, R>(method: string) => new RequestType<P, R, EngineErrorData>(`memory/${method}`);

/** @returns the item, or the one that said the same already. */
export const memoryAddRequest = request<
  {
    place: MemoryPlace;
    text: string;
    kind?: 'fact' | 'proposal';
    source?: MemorySource;
    /** What it is about: lines of a file as it is now. */
    about?: { path: string; lines?: [number, number] }[];
  },
  MemoryItem & Written
>('add');
export const memorySearchRequest = request<MemorySearchParams, MemorySearchResult>('search');
export const memoryListRequest = request<MemoryListParams, { items: MemoryItem[]; total: number }>('list');
/** One item with its anchors checked; null where it is not there. */
export const memoryGetRequest = request<
  { place: MemoryPlace; id: number },
  { item: MemoryItem; sentences: CheckedSentence[] } | null
>('get');
export const memoryChangeRequest = request<
  { place: MemoryPlace; id: number; pinned?: boolean; text?: string; accept?: boolean },
  MemoryItem & Written
>('change');
export const memoryForgetRequest = request<{ place: MemoryPlace; ids: number[] }, { forgotten: number } & Written>(
  'forget',
);
export const memoryJournalRequest = request<{ place: MemoryPlace; limit?: number }, { changes: MemoryChange[] }>(
  'journal',
);
export const memoryUndoRequest = request<{ place: MemoryPlace; change: number }, MemoryChange>('undo');
export const memoryActivateRequest = request<ActivateParams, ActivateResult>('activate');
/** @returns null where there was nothing worth keeping. */
export const memoryRecordTurnRequest = request<RecordTurnParams, MemoryItem | null>('recordTurn');
/** What was accepted of ghost text, to be told of in short at the end of a session. */
export const memoryRecordTypingNotification = new NotificationType<{
  place: MemoryPlace;
  path: string;
  symbol: string | null;
}>('memory/recordTyping');
export const memoryExportRequest = request<{ place: MemoryPlace; format: 'json' | 'markdown' }, { text: string }>(
  'export',
);
export const memoryImportRequest = request<
  { place: MemoryPlace; text: string; mode?: 'merge' | 'replace' },
  { added: number; same: number; refused: string[] } & Written
>('import');
export const memoryEraseRequest = request<{ place: MemoryPlace }, MemoryErased>('erase');
/** Reads what changed and brings the summaries up to date; resolves when it is done, paused or cancelled. */
export const memoryIndexRequest = request<
  { place: MemoryPlace; folder?: string; progressToken?: string },
  MemoryIndexing
>('index');
export const memoryPauseRequest = request<{ place: MemoryPlace; paused: boolean }, MemoryIndexing>('pause');
export const memorySwitchRequest = request<{ place: MemoryPlace; on: boolean }, MemoryStatus>('switch');
export const memoryStatusRequest = request<{ place: MemoryPlace }, MemoryStatus>('status');
export const memoryAuditRequest = request<{ place: MemoryPlace }, MemoryAudit>('audit');
export const memoryIndexProgress = new ProgressType<MemoryIndexing>();
/** The store of a workspace that the client holds has other items than before. */
export const memoryChangedNotification = new NotificationType<{ workspace: string }>('memory/changed');
