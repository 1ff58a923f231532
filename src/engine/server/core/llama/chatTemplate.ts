/** Messages to prompt text, by the model's own chat template. */
import { Template } from '@huggingface/jinja';
import type { ChatMessage } from '../../../protocol/index.ts';
import { EngineFailure } from '../failure.ts';

export interface ChatTemplate {
  /** Jinja source out of the model file; null where it has none. */
  text: string | null;
  /** Spelling of the token that a sequence begins with; empty where the model wants none. */
  bos: string;
  eos: string;
  /** libllama's rendering of the templates that it knows by heart; undefined where it does not know this one. */
  native: (template: string, messages: readonly ChatMessage[]) => string | undefined;
}

/**
 * The template itself is rendered, since libllama only recognises some by a few of their words. Where Jinja does not
 * get through it, libllama's own rendering is used.
 * @returns text that begins with the beginning-of-sequence token where the model wants one; encode it as a template.
 * @throws EngineFailure `promptInvalid` when there is no template, or it refuses the messages.
 */
export function renderChat(template: ChatTemplate, messages: readonly ChatMessage[]): string {
  if (template.text === null) {
    throw new EngineFailure(
      'promptInvalid',
      'This model has no chat template, so it cannot chat. Choose a chat model.',
    );
  }
  if (messages.length === 0) throw new EngineFailure('promptInvalid', 'There is no message to answer.');
  const rendered = render(template, template.text, messages);
  return template.bos === '' || rendered.startsWith(template.bos) ? rendered : template.bos + rendered;
}

function render({ bos, eos, native }: ChatTemplate, text: string, messages: readonly ChatMessage[]): string {
  try {
    return new Template(text).render({
      messages: messages.map(({ role, content }) => ({ role, content })),
      add_generation_prompt: true,
      bos_token: bos,
      eos_token: eos,
      tools: null,
    });
  } catch (error) {
    const known = native(text, messages);
    if (known !== undefined) return known;
    // What a template says when it refuses is about the order of roles, never the messages' text.
    const detail = error instanceof Error ? error.message : String(error);
    throw new EngineFailure(
      'promptInvalid',
      "The model's chat template refuses these messages: many want user and assistant in turn, and no system message.",
      detail,
    );
  }
}
