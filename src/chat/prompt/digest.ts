/**
 * Turns in short, without a model: what the person wrote stays word for word, what was attached is named, answers are reduced
 * to what they begin with and the code that they gave. A turn is always told alike, so that the next digest begins as this one.
 */
import type { AssistantEntry, MessageEntry, UserEntry } from '../conversation/entries.ts';
import { shortenedTo } from './messages.ts';

/** Of characters. A longer question is most often pasted text. */
const LONGEST_QUESTION = { head: 800, tail: 200 };
const LONGEST_PARAGRAPH = 300;
const LONGEST_RESULT = 160;
const MOST_NAMES = 8;

/** A user's message and what follows it, up to the next one. */
export type Turn = readonly MessageEntry[];

/** Entries before the first question are a turn of their own; asides belong to the turn that they stand in. */
export function turnsOf(messages: readonly MessageEntry[]): Turn[] {
  const turns: MessageEntry[][] = [];
  for (const message of messages) {
    if (message.type === 'user' || turns.length === 0) turns.push([message]);
    else turns.at(-1)!.push(message);
  }
  return turns;
}

/** @param whole its answers are told whole. */
export function digestOf(turn: Turn, whole: boolean): string {
  return turn
    .flatMap((entry) => {
      switch (entry.type) {
        case 'user':
          return questionInShort(entry);
        case 'assistant':
          return answerInShort(entry, whole);
        case 'tool':
          return entry.name === ''
            ? []
            : [`Result of ${entry.name}: ${oneLine(shortenedTo(LONGEST_RESULT, entry.text))}`];
        default:
          return [];
      }
    })
    .join('\n');
}

function questionInShort({ text, asked, attachments }: UserEntry): string[] {
  const { head, tail } = LONGEST_QUESTION;
  const question = asked ?? text;
  const left = question.length - head - tail;
  const told =
    left <= 0
      ? question
      : `${question.slice(0, head).toWellFormed()}\n[… ${left} characters are left out …]\n${question.slice(-tail).toWellFormed()}`;
  const names = namesOf(attachments.filter(({ kind }) => kind !== 'memory').map(({ label }) => label));
  return names === '' ? [`User: ${told}`] : [`User: ${told}`, `(attached then, not shown any more: ${names})`];
}

function answerInShort({ text, calls = [] }: AssistantEntry, whole: boolean): string[] {
  const asked = calls.map(({ name }) => `(asked for ${name})`);
  if (text.trim() === '') return asked;
  if (whole) return [`Assistant: ${text.trim()}`, ...asked];
  const { prose, files, blocks } = partsOf(text);
  const paragraph = shortenedTo(
    LONGEST_PARAGRAPH,
    oneLine(/\S[\s\S]*?(?=\n[ \t]*\n|$(?![\s\S]))/.exec(prose)?.[0] ?? ''),
  );
  const names = namesOf(files);
  const code = names === '' ? `(gave ${blocks} code block${blocks === 1 ? '' : 's'})` : `(gave code of: ${names})`;
  return [`Assistant: ${paragraph}${blocks === 0 ? '' : ` ${code}`}`.trimEnd(), ...asked];
}

/** What stands outside of fences, and which files the fenced blocks name. */
function partsOf(text: string): { prose: string; files: string[]; blocks: number } {
  const [prose, files]: [string[], Set<string>] = [[], new Set()];
  let fence: string | undefined;
  let blocks = 0;
  for (const line of text.split('\n')) {
    const [, run, info] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (fence === undefined && run !== undefined) {
      fence = run;
      blocks++;
      const name = /^\S+\s+(\S.*)$/.exec(info!.trim())?.[1];
      if (name) files.add(name);
      // A block ends a paragraph.
      prose.push('');
    } else if (fence !== undefined && run?.startsWith(fence) && info!.trim() === '') fence = undefined;
    else if (fence === undefined) prose.push(line);
  }
  return { prose: prose.join('\n'), files: [...files], blocks };
}

function namesOf(names: readonly string[]): string {
  const shown = [...new Set(names.map(oneLine))];
  const more = shown.length - MOST_NAMES;
  return shown.slice(0, MOST_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
