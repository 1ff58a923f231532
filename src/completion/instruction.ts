/**
 * The prompt for a chat model without fill-in-the-middle tokens. It is told how the file ends and asked to write all of it; the
 * beginning of its answer, up to the cursor, is written for it, and it goes on there as in any text of its own. The answer
 * needs no place to be found in it, and what is typed is appended at the prompt's end.
 */
import type { PromptSegment, PromptText } from '../engine/protocol/index.ts';
import type { FimLayout } from './fimLayouts.ts';
import type { CompletionRequest } from './request.ts';
import { isBlank } from './text.ts';

/** Another file as a model sees it. */
export interface ShownFile {
  /** What it is, for whoever looks at the prompt. */
  of?: string;
  path: string;
  content: PromptText[];
}

interface Instruction {
  layout: FimLayout;
  request: CompletionRequest;
  near: { prefix: string; suffix: string };
  others: readonly ShownFile[];
  before: PromptSegment;
  after: PromptSegment;
}

/** @param before the text up to the cursor, and `after` what follows it. */
export function instructed({ layout, request, near, others, before, after }: Instruction): PromptSegment[] {
  const fence = fenceFor(near);
  const ends = isBlank(near.suffix);
  return [
    { turn: 'user', system: layout.system ?? '' },
    ...others.map(
      ({ path, content, of }): PromptSegment => ({
        ...(of === undefined ? {} : { of }),
        text: joined([`${path}:\n${fence}\n`, ...content, `${fence}\n\n`]),
        cut: 'drop',
      }),
    ),
    ...(ends ? [] : [{ text: `This is how ${request.path} ends:\n${fence}\n` }, after, { text: `\n${fence}\n\n` }]),
    {
      text: `Write ${request.path} in one block of code${ends ? '' : ', whole, up to and with that end'}.`,
    },
    { turn: 'assistant' },
    { text: `${fence}${request.languageId ?? ''}\n` },
    before,
  ];
}

/** The marks around code that are in no text of its own: one more backtick than any row of them has there. */
export function fenceFor({ prefix, suffix }: { prefix: string; suffix: string }): string {
  const rows = `${prefix}\n${suffix}`.match(/`{3,}/g) ?? [];
  return '`'.repeat(rows.reduce((most, row) => Math.max(most, row.length + 1), 3));
}

/** Texts that are all sent are one. */
export function joined(parts: PromptText[]): string | PromptText[] {
  const said = parts.filter((part) => part !== '');
  return said.every((part) => typeof part === 'string') ? said.join('') : said;
}
