/** A conversation as Markdown for people: the branch that is shown, what was attached by name, no reasoning. */
import type { AssistantEntry, MessageEntry, UserEntry } from './entries.ts';
import type { Conversation } from './tree.ts';

export function markdownOf(conversation: Conversation): string {
  const parts = [`# ${escaped(conversation.title)}`, `Begun ${minuteOf(conversation.begun)}.`];
  if (conversation.unread > 0) parts.push(`*${linesOf(conversation.unread)} of this conversation could not be read.*`);
  for (const message of conversation.path()) parts.push(...partsOf(message, conversation));
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function partsOf(message: MessageEntry, conversation: Conversation): string[] {
  switch (message.type) {
    case 'user':
      return ['## You', attachmentsOf(message), closed(message.text)];
    case 'assistant':
      return [`## ${message.usage ? escaped(message.usage.model) : 'Assistant'}`, ...answerOf(message, conversation)];
    case 'tool':
      return message.words === undefined ? [] : [`> ${message.words}`];
    case 'compaction':
      return [conversation.isUndone(message.id) ? '' : '*From here on, the model is told what is above in short.*'];
    case 'note':
      return [message.text.replace(/^/gm, '> ')];
    case 'without':
      return [`*Answered once more without the memory “${escaped(message.memory.title)}”.*`];
  }
}

function answerOf(answer: AssistantEntry, conversation: Conversation): string[] {
  const blocks = Object.entries(conversation.blocks(answer.id));
  const outcome = blocks.map(([block, { words }]) => `- Code block ${Number(block) + 1}: ${escaped(words)}`).join('\n');
  const end = {
    whole: '',
    stopped: '*Stopped here.*',
    failed: `*Failed: ${escaped(answer.error ?? 'for an unknown reason')}*`,
  };
  return [closed(answer.text), outcome, end[answer.state]];
}

const attachmentsOf = ({ attachments }: UserEntry): string =>
  attachments.map(({ label, cut }) => `- Attached: ${code(label)}${cut ? ` (${escaped(cut)})` : ''}`).join('\n');

/** A fence that an answer left open is closed, so that it does not take in what follows. */
function closed(text: string): string {
  const fence = openFence(text);
  const body = text.trimEnd();
  return fence === undefined ? body : `${body}\n${fence}`;
}

/** The fence that is open at the end of a text of Markdown; undefined: none (CommonMark 4.5). */
export function openFence(text: string): string | undefined {
  let open: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [, fence, info] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (fence === undefined) continue;
    if (open === undefined) {
      if (fence[0] === '~' || !info!.includes('`')) open = fence;
    } else if (fence[0] === open[0] && fence.length >= open.length && info!.trim() === '') open = undefined;
  }
  return open;
}

const minuteOf = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
const linesOf = (count: number): string => (count === 1 ? 'One line' : `${count} lines`);
const escaped = (text: string): string => text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>#|]/g, '\\$&');

/** As inline code of Markdown, with a fence longer than any run of backticks in it. */
export function code(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  const fence = '`'.repeat(1 + Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length)));
  return fence.length === 1 ? `\`${line}\`` : `${fence} ${line} ${fence}`;
}
