/** From a place in a file to what may be shown there: the way that the editor and the command line share. */
import type {
  CertainEnd,
  CompletionParams,
  CompletionResult,
  EngineErrorKind,
  ModelInfo,
  PromptSegment,
  RequestClass,
} from '../engine/protocol/index.ts';
import type { FilterName } from './filters/index.ts';
import { applyFilters } from './filters/index.ts';
import { fimLayoutOf } from './fimLayouts.ts';
import { fitToFile } from './fitToFile.ts';
import { buildPrompt, surroundingsOf } from './prompt.ts';
import type { CompletionRequest } from './request.ts';
import { scopeOf } from './scope.ts';
import { endOf } from './stops.ts';
import { asFarAsSure, type Prudence } from './sure.ts';
import type { Syntax } from './syntax/syntax.ts';
import { indentationOf, isBlank, lineBefore, lineEndingOf, toLf } from './text.ts';
import { budgetFor } from './window.ts';

export { NoFimTokensError } from './fimLayouts.ts';
export type { CompletionRequest } from './request.ts';

/** What a completion needs of the engine. An aborted signal resolves with `cancelled` and the text so far. */
export interface CompletionEngine {
  complete(
    params: CompletionParams,
    options?: { signal?: AbortSignal; onText?: (delta: string) => void },
  ): Promise<CompletionResult>;
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
}

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
    const budget = budgetFor(model, limits.many, fimLayoutOf(model).order);
    const near = surroundingsOf(request, budget);
    const indentation = request.indentation ?? indentationOf(near.prefix + near.suffix);
    const code = this.#syntax?.at(near, request);
    const scope = scopeOf(near, { ...request, indentation }, code);
    const maxTokens = limits[scope.lines];
    const end = (text: string): number | null => endOf(text, scope, indentation.width, code);

    const enough = new AbortController();
    let growing = '';
    const params: Omit<CompletionParams, 'segments'> = {
      model: model.id,
      workspace: options.workspace,
      class: options.class ?? 'keystroke',
      maxTokens,
      ...(options.document === undefined ? {} : { document: options.document, offset: near.place.cursor }),
      ...(options.supersedes === undefined ? {} : { supersedes: options.supersedes }),
      ...(scope.lines === 'one' && scope.newlineEnds ? { stop: ['\n'] } : {}),
      ...(options.reuse === undefined ? {} : { reuse: options.reuse }),
      ...(options.seen ? { seen: true } : {}),
      ngram: options.ngram ?? true,
      ...(options.prudence && !options.whole ? { least: options.prudence.least } : {}),
      oneLine: scope.lines === 'one',
      mayBreak: scope.lines === 'one' && !scope.newlineEnds && !isBlank(lineBefore(near.prefix)),
    };
    const result = await this.#ask(params, (wanted) => buildPrompt(model, wanted, near, budget), request, {
      signal: options.signal === undefined ? enough.signal : AbortSignal.any([options.signal, enough.signal]),
      onText: (delta) => {
        if (enough.signal.aborted) return;
        growing += delta;
        const index = end(growing);
        options.onText?.(toLf(index === null ? growing : growing.slice(0, index)));
        if (index !== null) enough.abort();
      },
    });

    const index = end(result.text);
    const text = toLf(index === null ? result.text : result.text.slice(0, index));
    const nothing = { text, shown: null, over: 0, tail: '', right: 0, needed: 0, result };
    const ended = index === null && (result.finish === 'cancelled' || result.finish === 'superseded');
    if (ended || options.signal?.aborted) {
      return { ...nothing, rejectedBy: result.finish === 'superseded' ? 'superseded' : 'cancelled' };
    }
    const sure = options.prudence
      ? asFarAsSure(text, certaintyOf(result), options.prudence)
      : { text, right: result.confidence ?? 1, needed: 0 };
    if (sure.text === '' && text !== '')
      return { ...nothing, right: sure.right, needed: sure.needed, rejectedBy: 'unsure' };
    const filtered = applyFilters(sure.text, {
      ...near,
      lines: scope.lines,
      finish: index === null && sure.text === text ? result.finish : 'stop',
      width: indentation.width,
      markdown: request.languageId === 'markdown' || /\.mdx?$/i.test(request.path),
      code,
    });
    if ('rejectedBy' in filtered) return { ...nothing, rejectedBy: filtered.rejectedBy };
    const {
      text: shown,
      over,
      tail,
    } = fitToFile(filtered, near, {
      indentation,
      ending: lineEndingOf(request.prefix.slice(-4096), request.suffix.slice(0, 4096)),
      ...(scope.lines === 'many' && scope.block ? { floor: scope.floor } : {}),
    });
    return { text, shown, over, tail, rejectedBy: null, right: sure.right, needed: sure.needed, result };
  }

  /** Names what the engine has by reference; where it has another text after all, the text itself is sent. */
  async #ask(
    params: Omit<CompletionParams, 'segments'>,
    segments: (request: CompletionRequest) => PromptSegment[],
    request: CompletionRequest,
    options: { signal: AbortSignal; onText: (delta: string) => void },
  ): Promise<CompletionResult> {
    try {
      return await this.#engine.complete({ ...params, segments: segments(request) }, options);
    } catch (error) {
      if ((error as { kind?: EngineErrorKind }).kind !== 'documentStale') throw error;
      return this.#engine.complete({ ...params, segments: segments(inWords(request)) }, options);
    }
  }
}

/** In units of the text with LF. */
function certaintyOf({ text, certainty }: CompletionResult): readonly CertainEnd[] {
  if (!text.includes('\r')) return certainty;
  return certainty.map(([end, right]) => [toLf(text.slice(0, end)).length, right]);
}

/** The request with its texts in place of references. */
function inWords({ document: _, others = [], ...request }: CompletionRequest): CompletionRequest {
  return { ...request, others: others.map(({ path, content }) => ({ path, content })) };
}
