/** What a terminal showed, as a text: without escapes, and with what was overwritten gone. */
import { stripVTControlCharacters } from 'node:util';

/** Lines of a command's output that are attached: the last ones, where errors are. */
export const MOST_LINES = 200;
/** Characters of output that are kept of a command while it runs. */
export const MOST_KEPT = 256 * 1024;

/** Commands to the terminal itself with a text inside (titles, links, shell integration), up to their end. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const WITH_TEXT = /(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: likewise, all that are neither tabs nor ends of lines.
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** @param raw as the shell wrote it. */
export function plainText(raw: string): string {
  const text = stripVTControlCharacters(raw.replace(WITH_TEXT, ''));
  return text
    .replace(/\r+\n/g, '\n')
    .split('\n')
    .map(lineOf)
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** A carriage return writes over the line, as progress does; a backspace over a letter. */
function lineOf(line: string): string {
  let shown = '';
  for (const part of line.split('\r')) if (part !== '') shown = part + shown.slice(part.length);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: backspace.
  for (let before = ''; before !== shown; ) [before, shown] = [shown, shown.replace(/[^\x08]\x08/, '')];
  return shown.replace(CONTROL, '').trimEnd();
}

/** The last lines, and how many were before them. */
export function lastLines(text: string, most = MOST_LINES): { text: string; left: number } {
  const lines = text.split('\n');
  const left = Math.max(0, lines.length - most);
  return { text: lines.slice(left).join('\n'), left };
}

export interface RanCommand {
  command: string;
  /** What the editor told of its output; it begins with the shell's mark where it told anything. */
  raw: string;
  exitCode?: number;
  ended: boolean;
}

/** A command with its output, and how it ended. `cut`: what was left out of it, in words. */
export function commandText({ command, raw, exitCode, ended }: RanCommand): { text: string; cut?: string } {
  // Of a command that ends at once the editor may tell nothing; one that writes nothing has at least its mark.
  const isUnknown = raw === '' && ended;
  const output = isUnknown ? { text: '[output not known]' } : lastOf(plainText(raw));
  const end = ended ? (exitCode === undefined ? 'ended' : `exit code ${exitCode}`) : 'still running';
  return {
    ...output,
    text: [`$ ${command}`, ...(output.text === '' ? [] : [output.text]), `[${end}]`].join('\n'),
    ...(isUnknown
      ? {
          cut: 'without its output, which the editor did not tell: select it in the terminal, and attach @terminal:selection',
        }
      : {}),
  };
}

/** The last lines of a text, and in words what was before them. */
export function lastOf(all: string): { text: string; cut?: string } {
  const { text, left } = lastLines(all);
  return { text, ...(left > 0 ? { cut: `the last ${MOST_LINES} lines, without the ${left} before them` } : {}) };
}
