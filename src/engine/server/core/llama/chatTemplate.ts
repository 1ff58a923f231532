/** Messages to prompt text, by the model's own chat template. */
import type { ChatMessage, ChatTool } from '../../../protocol/index.ts';
import { EngineFailure } from '../failure.ts';
import type { NativeFunctions } from './functions.ts';
import type { Pointer } from './structs.ts';
import { TemplateRenderer, TemplateUnbounded } from './templateRenderer.ts';
import type { LlamaTokenizer } from './tokenizer.ts';

export interface TemplateSource {
  /** Jinja source out of the model file; null where it has none. */
  text: string | null;
  /** Spelling of the token that a sequence begins with; empty where the model wants none. */
  bos: string;
  eos: string;
  /** libllama's rendering of the templates that it knows by heart; undefined where it does not know this one. */
  native: (template: string, messages: readonly { role: string; content: string }[]) => string | undefined;
}

const shared = new TemplateRenderer();
/** A tool that no template spells by itself. */
const PROBE: ChatTool = { name: 'quire_probe', description: '', parameters: { type: 'object', properties: {} } };

export class ChatTemplate {
  readonly #source: TemplateSource;
  readonly #renderer: TemplateRenderer;
  #takesTools: Promise<boolean> | undefined;

  constructor(source: TemplateSource, renderer = shared) {
    this.#source = source;
    this.#renderer = renderer;
  }

  /** The template, Jinja; null where the model has none. */
  get text(): string | null {
    return this.#source.text;
  }

  /** True when tools that are given come to stand in the prompt: the only sure sign that the model was trained for them. */
  takesTools(): Promise<boolean> {
    this.#takesTools ??= this.#probe();
    return this.#takesTools;
  }

  /**
   * The template itself is rendered, since libllama only recognises some by a few of their words. Where Jinja does not
   * get through it, libllama's own rendering is used.
   * @returns text that begins with the beginning-of-sequence token where the model wants one, and ends where the
   * assistant's answer begins; encode it as a template.
   * @throws EngineFailure `promptInvalid` when there is no template, it takes no tools, it refuses the messages, or does
   * not come to an end.
   */
  async render(messages: readonly ChatMessage[], tools: readonly ChatTool[] = []): Promise<string> {
    const { text, bos } = this.#source;
    if (text === null) throw invalid('This model has no chat template, so it cannot chat. Choose a chat model.');
    if (messages.length === 0) throw invalid('There is no message to answer.');
    if (tools.length > 0 && !(await this.takesTools())) {
      throw invalid(
        "This model's chat template takes no tools. Ask without tools, or choose a model that was trained for them.",
      );
    }
    const rendered = await this.#render(text, messages, tools);
    return bos === '' || rendered.startsWith(bos) ? rendered : bos + rendered;
  }

  async #render(text: string, messages: readonly ChatMessage[], tools: readonly ChatTool[]): Promise<string> {
    const { native } = this.#source;
    try {
      return await this.#jinja(text, messages, tools);
    } catch (error) {
      if (error instanceof TemplateUnbounded) {
        throw invalid(`The model's chat template ${error.message}. Choose another model.`);
      }
      const plain = messages.flatMap(({ role, content }) => (role === 'tool' ? [] : { role, content }));
      const known = tools.length === 0 && plain.length === messages.length ? native(text, plain) : undefined;
      if (known !== undefined) return known;
      throw invalid(
        "The model's chat template refuses these messages: many want user and assistant in turn, and no system message.",
        // What a template says when it refuses is about the order of roles, never the messages' text.
        error instanceof Error ? error.message : String(error),
      );
    }
  }

  #jinja(text: string, messages: readonly ChatMessage[], tools: readonly ChatTool[]): Promise<string> {
    const { bos, eos } = this.#source;
    return this.#renderer.render(text, {
      messages: messages.map(messageOf),
      add_generation_prompt: true,
      bos_token: bos,
      eos_token: eos,
      tools: tools.length === 0 ? null : tools.map((tool) => ({ type: 'function', function: { ...tool } })),
    });
  }

  async #probe(): Promise<boolean> {
    const { text } = this.#source;
    if (text === null || !text.includes('tools')) return false;
    try {
      return (await this.#jinja(text, [{ role: 'user', content: 'x' }], [PROBE])).includes(PROBE.name);
    } catch {
      return false;
    }
  }
}

/** The template of an open model. */
export function readChatTemplate(functions: NativeFunctions, model: Pointer, tokenizer: LlamaTokenizer): ChatTemplate {
  const vocab = functions.llama_model_get_vocab(model);
  const spelling = (token: number): string => (token < 0 ? '' : functions.llama_vocab_get_text(vocab, token));
  return new ChatTemplate({
    text: functions.llama_model_chat_template(model, null),
    bos: spelling(tokenizer.special('bos') ?? -1),
    eos: spelling(functions.llama_vocab_eos(vocab)),
    native: (template, messages) => {
      const apply = (buffer: Uint8Array | null): number =>
        functions.llama_chat_apply_template(template, messages, messages.length, true, buffer, buffer?.length ?? 0);
      const length = apply(null);
      if (length < 0) return undefined;
      const buffer = Buffer.alloc(length + 1);
      apply(buffer);
      return buffer.toString('utf8', 0, length);
    },
  });
}

/** In the form that templates expect: https://huggingface.co/docs/transformers/chat_extras */
function messageOf(message: ChatMessage): Record<string, unknown> {
  const { role, content } = message;
  if (message.role === 'tool') return { role, content, name: message.name, tool_call_id: message.toolCallId };
  if (!message.toolCalls?.length) return { role, content };
  const calls = message.toolCalls.map(({ id, name, arguments: args }) => ({
    id,
    type: 'function',
    function: { name, arguments: args },
  }));
  return { role, content, tool_calls: calls };
}

const invalid = (message: string, detail?: string): EngineFailure =>
  new EngineFailure('promptInvalid', message, detail);
