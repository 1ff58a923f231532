/** The commands that begin a message: what each takes by itself, and what it makes of it. Short, for small models. */
import type { Taken } from '../context/sources.ts';
import type { CommandShown } from '../view/protocol.ts';

export interface SlashCommand extends CommandShown {
  /** What it takes by itself where nothing is attached; null: nothing. */
  takes: Taken | null;
  /** What the model is asked, the person's words last; null: the panel does it, and no model is asked. */
  ask: string | null;
}

export const SLASH_COMMANDS: readonly SlashCommand[] = [
  {
    name: 'explain',
    description: 'Say what code does',
    takes: 'code',
    ask: 'Explain the code above: first in one sentence what it is for, then how it works, step by step. Name what could surprise. Do not repeat the code.',
  },
  {
    name: 'fix',
    description: 'Fix the problems in code',
    takes: 'problems',
    ask: 'Fix the problems listed above in the code above. Say the cause in one sentence. Then give the corrected code, whole, in one code block, and change nothing else.',
  },
  {
    name: 'tests',
    description: 'Write tests for code',
    takes: 'code',
    ask: 'Write tests for the code above with the test framework that the project uses. Cover the usual case, the edges and the errors. Give one code block with whole, runnable tests, and no explanation.',
  },
  {
    name: 'doc',
    description: 'Write the comment that documents code',
    takes: 'code',
    ask: 'Write the documentation comment for the code above, in the style of its language: what it does, parameters, result, errors. Give the code with the comment in one code block, and change no code.',
  },
  {
    name: 'review',
    description: 'Look for faults in the changes',
    takes: 'diff',
    ask: 'Review the changes above. List only real faults: bugs, lost cases, unsafe code. For each: file and line, what goes wrong and when, and the fix. The worst first. If there is none, say so in one sentence.',
  },
  {
    name: 'commit',
    description: 'Write the commit message for the changes',
    takes: 'diff',
    ask: 'Write the commit message for the changes above: one line of at most 72 characters in the imperative, without a period. Where the reason is not plain, an empty line and one short paragraph. Only the message.',
  },
  { name: 'new', description: 'Begin a new conversation', takes: null, ask: null },
  { name: 'compact', description: 'Tell the model the older part in short', takes: null, ask: null },
];

export const commandNamed = (name: string): SlashCommand | undefined =>
  SLASH_COMMANDS.find((command) => command.name === name.toLowerCase());

/** What the model is given in the place of the message. @param rest what the person wrote behind the command. */
export function askedBy({ ask }: SlashCommand, rest: string): string {
  const words = rest.trim();
  return words === '' ? (ask ?? '') : `${ask ?? ''}\n\n${words}`;
}
