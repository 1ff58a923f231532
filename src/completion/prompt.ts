/** From a place in a file to the segments of a fill-in-the-middle prompt: what changes least comes first. */
import type { ModelInfo, PromptSegment, PromptText, SpecialToken } from '../engine/protocol/index.ts';
import { notesFor, notesPath } from './context/memory.ts';
import type { Source } from './context/piece.ts';
import { type FimLayout, fimLayoutOf } from './fimLayouts.ts';
import { instructed, joined, type ShownFile } from './instruction.ts';
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
  const { before = 0, soon } = request;
  const prefix = prefixWindow(request.prefix, budget.prefix, before, soon);
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
  near: PlacedText,
  budget: ContextBudget,
): PromptSegment[] {
  const layout = fimLayoutOf(model);
  const { prefix, suffix, place } = near;
  const rest = lineAfter(suffix);
  const hidden = isClosersOnly(rest) ? rest.length : 0;
  const part = (start: number, end: number, text: string): PromptText =>
    request.document && text !== '' ? { ...request.document, start, end } : text;
  const before = named('before', { text: part(place.start, place.cursor, prefix), cut: 'start', cursor: 'before' });
  const shown = part(place.cursor + hidden, place.end, suffix.slice(hidden));
  const after = named('after', { text: shown, cut: 'end', cursor: 'after' });
  const others = chosenOthers(request, budget);
  if (layout.instructed) return instructed({ layout, request, near, others, before, after });

  const context = contextOf(model, layout, request, others, budget.others > 0);
  const written = [...context.inPrefix, before];
  const ofPrefix: PromptSegment[] = [
    { special: 'fimPrefix' },
    ...(layout.begins ? [{ ...written[0]!, begins: true }, ...written.slice(1)] : written),
  ];
  const ofSuffix: PromptSegment[] = [{ special: 'fimSuffix' }, after];
  const segments: PromptSegment[] = [
    ...(layout.bos && model.specialTokens.includes('bos') ? [{ special: 'bos' } as const] : []),
    ...context.ahead,
    ...(layout.order === 'suffixFirst' ? [...ofSuffix, ...ofPrefix] : [...ofPrefix, ...ofSuffix]),
    ...(layout.middle ? [{ special: 'fimMiddle' } as const] : []),
  ];
  if (layout.system === undefined) return segments;
  return [{ turn: 'user', system: layout.system }, ...segments.filter(isNotBos), { turn: 'assistant' }];
}

/** A segment of text with what it is. */
const named = (of: PartName, segment: Extract<PromptSegment, { text: unknown }>): PromptSegment => ({ ...segment, of });

/** A chat's template begins with it by itself. */
const isNotBos = (segment: PromptSegment): boolean => !('special' in segment && segment.special === 'bos');

/** UTF-16 units that the prompts of a model have for notes; 0 also where its family has no place for other files. */
export function notesRoom(model: ModelInfo, { notes }: Pick<WindowBudget, 'notes'>): number {
  const { files, instructed } = fimLayoutOf(model);
  const hasPlace =
    instructed ||
    files === 'plus' ||
    files === 'hash' ||
    (files !== 'none' && model.specialTokens.includes('fimSeparator'));
  return hasPlace ? notes : 0;
}

/** Another file, or a piece of one, and what it is. */
interface Other extends ShownFile {
  of: PartName;
}

/** What stands before the parts of this file, and what at the start of its prefix. */
interface Context {
  ahead: PromptSegment[];
  inPrefix: PromptSegment[];
}

/**
 * Writes the other files and the path of this one.
 * @param wide other files may be shown: then the repository is named.
 */
function contextOf(
  model: ModelInfo,
  layout: FimLayout,
  request: CompletionRequest,
  others: readonly Other[],
  wide: boolean,
): Context {
  const has = (token: SpecialToken): boolean => model.specialTokens.includes(token);
  const path = named('path', { text: `${request.path}\n` });
  const separator: PromptSegment = { special: 'fimSeparator' };
  const filesWith = (mark: string, end = ''): PromptSegment[] =>
    others.map(({ of, path, content }) =>
      named(of, { text: joined([`${mark}${path}\n`, ...content, end]), cut: 'drop' }),
    );
  switch (layout.files) {
    case 'none':
      return { ahead: [], inPrefix: [] };
    case 'plus':
      if (others.length === 0) return { ahead: [], inPrefix: [] };
      return {
        ahead: [],
        inPrefix: [...filesWith('+++++ ', '\n'), named('path', { text: `+++++ ${request.path}\n` })],
      };
    case 'hash':
      if (others.length === 0) return { ahead: [], inPrefix: [] };
      return { ahead: filesWith('#'), inPrefix: [named('path', { text: `#${request.path}\n` })] };
    case 'between':
      if (others.length === 0 || !has('fimSeparator')) return { ahead: [], inPrefix: [] };
      return { ahead: [...filesWith('').flatMap((file) => [file, separator]), path], inPrefix: [] };
    default: {
      if (!has('fimSeparator')) return { ahead: [], inPrefix: [] };
      const name = `${request.repository ?? 'repository'}${layout.repository === 'line' ? '\n' : ''}`;
      const repository: PromptSegment[] =
        layout.repository !== 'none' && wide && has('fimRepo')
          ? [{ special: 'fimRepo' }, named('repository', { text: name })]
          : [];
      const ahead = [...repository, ...filesWith('').flatMap((file) => [separator, file]), separator];
      return layout.files === 'pathInPrefix' ? { ahead, inPrefix: [path] } : { ahead: [...ahead, path], inPrefix: [] };
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

/** How a file begins, up to the line break behind its last line that is shown. */
function shownOf({ path, content, document }: OtherFile, share: number): PromptText[] {
  const shown = headWindow(content, Math.max(0, share - path.length)).trimEnd();
  if (shown === '') return [];
  const lineBreak = /^(?:\r\n|\n|\r)/.exec(content.slice(shown.length, shown.length + 2))?.[0] ?? '';
  if (document && lineBreak !== '') return [{ ...document, start: 0, end: shown.length + lineBreak.length }];
  return [document ? { ...document, start: 0, end: shown.length } : toLf(shown), '\n'];
}
