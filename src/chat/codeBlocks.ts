/** Code blocks of answers: which one is meant, what it is about, and what became of it. */
import type { CodeBlock } from './apply/plan.ts';
import type { KeptAttachment, UserEntry } from './conversation/entries.ts';
import { fencedBlocks } from './markdown/split.ts';
import type { ChatSession } from './session.ts';
import type { CodeAction } from './view/protocol.ts';

/** Where a code block stands. */
export interface CodePlace {
  message: string;
  block: number;
  /** What was attached to the question that it answers, and to those before it, newest first: what it may be about. */
  attachments: KeptAttachment[];
}

export interface CodeOutcome {
  kind: 'applied' | 'undone' | 'refused' | 'review';
  words: string;
}

/** Does something with a code block. @returns what became of it, where that is to be kept. */
export type RunCode = (action: CodeAction, block: CodeBlock, place: CodePlace) => Promise<CodeOutcome | undefined>;

/** What a person does with the block of that index in a message; nothing where there is none. */
export async function actOnBlock(
  session: ChatSession,
  action: CodeAction,
  message: string,
  block: number,
  run: RunCode,
): Promise<void> {
  const entry = session.conversation.message(message);
  const fenced = entry && 'text' in entry ? fencedBlocks(entry.text)[block] : undefined;
  if (!fenced) return;
  const { code, language, file } = fenced;
  const found = { code, language, info: [language, file].join(' ').trim(), ...(file ? { path: file } : {}) };
  const attachments = session.conversation
    .path(message)
    .filter((one): one is UserEntry => one.type === 'user')
    .reverse()
    .flatMap((one) => one.attachments);
  const outcome = await run(action, found, { message, block, attachments });
  if (outcome === undefined) return;
  if (outcome.kind === 'review') session.blockIsReviewed(message, block, outcome.words);
  else session.blockBecame(message, block, outcome.kind, outcome.words);
}
