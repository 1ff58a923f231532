/**
 * The sticky window: which part of a long file the model sees. Its edges are functions of the file alone, in large
 * steps, so that the prompt's beginning stays the same from key to key and the engine's cache holds.
 */
import type { ModelInfo } from '../engine/protocol/index.ts';
import type { FimLayout } from './fimLayouts.ts';
import { MOST_NEIGHBOURS } from './neighbours.ts';
import { sliceFrom, sliceTo } from './text.ts';

/** Room for each part of the prompt, in UTF-16 units. */
export interface WindowBudget {
  /** All other files together, and how many there may be: each gets the same share, whatever there is. */
  others: number;
  files: number;
  /** What the memory says: its own share of the room for other files, whether there is any or not. */
  notes: number;
  /** Pieces of other places of the project: likewise. */
  pieces: number;
  prefix: number;
  suffix: number;
}

/** Units of code to a token, on the low side: tiny-code-fim measured 3.4 on held-out packages; the engine cuts exactly. */
const UNITS_PER_TOKEN = 3;

/** Tokens that a text of so many units has at the most, about. */
export const tokensIn = (units: number): number => Math.floor(units / UNITS_PER_TOKEN);

/** Special tokens and the path line. */
const OVERHEAD_TOKENS = 32;

/** Prompts up to this many tokens have no room for other files. */
const SMALL_PROMPT = 2048;

/**
 * Longest prompt in tokens, whatever the context: on a GPU that of Copilot's ghost text; on a CPU twice Continue's,
 * because a first prefill there runs at some hundreds of tokens a second.
 */
const PROMPT_LIMIT = { gpu: 8192, cpu: 2048 };

/**
 * Models with fewer parameters are shown the file alone, and this many tokens at the most: the bundled one saves as much with them
 * as with 2,048 of which two thirds are other files, and as with 1,024 (`npm run eval:typing`), for half the processor time. What it gains from other
 * files comes from the project's index. (RepoCoder, arXiv 2303.12570, and CrossCodeEval, arXiv 2310.11248, have gains from 350
 * million parameters on.)
 */
const SMALL_MODEL = { below: 300e6, tokens: 768 };

/**
 * So long reading may take, in milliseconds, and what is read however long it takes, in tokens. Of the whole prompt: it is
 * read when a file is opened. Of what is near the cursor: who comes to another place and types waits for it; a quarter of
 * the shortest costs 3 % of what is saved, twice the wait far more. (llama.vscode allows half a second, and cuts the rest.)
 * Of the text after the cursor, for models whose prompt has it behind the text before the cursor: with every key.
 */
const READING = {
  whole: { ms: 9_000, least: 512 },
  near: { ms: 3_000, least: 256 },
  trailing: { ms: 250, least: 24 },
};

/**
 * Shares of the room. Copilot's are prefix 35 %, suffix 15 %, other context 50 %; without others the same 70 : 30. Ours has
 * more of other files: they are the same from file to file, and are computed once for all.
 */
const SHARES = { others: 2 / 3, prefix: 0.7 / 3, suffix: 0.3 / 3 };

/** Of the prompt, and in tokens, that notes of the memory have at the most, so that they take little of the code's place. */
const NOTES = { share: 0.08, most: 400 };

/**
 * Models with fewer parameters are shown no notes: the bundled one gained nothing from them (`npm run eval:memory -- completion`).
 * Where the larger ones begin is not measured; what is imported helps them by what others found (RepoCoder, arXiv 2303.12570).
 */
const LEAST_FOR_NOTES = 3e9;

/**
 * Of the room for other files, for pieces of other places: edits, definitions, what is alike. On a GPU only: they change when
 * the cursor has come to rest elsewhere, and all behind them is read again, which takes a CPU seconds with any larger model.
 */
const PIECES = 0.5;

/** Other files at the most; a CPU's short prompt would show too little of more. */
const FILES = { gpu: MOST_NEIGHBOURS, cpu: 2 };

const READING_STEP = 1.5;

