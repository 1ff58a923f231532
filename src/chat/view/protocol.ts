/**
 * What the panel and the extension say to each other. All state lives in the extension: the view draws a snapshot, changes
 * to it, and the pieces of an answer that is being written, and says what the person does. It can be thrown away at any time.
 */

/** Everything that the view shows. */
export interface ChatSnapshot {
  conversation: { id: string; title: string };
  model: ModelShown;
  /** Of the branch that is shown, oldest first. */
  messages: ShownMessage[];
  turn: TurnShown;
  /** Written while an answer was made: sent after it. */
  queue: QueuedMessage[];
  draft: DraftShown;
  /** What sending the draft would cost; null while that is not known. */
  meter: Meter | null;
  /** Commands that begin a message: `/explain`, and prompt files. */
  commands: CommandShown[];
  /** Who speaks as the assistant is said once: where no memory or index exists, `@codebase` is left out. */
  mentions: MentionKind[];
}

export type ModelShown =
  | { kind: 'opening'; name?: string }
  /** `billions` of parameters; what can be asked of it depends on that. */
  | { kind: 'ready'; name: string; device: string; contextTokens: number; billions: number }
  /** No model can chat: the panel says so, offers `choices`, and answers by search. `why` in words. */
  | { kind: 'none'; why: string; choices: ModelOffer[]; download?: DownloadShown };

export interface ModelOffer {
  id: string;
  title: string;
  why: string;
  /** In words: `1.6 GB to download, needs 2.5 GB of memory, Apache-2.0`. */
  facts: string;
  /** The one that suits this machine. */
  best: boolean;
}

export interface DownloadShown {
  title: string;
  /** 0 to 1. */
  share: number;
  /** In words: `310 MB of 1.6 GB, 2 min left`. */
  words: string;
}

export interface ShownMessage {
  id: string;
  /** `note`: said by Quire itself: what was left out or shortened, an error, results of a search. */
  role: 'user' | 'assistant' | 'note';
  /** Markdown of the assistant and of notes; plain text of the user. */
  text: string;
  /** What a model thinks aloud, apart from its answer. `open`: it still does. */
  reasoning?: { text: string; ms: number; open: boolean };
  attachments?: ShownAttachment[];
  /** Other messages in the place of this one, by edit or regeneration; `index` from 0. */
  branch?: { index: number; count: number };
  state: 'whole' | 'running' | 'stopped' | 'failed';
  /** In words for the user, with what helps. */
  error?: { message: string; actions: NoteAction[] };
  usage?: UsageShown;
  /** What was remembered for the answer, and what was left out of it to see whether it mattered, by its title. */
  memories?: { used: number; without: string[] };
  /** What became of its code blocks, by their index. */
  blocks?: Record<number, BlockState>;
  /** Buttons of a note. */
  actions?: NoteAction[];
}

/** A button that the extension understands; `id` comes back in {@link ViewMessage} `action`. */
export interface NoteAction {
  id: string;
  label: string;
}

export interface BlockState {
  kind: 'applying' | 'review' | 'applied' | 'undone' | 'refused';
  /** In words: `applied to src/a.ts`, or why not. */
  words: string;
}

export interface UsageShown {
  promptTokens: number;
  cachedTokens: number;
  computedTokens: number;
  generatedTokens: number;
  firstTokenMs: number | null;
  totalMs: number;
  model: string;
}

export type AttachmentKind =
  | 'file'
  | 'folder'
  | 'selection'
  | 'symbol'
  | 'open'
  | 'problems'
  | 'diff'
  | 'terminal'
  | 'codebase'
  /** Recalled by itself, not attached by anybody. */
  | 'memory';

export interface ShownAttachment {
  id: string;
  kind: AttachmentKind;
  /** `src/a.ts`, `src/a.ts:10-20`. */
  label: string;
  /** Exact, of this model; null while it is being counted. */
  tokens: number | null;
  /** Its pages are cached: sending it costs nothing. */
  alreadyRead: boolean;
  /** It does not fit, or was cut, in words; what was left out can be chosen. */
  cut?: string;
  /** A link that opens it. */
  href?: string;
}

export interface DraftShown {
  text: string;
  attachments: ShownAttachment[];
  /** What could be attached with one press, and is not unless it is: the selection, the active file. */
  offers: { id: string; label: string }[];
  /** A message that is edited: sending makes a branch beside it. */
  editing?: string;
  /** A refusal in words, of what was just to be attached: a secret file, say. */
  refusal?: string;
}

export interface QueuedMessage {
  id: string;
  text: string;
}

