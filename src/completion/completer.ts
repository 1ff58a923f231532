/** From a place in a file to what may be shown there: the way that the editor and the command line share. */
import type {
  Answer,
  CertainEnd,
  CompletionParams,
  CompletionProgress,
  CompletionResult,
  EngineErrorKind,
  ModelInfo,
  PromptSegment,
  RequestClass,
} from '../engine/protocol/index.ts';
import { scanBrackets } from './brackets.ts';
import type { Draft } from './closers.ts';
import type { FilterName } from './filters/index.ts';
import { applyFilters } from './filters/index.ts';
import { fimLayoutOf } from './fimLayouts.ts';
import { isFromFirstColumn } from './firstColumn.ts';
import { fitToFile } from './fitToFile.ts';
import { fenceFor } from './instruction.ts';
import { usualIndentation } from './marks.ts';
import { buildPrompt, surroundingsOf } from './prompt.ts';
import type { CompletionRequest } from './request.ts';
import { scopeOf } from './scope.ts';
import { endOf } from './stops.ts';
import { asFarAsSure, type Prudence } from './sure.ts';
import type { Syntax } from './syntax/syntax.ts';
import { columns, indentationOf, isBlank, lineBefore, lineEndingOf, toLf } from './text.ts';
import { budgetFor } from './window.ts';

export { NoFimTokensError } from './fimLayouts.ts';
export type { CompletionRequest } from './request.ts';

/** Text of one of the answers; see {@link CompletionProgress}. */
export type OnText = (delta: string, progress?: Omit<CompletionProgress, 'text'>) => void;

/** What a completion needs of the engine. An aborted signal resolves with `cancelled` and the text so far. */
export interface CompletionEngine {
  complete(params: CompletionParams, options?: { signal?: AbortSignal; onText?: OnText }): Promise<CompletionResult>;
}

export interface CompletionOptions {
  /** Id of the workspace in the engine. */
  workspace: string;
  /** Key of the document that is completed. */
  document?: string;
  /** A newer completion of the document ends this one; absent: it does. */
  supersedes?: boolean;
  /** False leaves the choice of tokens to the model alone. */
  ngram?: boolean;
  /** How sure what is shown has to be; absent: all of the answer is. */
  prudence?: Prudence;
  /** The answer goes on even where nothing of it would be shown. */
  whole?: boolean;
  signal?: AbortSignal;
  /** Longest answer, or one each for a line and for a block; absent: {@link MAX_TOKENS}. */
  maxTokens?: number | { one: number; many: number };
  /** False computes the whole prompt anew. */
  reuse?: boolean;
  /** True has the result tell what the model was given. */
  seen?: boolean;
  /** Absent: `keystroke`. */
  class?: RequestClass;
  /** Called with all the text so far, as it grows; LF. */
  onText?: (text: string) => void;
  /** Called once where the first line may be shown already, while the rest is written. */
  onFirst?: (first: First) => void;
  /** So many suggestions at most, each another; absent: one. */
  answers?: number;
  /** The place is asked ahead: no document has its text yet. */
  ahead?: boolean;
}

/** Something that may be shown. */
export interface Shown extends Draft {
  /** That it is right, in [0, 1]. */
  right: number;
}

/** A first line, and how likely it had to be. */
export type First = Shown & Pick<CompletionOutcome, 'needed'>;

export interface CompletionOutcome {
  /** As generated, up to where the stop rules end it; LF. */
  text: string;
  /** What goes in at the cursor, in the file's own line endings; null where nothing should be shown. */
  shown: string | null;
  /** The first UTF-16 units after the cursor, closers, that stay and are followed by `tail`; 0: no tail. */
  over: number;
  tail: string;
  /** Why `shown` is null: the filter's name, or that the request was ended from outside. */
  rejectedBy: FilterName | 'cancelled' | 'superseded' | 'unsure' | null;
  /** That what is shown is right, in [0, 1]; of what is not for doubt, the most that any beginning of it is. */
  right: number;
  /** How likely it had to be to be shown. */
  needed: number;
  /** Other suggestions for the place, the likeliest first. */
  others?: readonly Shown[];
  result: CompletionResult;
}

/** Longest answers, in tokens. Copilot's ghost text gives 20 to a line and 200 to a block; the small model's lines are
 * made of shorter tokens, and its blocks rarely stay sound as long. */
export const MAX_TOKENS = { one: 32, many: 128 };

const limitsOf = (wanted: CompletionOptions['maxTokens']): { one: number; many: number } =>
  typeof wanted === 'number' ? { one: wanted, many: wanted } : (wanted ?? MAX_TOKENS);

