/** Why there is no ghost text at the cursor, as a type and in the user's words. Pure. */
import type { CompletionOutcome } from './completer.ts';
import type { FilterName } from './filters/index.ts';
import type { Refusal } from './trigger.ts';

export type Silence =
  /** The status item knows more of these two than the place does, and says it by itself. */
  | { why: 'noModel' }
  | { why: 'off' }
  /** An output channel or the like: nobody writes code there. */
  | { why: 'notWritable' }
  /** Never shown to a model: git ignores the file, or its name tells of secrets. */
  | { why: 'ignored' | 'secret' }
  | { why: Refusal }
  /** Probabilities that the suggestion is right: what it has, and what is shown. */
  /** The editor's own list is open, and its choice is not what the model goes on with. */
  | { why: 'otherChosen' }
  /** What there is was put away here, or is what was just deleted. */
  | { why: 'rejected' | 'deleted' }
  | { why: 'unsure'; confidence: number; needed: number }
  | { why: 'filtered'; filter: FilterName }
  | { why: 'failed' };

/** Something to click. */
export interface Remedy {
  title: string;
  command: string;
}

/** A silence as the status item shows it. */
export interface Explanation {
  /** For the status bar, beside the icon. */
  word: string;
  /** A codicon's name. */
  icon: string;
  /** Goes on after a colon, without a full stop. */
  sentence: string;
  /** What helps, as a sentence; empty where nothing needs to. */
  hint: string;
  remedies: readonly Remedy[];
}

/** Files of the project that are read, and still to be read. */
export interface IndexProgress {
  files: number;
  pending: number;
}

/** @returns why an outcome shows nothing; null where it shows something, or was ended from outside and says nothing. */
export function silenceOf({
  shown,
  rejectedBy,
  right,
  needed,
}: Pick<CompletionOutcome, 'shown' | 'rejectedBy' | 'right' | 'needed'>): Silence | null {
  if (shown !== null || rejectedBy === 'cancelled' || rejectedBy === 'superseded') return null;
  if (rejectedBy === 'unsure') return { why: 'unsure', confidence: right, needed };
  return { why: 'filtered', filter: rejectedBy ?? 'blank' };
}

/** True where files that are still to be read may bring a suggestion. */
export const waitsForIndex = ({ why }: Silence): boolean => why === 'unsure' || why === 'filtered';

/**
 * @param index how far the project is read; absent: it is not, or all of it is.
 * @returns what to say; undefined where the status item says it by itself.
 */
export function explain(silence: Silence, index?: IndexProgress): Explanation | undefined {
  if (silence.why === 'noModel' || silence.why === 'off') return undefined;
  const explanation = explanationOf(silence);
  if (index === undefined || index.pending === 0 || !waitsForIndex(silence)) return explanation;
  const read = `${count(index.files)} of ${count(index.files + index.pending)} files`;
  return {
    ...explanation,
    word: 'indexing',
    icon: 'sync',
    sentence: `indexing ${read}; ${explanation.sentence}`,
    hint: "Suggestions get better as more of the project's own code is known.",
  };
}

const EAGERNESS: Remedy = { title: 'Change how sure it has to be…', command: 'quire.chooseEagerness' };
const ASK: Remedy = { title: 'Suggest here now', command: 'editor.action.inlineSuggest.trigger' };
const LOG: Remedy = { title: 'Show Log', command: 'quire.showLog' };
const RESTART: Remedy = { title: 'Restart Engine', command: 'quire.restartEngine' };

function explanationOf(silence: Exclude<Silence, { why: 'noModel' } | { why: 'off' }>): Explanation {
  switch (silence.why) {
    case 'unsure': {
      const { confidence, needed } = silence;
      return {
        word: 'unsure',
        icon: 'question',
        // Rounded down, so that it is never the same as what is needed.
        sentence: `unsure here (${Math.floor(confidence * 100)} %, shown from ${Math.ceil(needed * 100 - 1e-9)} %)`,
        hint: 'Type on: the more of a line is there, the surer its end.',
        remedies: [EAGERNESS, ASK],
      };
    }
    case 'filtered':
      return silence.filter === 'blank'
        ? said('no idea', 'question', 'the model has nothing to add here', 'Type on, and it may.')
        : said(
            'filtered',
            'filter',
            `a suggestion was held back, because ${FILTERED[silence.filter]}`,
            'Type on, and another may come.',
            [LOG],
          );
    default:
      return FIXED[silence.why];
  }
}

const said = (
  word: string,
  icon: string,
  sentence: string,
  hint = '',
  remedies: readonly Remedy[] = [],
): Explanation => ({ word, icon, sentence, hint, remedies });

const PRIVATE = 'Private files are never shown to a model.';

const FIXED: Record<Exclude<Silence['why'], 'noModel' | 'off' | 'unsure' | 'filtered'>, Explanation> = {
  notWritable: said('not here', 'circle-slash', 'this is no file that somebody writes'),
  ignored: said('private', 'lock', 'this file is private (ignored by git)', PRIVATE),
  secret: said('private', 'lock', 'this file is private (its name says that it holds secrets)', PRIVATE),
  selection: said(
    'selection',
    'selection',
    'text is selected, or there is more than one cursor',
    'Press Escape for one cursor without a selection.',
  ),
  insideWord: said('inside a word', 'text-size', 'the cursor is inside a word', 'Go to its end.'),
  midLine: said(
    'mid-line',
    'indent',
    'typing in the middle of a line',
    'Suggestions come at the end of a line, before closing brackets at most.',
    [ASK],
  ),
  emptyFile: said(
    'empty',
    'file',
    'nothing is above the cursor yet',
    'Write a line, or a comment that says what comes.',
    [ASK],
  ),
  otherChosen: said(
    'list',
    'list-selection',
    "the editor's own list is open, and no suggestion goes on with what is chosen in it",
    'Press Escape to close the list, or type on.',
  ),
  rejected: said(
    'put away',
    'discard',
    'the suggestion for this place was put away, and nothing near it has changed since',
    'Type on, and another may come.',
    [ASK],
  ),
  deleted: said(
    'deleted',
    'trash',
    'the suggestion for this place is what was just deleted',
    'Type on, and another may come.',
  ),
  longLine: said('long line', 'circle-slash', 'this line is too long to be written by hand'),
  binary: said('no text', 'circle-slash', 'this file is not text'),
  failed: said('failed', 'warning', 'the engine could not answer', 'The log says why.', [LOG, RESTART]),
};

/** After "because". */
const FILTERED: Record<Exclude<FilterName, 'blank'>, string> = {
  markdownFence: 'it was only the frame of a code block',
  insideWord: 'the cursor is inside a word',
  specialTokens: 'it held marks that are no code',
  repeatsLine: 'it is what the line says already',
  repeatsAbove: 'it is what a line above says already',
  wrongDepth: 'it ends a block, and the cursor is deeper than that',
  commentLine: 'it was no comment',
  unfinishedExpression: 'it broke off within an expression',
  separators: 'it was no more than a comma',
  unfinishedLine: 'it broke off within a line',
  unclosedBlock: 'the block that it began did not end',
  repetition: 'it repeated itself',
  repeatsNextLines: 'it is what the next lines say already',
  nearDuplicate: 'it is nearly what stands there already',
  suffixOverlap: 'it is what follows the cursor already',
  openBrackets: 'its brackets do not fit those around the cursor',
  blockClosers: 'it only closed a block that is closed already',
  unmatchedClosers: 'it closed brackets that are not open',
  tooShort: 'it was too short to be worth a look',
};

const count = (value: number): string => value.toLocaleString('en-US');
