/** Text at a cursor: fill-in-the-middle prompts out of documents that the engine knows, and what is made of them. */
import { NotificationType, ProgressType, RequestType } from 'vscode-jsonrpc';
import type {
  EngineErrorData,
  GenerateProgress,
  GenerateResult,
  RequestClass,
  SamplingOptions,
  SpecialToken,
} from './core.ts';

/** A part of a document, by reference: its text is in the engine already. Offsets are UTF-16 code units. */
export interface DocumentRange {
  key: string;
  version: number;
  start: number;
  end: number;
}

export type PromptText = string | DocumentRange;

/**
 * A piece of a prompt. Text that may give way when the prompt is longer than the room says from which side it is cut:
 * `drop` pieces go first, whole, the first one first; then `end` pieces lose their end, down to a third of the room;
 * then `start` pieces lose their start. Cuts move in steps of {@link CUT_STEP} tokens, so that the prompt's beginning
 * stays the same from key to key. Text without `cut` is never shortened.
 */
export type PromptSegment =
  | { special: SpecialToken }
  /** What the model's chat template writes before a question, with an instruction, and between question and answer. */
  | { turn: 'user'; system: string }
  | { turn: 'assistant' }
  | {
      /** Several parts stay or give way together. */
      text: PromptText | PromptText[];
      /** What it is, in a word: it comes back with {@link CompletionResult.seen}. */
      of?: string;
      cut?: 'drop' | 'end' | 'start';
      /**
       * The text ends at the cursor (`before`), or begins there (`after`). A word that the cursor stands in is taken off
       * the end of the former and written anew, so that its tokens are those that the whole word has (token healing); the
       * answer leaves out what was there.
       */
      cursor?: 'before' | 'after';
      /**
       * It begins a text, as models of SentencePiece vocabularies know it: with the space that those put there. Any other
       * text goes on from what is before it.
       */
      begins?: boolean;
    };

/** Granularity of cuts, in tokens. A multiple of the page. */
export const CUT_STEP = 128;

export interface CompletionParams {
  model: string;
  workspace: string;
  class: RequestClass;
  /** The document that is completed, by its key: a newer completion there ends this one. Absent: it ends none. */
  document?: string;
  /** Of the cursor, in UTF-16 units; absent where the engine does not know the document. */
  offset?: number;
  /** False: completions run beside each other in one document. */
  supersedes?: boolean;
  segments: PromptSegment[];
  maxTokens: number;
  /** Texts that end the answer; the answer ends before them. */
  stop?: string[];
  /** The code of the project has a say in the choice of tokens. */
  ngram: boolean;
  /** The answer ends with its first line that is not blank, so that it does not matter which token ends it. */
  oneLine: boolean;
  /** The cursor's line may be complete: the answer may begin with a line break. */
  mayBreak?: boolean;
  sampling?: SamplingOptions;
  /** False computes every prompt token anew (`--no-reuse`). */
  reuse?: boolean;
  /** The answer ends where it is less likely right; in [0, 1], absent: it does not. What it ends with is doubtful. */
  least?: number;
  /** The answer tells what each of its tokens rests on. */
  explain?: boolean;
  /** The answer tells what the model was given. */
  seen?: boolean;
  /** So many answers at most, 1 to {@link MOST_ANSWERS}: the likeliest, and others that part from it in its first line. Absent: 1. */
  answers?: number;
  /**
   * The text at the cursor is not what the document has yet: it is asked ahead. What is in the prompt is told in words, and
   * `offset` is where the document will be changed.
   */
  ahead?: boolean;
  /** Names the {@link completionProgress} events of this request; absent: none are sent. */
  progressToken?: string;
}

/** More than that nobody looks through. */
export const MOST_ANSWERS = 3;

/** Text made since the last event. */
export interface CompletionProgress extends GenerateProgress {
  /** Which of {@link CompletionResult.others} it is of, by its number; absent: it is of the likeliest answer. */
  other?: number;
  /** Once, where several answers were asked for: how many others there will be. */
  others?: number;
  /** Once, as soon as the likeliest answer's first line is there and it goes on: how likely the text so far is right. */
  line?: CertainEnd[];
}

export const completionProgress = new ProgressType<CompletionProgress>();

/** A token of an answer, as it was chosen. */
export interface Step {
  /** Bytes that it adds to the answer. */
  written: number;
  /** It ends the first line. */
  ends: boolean;
  /** Of the mixture. */
  probability: number;
  /** The model's own. */
  model: number;
  /** The part of `probability` that recalled lines gave. */
  recalled: number;
  /** Length of the longest match in the code, in tokens; 0: none. */
  longest: number;
  /** Weight of what was found at that length, this token's share of it, the share that is from the own file, and the favourite's. */
  seen: number;
  share: number;
  own: number;
  favourite: number;
}

/** A segment of a prompt as the model was given it: after all cuts, without the word at the cursor that is written anew. */
export interface SeenSegment {
  /** Of a special token, its name; of text, what the request calls it. */
  of: string;
  /** What its tokens spell; '' for a special token. */
  text: string;
  tokens: number;
}

/** A place of the answer, in UTF-16 units of its text, and the probability that the text is right up to there. */
export type CertainEnd = [end: number, right: number];

/** One of several answers. */
export interface Answer extends Pick<GenerateResult, 'text' | 'finish' | 'generatedTokens'> {
  /** How likely its first line is right, in [0, 1]; null where nothing was made. */
  confidence: number | null;
  /** How likely it is right up to where its tokens end, ascending. */
  certainty: CertainEnd[];
}

export interface CompletionResult extends GenerateResult, Answer {
  /** Where several answers were asked for: the others, the likeliest first as far as it was known where they parted. */
  others?: Answer[];
  /** Where it was asked for. */
  steps?: Step[];
  typed?: number;
  /** Where it was asked for: every segment of the request, in its order. */
  seen?: SeenSegment[];
}

/**
 * @throws EngineError `documentStale`: the engine has another version of a document, or none; it asks for the text with
 * a notification of its own. Told the text, the same request succeeds.
 */
export const completeRequest = new RequestType<CompletionParams, CompletionResult, EngineErrorData>(
  'completion/complete',
);
/** The engine has read files of the workspace: it may answer otherwise now. */
export const learnedNotification = new NotificationType<{ workspace: string }>('completion/learned');
