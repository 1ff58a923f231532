/**
 * From a branch to the messages that a model is given. The same entries give the same messages for ever, and what is appended
 * only adds to their end, so that what was read is not read again; a compaction is the one thing that changes their middle.
 *
 *     system | [in short: …] attachment … attachment question | answer | attachment question | call | result | answer | …
 *
 * A call stands there as the model wrote it, and its result as a message of the user: whatever a template makes of calls and
 * results, these are the tokens that are in the cache, and every template has room for them.
 *
 * What a model thought is not among them. Who makes such models says to leave it out of earlier turns, their templates strip
 * it, and where one does not it fills a small context with what helps no more.
 */
import type { ChatMessage } from '../../engine/protocol/index.ts';
import type { AssistantEntry, KeptAttachment, MessageEntry, ToolEntry, UserEntry } from '../conversation/entries.ts';
import type { Branch } from '../conversation/tree.ts';
import { asGiven } from '../memory.ts';

/** Takes the place of an answer that was stopped before its first word: templates want speakers in turn, and words of each. */
const NO_ANSWER = '(no answer)';
/** Takes the place of a question whose line was lost. */
const NO_QUESTION = '(the question is lost)';

/** @param system the prompt of {@link systemPrompt}, or what the person set in its place; empty: none. */
export function messagesOf(branch: Branch, system: string): ChatMessage[] {
  const { compaction } = branch;
  const told = toldOf(branch);
  const compactedAt = compaction ? told.indexOf(compaction) : -1;
  const messages: ChatMessage[] = system === '' ? [] : [{ role: 'system', content: system }];
  let inShort = compaction?.text;
  for (const [at, entry] of told.entries()) {
    const before = messages.at(-1)?.role;
    switch (entry.type) {
      case 'user': {
        if (before === 'user') messages.push({ role: 'assistant', content: NO_ANSWER });
        const content = inShort === undefined ? questionOf(entry) : `${inShort}\n\n${questionOf(entry)}`;
        messages.push({ role: 'user', content });
        inShort = undefined;
        break;
      }
      case 'assistant':
        if (before === undefined || before === 'system') {
          messages.push({ role: 'user', content: inShort ?? NO_QUESTION });
          inShort = undefined;
        }
        messages.push({ role: 'assistant', content: answerOf(entry) });
        break;
      case 'tool': {
        const limit = at < compactedAt ? compaction?.resultCharacters : undefined;
        if (before === 'user') messages.push({ role: 'assistant', content: NO_ANSWER });
        messages.push({ role: 'user', content: resultOf(entry, limit) });
        break;
      }
    }
  }
  if (inShort !== undefined) messages.push({ role: 'user', content: inShort });
  return messages;
}

/** Entries of a branch that are told as they were, with asides among them. */
export function toldOf({ messages, compaction }: Branch): readonly MessageEntry[] {
  const given = asGiven(messages);
  if (!compaction) return given;
  const first = given.findIndex(({ id }) => id === compaction.keepsFrom);
  return given.slice(first < 0 ? given.indexOf(compaction) + 1 : first);
}

/** A question as the model is given it: what is attached first, so that other chats share its pages. */
export function questionOf({ attachments, asked, text }: UserEntry): string {
  return [...attachments.map(attachmentText), asked ?? text].join('\n\n');
}

/** One attachment as the model is given it: a fenced block that names it, and what was left out of it. */
export function attachmentText({ kind, label, lines, language, text, cut }: KeptAttachment): string {
  // Recalled text has a frame of its own.
  if (kind === 'memory') return text;
  const fence = '`'.repeat(Math.max(3, 1 + longestRun(text)));
  const named = lines ? labelled(label, lines) : label;
  const info = `${language ?? 'text'} ${named}`.replace(/[\s`]+/g, ' ');
  const block = `${fence}${info}\n${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${fence}`;
  return cut ? `${block}\n(${cut})` : block;
}

/** A label that names these lines, whichever it named before: `src/a.ts:10-20`. */
export const labelled = (label: string, [from, to]: [number, number]): string =>
  `${label.replace(/:\d+(?:-\d+)?$/, '')}:${from === to ? from : `${from}-${to}`}`;

/** The beginning of a text, and in words how much of it is missing. */
export function shortenedTo(limit: number, text: string): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit).toWellFormed()}\n[… ${text.length - limit} more characters are left out]`;
}

function answerOf({ text, raw = text }: AssistantEntry): string {
  return raw.trim() === '' ? NO_ANSWER : raw;
}

/** What a tool gave, as the model is told it. */
export const toolResult = (name: string, text: string): string => (name === '' ? text : `Result of ${name}:\n${text}`);

function resultOf({ name, text, cut }: ToolEntry, limit = Number.POSITIVE_INFINITY): string {
  const result = toolResult(name, shortenedTo(limit, text));
  return cut ? `${result}\n(${cut})` : result;
}

const longestRun = (text: string): number => Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