export class Completer {
  readonly #engine: CompletionEngine;
  readonly #syntax: Syntax | undefined;

  /** @param syntax tells where blocks begin and end; without it, and until a grammar is loaded, indentation does. */
  constructor(engine: CompletionEngine, syntax?: Syntax) {
    this.#engine = engine;
    this.#syntax = syntax;
  }

  /**
   * Completes at a place.
   * @throws NoFimTokensError when the model cannot fill in the middle; whatever the engine rejects with.
   */
  async complete(model: ModelInfo, request: CompletionRequest, options: CompletionOptions): Promise<CompletionOutcome> {
    // The same room is kept for a line and for a block, so that the window does not move between the two.
    const limits = limitsOf(options.maxTokens);
    const layout = fimLayoutOf(model);
    const budget = budgetFor(model, limits.many, layout.order);
    const near = surroundingsOf(request, budget);
    const indentation = request.indentation ?? indentationOf(near.prefix + near.suffix, usualIndentation(request));
    const code = this.#syntax?.at(near, request);
    const scope = scopeOf(near, { ...request, indentation }, code);
    const maxTokens = limits[scope.lines];
    const before = lineBefore(near.prefix);
    const isMoved = (text: string): boolean => isFromFirstColumn(text, before, indentation.width, request);
    const end = (text: string): number | null =>
      endOf(text, scope, indentation.width, code, isMoved(text) ? columns(before, indentation.width) : 0);

    // The answer of a chat model ends with its block of code.
    const stop = [
      ...(scope.lines === 'one' && scope.newlineEnds ? ['\n'] : []),
      ...(layout.instructed ? [fenceFor(near)] : []),
    ];

    const enough = new AbortController();
    const growing = [''];
    let answers = options.answers ?? 1;
    const ended = new Set<number>();
    /** Others that are no longer waited for: their first lines. */
    const cut = new Map<number, string>();
    const params: Omit<CompletionParams, 'segments'> = {
      model: model.id,
      workspace: options.workspace,
      class: options.class ?? 'keystroke',
      maxTokens,
      ...(options.document === undefined ? {} : { document: options.document, offset: near.place.cursor }),
      ...(options.supersedes === undefined ? {} : { supersedes: options.supersedes }),
      ...(stop.length === 0 ? {} : { stop }),
      ...(options.reuse === undefined ? {} : { reuse: options.reuse }),
      ...(options.seen ? { seen: true } : {}),
      ngram: options.ngram ?? true,
      ...(options.prudence && !options.whole ? { least: options.prudence.least } : {}),
      oneLine: scope.lines === 'one',
      mayBreak: scope.lines === 'one' && !scope.newlineEnds && !isBlank(before),
      ...(options.answers === undefined ? {} : { answers: options.answers }),
      ...(options.ahead === undefined ? {} : { ahead: options.ahead }),
    };
    const shape = {
      indentation,
      ending: lineEndingOf(request.prefix.slice(-4096), request.suffix.slice(0, 4096)),
      ...(scope.lines === 'many' && scope.block ? { floor: scope.floor } : {}),
    };
    /** What of an answer may be shown. */
    const read = (answer: Pick<Answer, 'text' | 'finish' | 'confidence' | 'certainty'>): Reading => {
      const index = end(answer.text);
      const text = toLf(index === null ? answer.text : answer.text.slice(0, index));
      const ended = index === null && (answer.finish === 'cancelled' || answer.finish === 'superseded');
      if (ended) return { ...NOTHING, text, rejectedBy: answer.finish === 'superseded' ? 'superseded' : 'cancelled' };
      const sure = options.prudence
        ? asFarAsSure(text, certaintyOf(answer), options.prudence)
        : { text, right: answer.confidence ?? 1, needed: 0 };
      const { right, needed } = sure;
      if (sure.text === '' && text !== '') return { ...NOTHING, text, right, needed, rejectedBy: 'unsure' };
      const filtered = applyFilters(sure.text, {
        ...near,
        lines: scope.lines,
        finish: index === null && sure.text === text ? answer.finish : 'stop',
        width: indentation.width,
        broken: sure.text === text && answer.finish === 'stop',
        path: request.path,
        languageId: request.languageId,
        markdown: request.languageId === 'markdown' || /\.mdx?$/i.test(request.path),
        code,
      });
      if ('rejectedBy' in filtered) return { ...NOTHING, text, rejectedBy: filtered.rejectedBy };
      const { text: shown, over, tail } = fitToFile(filtered, near, { ...shape, moved: isMoved(filtered.text) });
      return { text, shown, over, tail, rejectedBy: null, right, needed };
    };
    const result = await this.#ask(params, (wanted) => buildPrompt(model, wanted, near, budget), request, {
      signal: options.signal === undefined ? enough.signal : AbortSignal.any([options.signal, enough.signal]),
      onText: (delta, { other = -1, others, line } = {}) => {
        const number = other + 1;
        if (others !== undefined) answers = others + 1;
        if (others === undefined && ended.has(number)) return;
        const text = (growing[number] ?? '') + delta;
        growing[number] = text;
        const index = end(text);
        if (number === 0) {
          options.onText?.(toLf(index === null ? text : text.slice(0, index)));
          if (line && index === null && options.onFirst) {
            const first = read({ text: firstLine(text), finish: 'stop', confidence: null, certainty: line });
            // What opens a block is nothing without it.
            const isWhole = first.over === 0 && scanBrackets(first.shown ?? '').owed.length === 0;
            if (first.shown !== null && isWhole) options.onFirst({ ...first, text: first.shown });
          }
        }
        if (index !== null) ended.add(number);
        // Once the likeliest is there, a line of the others is enough.
        for (let each = 1; ended.has(0) && each < answers; each++) {
          const first = firstLine(growing[each] ?? '');
          if (ended.has(each) || first === (growing[each] ?? '')) continue;
          ended.add(each);
          cut.set(each, first);
        }
        if (ended.size >= answers) enough.abort();
      },
    });
    const outcomes = [result, ...(result.others ?? [])].map((answer, number) => {
      const first = cut.get(number);
      return read(first === undefined ? answer : { ...answer, text: first, finish: 'stop' });
    });
    const all = outcomes as [Reading, ...Reading[]];
    const [first, ...others] = all;
    if (options.signal?.aborted) return { ...first, ...NOTHING, rejectedBy: cancelledBy(first), result };
    if (others.length === 0) return { ...first, result };
    const [best = first, ...rest] = distinct(all);
    return {
      ...best,
      others: rest.map(({ shown, over, tail, right }) => ({ text: shown!, over, tail, right })),
      result,
    };
  }

  /** Names what the engine has by reference; where it has another text after all, the text itself is sent. */
  async #ask(
    params: Omit<CompletionParams, 'segments'>,
    segments: (request: CompletionRequest) => PromptSegment[],
    request: CompletionRequest,
    options: { signal: AbortSignal; onText: OnText },
  ): Promise<CompletionResult> {
    try {
      return await this.#engine.complete({ ...params, segments: segments(request) }, options);
    } catch (error) {
      if ((error as { kind?: EngineErrorKind }).kind !== 'documentStale') throw error;
      return this.#engine.complete({ ...params, segments: segments(inWords(request)) }, options);
    }
  }
}

