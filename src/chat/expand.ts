/** From what was written to what is asked: slash commands and prompt files, and things that were named by an `@`. */
import { expandPrompt, inputsOf, type PromptFile, type PromptValues } from './commands/promptFile.ts';
import { askedBy, commandNamed } from './commands/slashCommands.ts';
import { parseMessage } from './context/parse.ts';
import type { ContextSources, Resolved } from './context/sources.ts';
import type { KeptAttachment } from './conversation/entries.ts';
import type { Question } from './draft.ts';
import type { Expanded } from './outbox.ts';

export interface ExpandNeeds {
  sources: Pick<ContextSources, 'resolve' | 'take'>;
  promptNamed(name: string): PromptFile | undefined;
  promptValues(): Promise<PromptValues>;
  /** Files that a prompt file names: the repository's words, read as a tool would read them. */
  readPromptFile(path: string, signal: AbortSignal): Promise<Resolved>;
}

/** @returns the question with all that it names attached; or what the panel does; or why not, in words. */
export async function expand(question: Question, needs: ExpandNeeds, signal: AbortSignal): Promise<Expanded> {
  const { command, mentions } = parseMessage(question.text);
  const attachments = [...question.attachments];
  for (const { kind, value, guessed } of mentions) {
    // What is asked is what the project is searched for.
    const wanted = kind === 'codebase' && value === '' ? question.text.replace(/@codebase/g, '').trim() : value;
    const resolved = await needs.sources.resolve(kind, wanted, signal);
    const refused = take(resolved, attachments);
    if (refused !== undefined && !guessed) return { refused };
  }
  if (command === null) return { question: { ...question, attachments } };
  const known = commandNamed(command.name);
  if (known?.ask === null) return { action: known.name === 'compact' ? 'compact' : 'new' };
  if (known) {
    // What the person attached is what the command is about.
    if (known.takes !== null && attachments.length === 0) {
      const refused = take(await needs.sources.take(known.takes, signal), attachments);
      if (refused !== undefined && attachments.length === 0) return { refused };
    }
    return { question: { ...question, attachments, asked: askedBy(known, command.rest) } };
  }
  const prompt = needs.promptNamed(command.name);
  // A path, or a command that is none: words like others.
  if (!prompt) return { question: { ...question, attachments } };
  const { inputs, rest } = inputsOf(prompt, command.rest);
  const { asked, missing } = expandPrompt(prompt, { ...(await needs.promptValues()), inputs }, rest);
  if (missing.length > 0) {
    const example = missing.map((name) => `${name}="…"`).join(' ');
    return { refused: `/${prompt.name} needs ${missing.join(', ')}: write /${prompt.name} ${example}` };
  }
  for (const file of prompt.files) {
    const refused = take([await needs.readPromptFile(file, signal)], attachments);
    if (refused !== undefined) return { refused };
  }
  return { question: { ...question, attachments, asked } };
}

/** Takes in what was found. @returns what was refused, in words. */
function take(resolved: readonly Resolved[], attachments: KeptAttachment[]): string | undefined {
  const refused: string[] = [];
  for (const { attachment, refused: why } of resolved) {
    if (why !== undefined) refused.push(why);
    else if (!attachments.some(({ label, kind }) => label === attachment.label && kind === attachment.kind))
      attachments.push(attachment);
  }
  return refused.length > 0 ? refused.join(' ') : undefined;
}
