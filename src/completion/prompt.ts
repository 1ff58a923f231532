/** From a place in a file to the segments of a fill-in-the-middle prompt: what changes least comes first. */
import type { ModelInfo, PromptSegment, PromptText, SpecialToken } from '../engine/protocol/index.ts';
import { notesFor, notesPath } from './context/memory.ts';
import type { Source } from './context/piece.ts';
import { type FimLayout, fimLayoutOf } from './fimLayouts.ts';
import type { CompletionRequest, OtherFile } from './request.ts';
import { isClosersOnly, lineAfter, toLf } from './text.ts';
import { headWindow, prefixWindow, suffixWindow, type WindowBudget } from './window.ts';

/** What a segment of text is: around the cursor, an open file's beginning, notes of the memory, a piece of a source. */
export type PartName = 'before' | 'after' | 'path' | 'repository' | 'open' | 'memory' | Source;

/** Room for what stands before the file. */
type ContextBudget = Pick<WindowBudget, 'others' | 'files' | 'notes'>;

/** The part of the file that the model sees and the filters compare with. LF only. */
export interface Surroundings {
  prefix: string;
  suffix: string;
}

export interface PlacedText extends Surroundings {
  /** Where both lie in the file, in its own UTF-16 units, and the cursor between them. */
  place: { start: number; cursor: number; end: number };
}

/** The text near the cursor that fits the budget, with LF; costs no more than its own length. */
export function surroundingsOf(request: CompletionRequest, budget: WindowBudget): PlacedText {
  const { before = 0 } = request;
  const prefix = prefixWindow(request.prefix, budget.prefix, before);
  const suffix = suffixWindow(request.suffix, budget.suffix);
  const cursor = before + request.prefix.length;
  return {
    prefix: toLf(prefix),
    suffix: toLf(suffix),
    place: { start: cursor - prefix.length, cursor, end: cursor + suffix.length },
  };
}

/**
 * Builds the prompt. Closers that auto-closing put after the cursor are left out of the suffix: the model then writes
 * the rest of the line as it would have been written, the suffix stays the same while brackets come and go, and
 * `closers.ts` joins the answer to what is there.
 * @throws NoFimTokensError when the model cannot fill in the middle.
 */
export function buildPrompt(
  model: ModelInfo,
  request: CompletionRequest,
  { prefix, suffix, place }: PlacedText,
  budget: ContextBudget,
): PromptSegment[] {
  const layout = fimLayoutOf(model);
  const rest = lineAfter(suffix);
  const hidden = isClosersOnly(rest) ? rest.length : 0;
  const part = (start: number, end: number, text: string): PromptText =>
    request.document && text !== '' ? { ...request.document, start, end } : text;

  const segments: PromptSegment[] = [];
  const special = (token: SpecialToken): void => void segments.push({ special: token });
  const text = (of: PartName, value: string | PromptText[], cut?: 'drop'): void => {
    if (value !== '') segments.push({ text: value, of, ...(cut ? { cut } : {}) });
  };

  if (layout.bos && model.specialTokens.includes('bos')) special('bos');
  const header = pushContext(model, layout, request, budget, { special, text });
  const writePrefix = (): void => {
    special('fimPrefix');
    text('path', header);
    segments.push({ text: part(place.start, place.cursor, prefix), of: 'before', cut: 'start', cursor: 'before' });
  };
  const writeSuffix = (): void => {
    special('fimSuffix');
    const shown = part(place.cursor + hidden, place.end, suffix.slice(hidden));
    segments.push({ text: shown, of: 'after', cut: 'end', cursor: 'after' });
  };
  if (layout.order === 'suffixFirst') {
    writeSuffix();
    writePrefix();
  } else {
    writePrefix();
    writeSuffix();
  }
  if (layout.middle) special('fimMiddle');
  return segments;
}

/** UTF-16 units that the prompts of a model have for notes; 0 also where its family has no place for other files. */
export function notesRoom(model: ModelInfo, { notes }: Pick<WindowBudget, 'notes'>): number {
  const { files } = fimLayoutOf(model);
  const hasPlace =
    files === 'plus' || files === 'hash' || (files !== 'none' && model.specialTokens.includes('fimSeparator'));
  return hasPlace ? notes : 0;
}

interface Writer {
  special(token: SpecialToken): void;
  text(of: PartName, value: string | PromptText[], cut?: 'drop'): void;
}

interface Other {
  of: PartName;
  path: string;
  content: PromptText[];
}

/** Writes the other files and the path of this one. @returns what has to stand at the start of the prefix. */
function pushContext(
  model: ModelInfo,
  layout: FimLayout,
  request: CompletionRequest,
  budget: ContextBudget,
  { special, text }: Writer,
): string {
  const has = (token: SpecialToken): boolean => model.specialTokens.includes(token);
  const others = chosenOthers(request, budget);
  switch (layout.files) {
    case 'none':
      return '';
    case 'plus':
    case 'hash': {
      const mark = layout.files === 'plus' ? '+++++ ' : '#';
      for (const other of others) text(other.of, joined([`${mark}${other.path}\n`, ...other.content]), 'drop');
      return others.length > 0 ? `${mark}${request.path}\n` : '';
    }
    default: {
      if (!has('fimSeparator')) return '';
      if (budget.others > 0 && has('fimRepo')) {
        special('fimRepo');
        text('repository', `${request.repository ?? 'repository'}\n`);
      }
      for (const other of others) {
        special('fimSeparator');
        text(other.of, joined([`${other.path}\n`, ...other.content]), 'drop');
      }
      special('fimSeparator');
      if (layout.files === 'pathInPrefix') return `${request.path}\n`;
      text('path', `${request.path}\n`);
      return '';
    }
  }
}

/** The other files within the budget, the most relevant last: next to the current file, and the last to be dropped. */
function chosenOthers(request: CompletionRequest, budget: ContextBudget): Other[] {
  const others = request.others?.slice(0, budget.files) ?? [];
  if (budget.others <= 0) return [];
  // The share does not depend on how many there are, so that a file is shown alike in every prompt.
  const share = Math.floor(budget.others / budget.files);
  const shown = others
    .map((other): Other => ({ of: 'open', path: other.path, content: shownOf(other, share) }))
    .filter(({ content }) => content.length > 0)
    .reverse();
  // Other files are the same for all files of a workspace, notes are not: before them they would move everything.
  const { text } = notesFor(request.notes ?? [], request, budget.notes);
  const notes: Other[] = text === '' ? [] : [{ of: 'memory', path: notesPath(request.path), content: [text] }];
  const pieces = (request.context ?? []).map(
    ({ source, path, text }): Other => ({ of: source, path, content: [text] }),
  );
  return [...shown, ...notes, ...pieces];
}

/** Texts that are all sent are one. */
function joined(parts: PromptText[]): string | PromptText[] {
  return parts.every((part) => typeof part === 'string') ? parts.join('') : parts;
}

/** How a file begins, up to the line break behind its last line that is shown. */
function shownOf({ path, content, document }: OtherFile, share: number): PromptText[] {
  const shown = headWindow(content, Math.max(0, share - path.length)).trimEnd();
  if (shown === '') return [];
  const lineBreak = /^(?:\r\n|\n|\r)/.exec(content.slice(shown.length, shown.length + 2))?.[0] ?? '';
  if (document && lineBreak !== '') return [{ ...document, start: 0, end: shown.length + lineBreak.length }];
  return [document ? { ...document, start: 0, end: shown.length } : toLf(shown), '\n'];
}
