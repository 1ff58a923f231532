/** What editor commands need of the chat. */
import type { ChatMessage } from '../../engine/protocol/index.ts';
import type { ContextSources, Resolved } from '../context/sources.ts';
import type { KeptAttachment } from '../conversation/entries.ts';

export interface Asking {
  sources: ContextSources;
  /** Shows the panel and sends `/command text` with what is attached. */
  ask(request: { command: string; attachments: KeptAttachment[]; text: string }): Promise<void>;
  /** Shows the panel and adds to the draft what was found; refusals are shown there. */
  attach(found: Resolved[]): Promise<void>;
  /** An answer by itself, outside of any conversation. @throws Error in words for the user. */
  generate(messages: ChatMessage[], maxTokens: number, signal: AbortSignal): Promise<string>;
  /** An answer without what the model thought aloud. */
  withoutReasoning(answer: string): string;
  /** Tells the user once what went wrong, in words. */
  report(error: unknown): void;
}