/** An answer as it may be shown, or why not. */
type Reading = Omit<CompletionOutcome, 'result' | 'others'>;

const NOTHING = { shown: null, over: 0, tail: '', right: 0, needed: 0 };

const cancelledBy = ({ rejectedBy }: Reading) => (rejectedBy === 'superseded' ? 'superseded' : 'cancelled');

/** The text up to the end of its first line that is not blank. */
function firstLine(text: string): string {
  const end = text.indexOf('\n', text.search(/\S/));
  return end < 0 ? text : text.slice(0, end);
}

/** Those that show something: the likeliest, then the others, the surest first; of those that come to the same the first. */
function distinct([likeliest, ...others]: readonly [Reading, ...Reading[]]): Reading[] {
  const known = new Set<string>();
  return [likeliest, ...others.toSorted((a, b) => b.right - a.right)]
    .filter(({ shown }) => shown !== null)
    .filter(({ shown, over, tail }) => {
      const words = `${shown} ${over} ${tail}`.replace(/\s+/g, ' ');
      return !known.has(words) && known.add(words);
    });
}

/** In units of the text with LF. */
function certaintyOf({ text, certainty }: Pick<Answer, 'text' | 'certainty'>): readonly CertainEnd[] {
  if (!text.includes('\r')) return certainty;
  return certainty.map(([end, right]) => [toLf(text.slice(0, end)).length, right]);
}

/** The request with its texts in place of references. */
function inWords({ document: _, others = [], ...request }: CompletionRequest): CompletionRequest {
  return { ...request, others: others.map(({ path, content }) => ({ path, content })) };
}
