/** What `@quire` in the editor's own chat says to the model: its commands in words, what was before, what is attached. */
import type { ChatMessage } from '../../engine/protocol/index.ts';
import { cutToTokens } from '../tools/cut.ts';

export interface PastTurn {
  role: 'user' | 'assistant';
  text: string;
  command?: string | undefined;
}

/** What a reference of the request comes to: a text, or why it is not given. */
export type Attachment = { label: string; text: string } | { label: string; refused: string };

const SYSTEM = 'You are Quire, a coding assistant. Answer briefly. Put code in fenced blocks that name their language.';

/** What each command asks for. */
export const COMMANDS: Record<string, string> = {
  explain: 'Explain what this code does, step by step, in few words.',
  fix: 'Find what is wrong with this code, say it in a sentence, and give the corrected code.',
  tests: 'Write tests for this code, in the test framework that the project uses.',
  doc: 'Write the documentation comment for this code, in the style of its language.',
  review: 'Review this code: name bugs and risks first, with their lines; say nothing of what is well.',
};

/** Share of the context that what is attached may take together. */
const ATTACHED_SHARE = 0.45;

export const askedOf = (text: string, command: string | undefined): string => {
  const words = command === undefined ? undefined : COMMANDS[command];
  return [words, text.trim()].filter(Boolean).join('\n\n');
};

/**
 * @param count exact tokens of a text.
 * @returns the messages, and what has to be said to the user: what was refused, or left out.
 */
export async function promptOf(
  request: {
    text: string;
    command?: string | undefined;
    attachments: readonly Attachment[];
    /** What was recalled for it, quoted as the panel does. */
    recalled?: string | undefined;
  },
  history: readonly PastTurn[],
  contextTokens: number,
  count: (text: string) => Promise<number>,
): Promise<{ messages: ChatMessage[]; notes: string[] }> {
  const notes: string[] = [];
  const parts: string[] = [];
  let room = Math.floor(ATTACHED_SHARE * contextTokens);
  for (const attachment of request.attachments) {
    if ('refused' in attachment) {
      notes.push(attachment.refused);
      continue;
    }
    const head = `${attachment.label}:\n`;
    const fence = '`'.repeat(Math.max(3, ...[...attachment.text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
    const { text, leftOut } = await cutToTokens(attachment.text, Math.max(0, room - 16), count);
    if (leftOut > 0) notes.push(`${attachment.label} does not fit whole: its last ${leftOut} lines were left out.`);
    const part = `${head}${fence}\n${text}\n${fence}`;
    room -= await count(part);
    parts.push(part);
  }
  const asked = [...parts, request.recalled, askedOf(request.text, request.command)].filter(Boolean).join('\n\n');
  const messages: ChatMessage[] = [{ role: 'system', content: SYSTEM }];
  for (const { role, text, command } of history) {
    const content = role === 'user' ? askedOf(text, command) : text;
    if (content.trim() !== '') messages.push({ role, content });
  }
  messages.push({ role: 'user', content: asked === '' ? 'Hello.' : asked });
  return { messages, notes };
}
