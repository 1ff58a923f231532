import type { FinishReason } from '../../engine/protocol/index.ts';
import type { Draft } from '../closers.ts';
import type { Surroundings } from '../prompt.ts';
import type { CodePlace } from '../syntax/codePlace.ts';

export interface FilterContext extends Surroundings {
  lines: 'one' | 'many';
  /** Why the text ended; `stop` also where a stop rule ended it. */
  finish: FinishReason;
  /** Columns of a tab. */
  width: number;
  /** The file is Markdown itself, where fences are text. */
  markdown: boolean;
  /** The answer ended at the end of its first line, and not because what follows is doubtful. */
  broken?: boolean;
  /** Names the language, with `languageId`. */
  path?: string | undefined;
  languageId?: string | undefined;
  /** The place as its grammar reads it, where one is loaded. */
  code?: CodePlace | undefined;
}

/** Returns the draft, the draft with what must not be shown taken off, or null when nothing of it should be shown. */
export type Filter = (draft: Draft, context: FilterContext) => Draft | null;

/** The draft with another text; one that ends earlier than it did has no tail after the closers either. */
export const shortened = (draft: Draft, text: string): Draft =>
  text === draft.text ? draft : { text, over: 0, tail: '' };
