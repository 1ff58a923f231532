/** From a place in a file to what may be shown there: the way that the editor and the command line share. */
import type { GenerateParams, GenerateResult, ModelInfo, RequestClass } from '../engine/protocol/index.ts';
import type { FilterName } from './filters/index.ts';
import { applyFilters } from './filters/index.ts';
import { fimLayoutOf } from './fimLayouts.ts';
import { fitToFile } from './fitToFile.ts';
import { buildPrompt, surroundingsOf } from './prompt.ts';
import type { CompletionRequest } from './request.ts';
import { scopeOf } from './scope.ts';
import { endOf } from './stops.ts';
import { indentationOf, isBlank, lineBefore, lineEndingOf, toLf } from './text.ts';
import { budgetFor } from './window.ts';

export { NoFimTokensError } from './fimLayouts.ts';
export type { CompletionRequest } from './request.ts';

/** What a completion needs of the engine. An aborted signal resolves with `cancelled` and the text so far. */
export interface TextGenerator {
  generate(
    params: GenerateParams,
    options?: { signal?: AbortSignal; onText?: (delta: string) => void },
  ): Promise<GenerateResult>;
}

export interface CompletionOptions {
  /** Caches are kept apart by this. */
  workspace: string;
  /** A newer completion with the same key ends this one. Also the document's key, where `document` names none. */
  supersedes?: string;
  /** Key under which the engine was told the document's text. */
  document?: string;
  /** False leaves the choice of tokens to the model alone. */
  ngram?: boolean;
  /** What is less likely right in its first line is not shown; in [0, 1]. */
  leastConfidence?: number;
  signal?: AbortSignal;
  /** Longest answer, or one each for a line and for a block; absent: {@link MAX_TOKENS}. */
  maxTokens?: number | { one: number; many: number };
  /** False computes the whole prompt anew. */
  reuse?: boolean;
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
  rejectedBy: FilterName | 'cancelled' | 'superseded' | 'confidence' | null;
  result: GenerateResult;
}

/** Longest answers, in tokens. Copilot's ghost text gives 20 to a line and 200 to a block; the small model's lines are
 * made of shorter tokens, and its blocks rarely stay sound as long. */
export const MAX_TOKENS = { one: 32, many: 128 };

const limitsOf = (wanted: CompletionOptions['maxTokens']): { one: number; many: number } =>
  typeof wanted === 'number' ? { one: wanted, many: wanted } : (wanted ?? MAX_TOKENS);

export class Completer {
  readonly #generator: TextGenerator;

  constructor(generator: TextGenerator) {
    this.#generator = generator;
  }

  /**
   * Completes at a place.
   * @throws NoFimTokensError when the model cannot fill in the middle; whatever the generator rejects with.
   */
  async complete(model: ModelInfo, request: CompletionRequest, options: CompletionOptions): Promise<CompletionOutcome> {
    // The same room is kept for a line and for a block, so that the window does not move between the two.
    const limits = limitsOf(options.maxTokens);
    const budget = budgetFor(model, limits.many, fimLayoutOf(model).order);
    const near = surroundingsOf(request, budget);
    const indentation = request.indentation ?? indentationOf(near.prefix + near.suffix);
    const scope = scopeOf(near, { ...request, indentation });
    const maxTokens = limits[scope.lines];
    const end = (text: string): number | null => endOf(text, scope, indentation.width);

    const document = options.document ?? options.supersedes;

    const enough = new AbortController();
    let growing = '';
    const result = await this.#generator.generate(
      {
        model: model.id,
        workspace: options.workspace,
        class: options.class ?? 'keystroke',
        ...(options.supersedes === undefined ? {} : { supersedes: options.supersedes }),
        prompt: { segments: buildPrompt(model, request, near, budget) },
        maxTokens,
        ...(scope.lines === 'one' && scope.newlineEnds ? { stop: ['\n'] } : {}),
        ...(options.reuse === undefined ? {} : { reuse: options.reuse }),
        completion: {
          ...(document === undefined ? {} : { document, offset: (request.before ?? 0) + request.prefix.length }),
          ngram: options.ngram ?? true,
          oneLine: scope.lines === 'one',
          mayBreak: scope.lines === 'one' && !scope.newlineEnds && !isBlank(lineBefore(near.prefix)),
        },
      },
      {
        signal: options.signal === undefined ? enough.signal : AbortSignal.any([options.signal, enough.signal]),
        onText: (delta) => {
          if (enough.signal.aborted) return;
          growing += delta;
          const index = end(growing);
          options.onText?.(toLf(index === null ? growing : growing.slice(0, index)));
          if (index !== null) enough.abort();
        },
      },
    );

    const index = end(result.text);
    const text = toLf(index === null ? result.text : result.text.slice(0, index));
    const nothing = { text, shown: null, over: 0, tail: '', result };
    const ended = index === null && (result.finish === 'cancelled' || result.finish === 'superseded');
    if (ended || options.signal?.aborted) {
      return { ...nothing, rejectedBy: result.finish === 'superseded' ? 'superseded' : 'cancelled' };
    }
    const filtered = applyFilters(text, {
      ...near,
      lines: scope.lines,
      finish: index === null ? result.finish : 'stop',
      width: indentation.width,
      markdown: request.languageId === 'markdown' || /\.mdx?$/i.test(request.path),
    });
    if ('rejectedBy' in filtered) return { ...nothing, rejectedBy: filtered.rejectedBy };
    if ((result.confidence ?? 1) < (options.leastConfidence ?? 0)) return { ...nothing, rejectedBy: 'confidence' };
    const {
      text: shown,
      over,
      tail,
    } = fitToFile(filtered, near, {
      indentation,
      ending: lineEndingOf(request.prefix.slice(-4096), request.suffix.slice(0, 4096)),
      ...(scope.lines === 'many' && scope.block ? { floor: scope.floor } : {}),
    });
    return { text, shown, over, tail, rejectedBy: null, result };
  }
}