/** Longest text after the cursor, in tokens, where it is computed anew with every key. */
const TRAILING_SUFFIX = { gpu: 256, cpu: 96 };

/** The edge moves by this part of the window at a time. */
const STEPS = 4;

/**
 * How much of what a model is shown.
 * @param maxTokens of its context that are left for the answer.
 * @param order of the parts in its prompt.
 */
export function budgetFor(
  {
    contextTokens,
    device,
    parameters,
    promptMs,
  }: Pick<ModelInfo, 'contextTokens' | 'device' | 'parameters' | 'promptMs'>,
  maxTokens: number,
  order: FimLayout['order'],
): WindowBudget {
  const where = device === 'cpu' ? 'cpu' : 'gpu';
  const most = parameters < SMALL_MODEL.below ? SMALL_MODEL.tokens : PROMPT_LIMIT[where];
  const limit = Math.min(contextTokens - maxTokens, most, readable('whole', promptMs));
  const room = Math.max(0, limit - OVERHEAD_TOKENS) * UNITS_PER_TOKEN;
  const context = limit < SMALL_PROMPT ? 0 : room * SHARES.others;
  const hasNotes = context > 0 && parameters >= LEAST_FOR_NOTES;
  const notes = hasNotes ? Math.min(NOTES.most, limit * NOTES.share) * UNITS_PER_TOKEN : 0;
  const pieces = where === 'gpu' ? (context - notes) * PIECES : 0;
  const near = Math.min(room - context, readable('near', promptMs) * UNITS_PER_TOKEN);
  const share = near * (SHARES.suffix / (SHARES.prefix + SHARES.suffix));
  const trailing = Math.min(TRAILING_SUFFIX[where], readable('trailing', promptMs));
  const suffix = order === 'suffixFirst' ? share : Math.min(share, trailing * UNITS_PER_TOKEN);
  return {
    others: Math.floor(context - notes - pieces),
    files: FILES[where],
    notes: Math.floor(notes),
    pieces: Math.floor(pieces),
    prefix: Math.floor(near - suffix),
    suffix: Math.floor(suffix),
  };
}

/** Tokens that are read in time, in steps, so that a model that is opened anew mostly has the same. */
function readable(what: keyof typeof READING, promptMs = 0): number {
  const { ms, least } = READING[what];
  const steps = Math.floor(Math.log(ms / promptMs / least) / Math.log(READING_STEP));
  return least * READING_STEP ** Math.max(0, steps);
}

/**
 * The end of `prefix` that fits the budget. It begins at a line start at or after a multiple of a quarter of the
 * budget, counted from the file's start, and so moves only once in that many typed characters.
 * @param before UTF-16 units of the file before `prefix`.
 * @param soon units that are to be typed yet: the window begins where it will by then.
 */
export function prefixWindow(prefix: string, budget: number, before = 0, soon = 0): string {
  const cursor = before + prefix.length + soon;
  if (cursor <= budget) return prefix;
  const step = Math.max(1, Math.floor(budget / STEPS));
  const edge = Math.max(0, Math.ceil((cursor - budget) / step) * step - before);
  if (edge === 0) return prefix;
  const lineEnd = prefix.indexOf('\n', edge - 1);
  // A single line longer than a step has no near start: there the edge is the multiple itself.
  return lineEnd >= 0 && lineEnd + 1 - edge < step ? prefix.slice(lineEnd + 1) : sliceFrom(prefix, edge);
}

/**
 * The beginning of `suffix` that fits the budget, ending at a line end where one is near. While one types, the text
 * after the cursor does not change, nor does this.
 */
export function suffixWindow(suffix: string, budget: number): string {
  if (suffix.length <= budget) return suffix;
  const step = Math.floor(budget / STEPS);
  const lineEnd = suffix.lastIndexOf('\n', budget - 1);
  return lineEnd + 1 > budget - step ? suffix.slice(0, lineEnd + 1) : sliceTo(suffix, budget);
}

/** The beginning of another file that fits the budget, in whole lines where that is possible. */
export const headWindow = suffixWindow;