export interface Meter {
  /** Tokens of the prompt by what they are for; together with `room` for the answer they are at most `contextTokens`. */
  fixed: number;
  attachments: number;
  /** Recalled for the draft as it is. */
  memories: number;
  history: number;
  draft: number;
  answer: number;
  contextTokens: number;
  /** Of the whole prompt, and how many of them have to be computed. */
  promptTokens: number;
  newTokens: number;
  /** Time until the first word, in ms; null where it is not known. */
  readMs: number | null;
  /** What does not fit and would be left out, in words; absent: nothing. */
  leftOut?: string;
}

export interface CommandShown {
  /** Without the slash. */
  name: string;
  description: string;
}

export interface MentionKind {
  /** Without the at-sign. */
  name: AttachmentKind;
  description: string;
  /** What follows has to be named: a file, a symbol. */
  takesName: boolean;
}

export type TurnShown =
  | { kind: 'idle' }
  /** Others are served first, or the engine comes back. */
  | { kind: 'waiting'; words: string }
  /** The prompt is read: tokens done of those to be computed, and how long that will take. */
  | { kind: 'reading'; done: number; total: number; leftMs: number | null; pausedMs: number }
  /** `pausedMs`: how long it stood still for keystrokes, in all. */
  | { kind: 'writing'; tokens: number; tokensPerSecond: number | null; pausedMs: number };

export interface Suggestion {
  kind: AttachmentKind;
  /** What is attached when it is chosen. */
  value: string;
  label: string;
  /** Where it lies. */
  detail?: string;
  alreadyRead?: boolean;
}

/** To the view. Everything of the snapshot that changes comes as a patch; what grows comes as a delta. */
export type HostMessage =
  | { type: 'snapshot'; snapshot: ChatSnapshot }
  | { type: 'patch'; patch: Partial<Omit<ChatSnapshot, 'messages'>> }
  /** All of the branch, which is another one now; those that the view has already are drawn as they were. */
  | { type: 'messages'; messages: ShownMessage[] }
  /** Added at the end, or in the place of the one with its id. */
  | { type: 'message'; message: ShownMessage }
  /** Text that a message has grown by. */
  | { type: 'delta'; id: string; text?: string; reasoning?: string }
  /** An answer to `mention`. */
  | { type: 'suggestions'; request: number; items: Suggestion[] }
  /** Puts the cursor into the draft, or on the last message. */
  | { type: 'focus'; what: 'draft' | 'lastMessage' }
  /** A text for the draft, which the extension changed: the view takes it although it has its own. */
  | { type: 'setDraft'; text: string };

export type CodeAction = 'apply' | 'insert' | 'copy' | 'newFile' | 'run' | 'undo';

/** From the view. Everything in it is checked as a stranger's: what it shows comes from a model. */
export type ViewMessage =
  | { type: 'ready' }
  | { type: 'draft'; text: string }
  /** `steer`: ends the answer that is being written, and asks at once; `queue`: waits for its end. Idle: both send. */
  | { type: 'send'; text: string; how: 'queue' | 'steer' }
  | { type: 'stop' }
  | { type: 'unqueue'; id: string }
  | { type: 'regenerate'; id: string }
  /** Begins to edit a message of the user; null ends it. */
  | { type: 'edit'; id: string | null }
  | { type: 'page'; id: string; index: number }
  /** What follows an `@` in the draft. */
  | { type: 'mention'; request: number; kind: AttachmentKind | null; query: string }
  | { type: 'attach'; kind: AttachmentKind; value: string }
  | { type: 'detach'; id: string }
  | { type: 'takeOffer'; id: string }
  /** Addresses that were dropped on the panel. */
  | { type: 'drop'; uris: string[] }
  /** Files of another program were, which tells a page their names alone. */
  | { type: 'dropWithoutPath'; names: string[] }
  /** `block`: index of the fenced block in the message's text. */
  | { type: 'code'; action: CodeAction; message: string; block: number }
  /** What was remembered for an answer is to be seen. */
  | { type: 'memories'; id: string }
  /** A whole message, as it was written, to the clipboard. */
  | { type: 'copy'; id: string }
  /** A link in a message: `https:`, `http:` and `mailto:` (to be asked about), `src/a.ts#L10-L20`, or `symbol:name`. */
  | { type: 'open'; href: string }
  | { type: 'action'; id: string; message?: string }
  | { type: 'new' }
  | { type: 'history' }
  | { type: 'chooseModel' }
  | { type: 'download'; id: string }
  | { type: 'cancelDownload' };
