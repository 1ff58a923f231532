/** Quire's chat model in the editor's own list of models: its chat, and other extensions, can ask it. */
import * as vscode from 'vscode';
import type { CountTokensParams, CountTokensResult, ModelInfo } from '../../engine/protocol/index.ts';
import { type AnswerNeeds, type AnswerUsage, answer, outputTokens } from './answer.ts';
import { messagesOf, toolsOf } from './messages.ts';

export interface ProviderNeeds extends AnswerNeeds {
  engine: AnswerNeeds['engine'] & { countTokens(params: CountTokensParams): Promise<CountTokensResult> };
  /** The open chat model; undefined while there is none. */
  model(): ModelInfo | undefined;
  /** It is opened where it is not. @throws Error in words. */
  ready(): Promise<ModelInfo>;
  /** The engine's id of the workspace that chats belong to. */
  workspace(): Promise<string>;
  /** Lets the user choose a chat model. */
  choose(): Promise<void>;
}

/** A model that takes longer to open is told of when it is there: nothing in the editor waits for it. */
const PATIENCE_MS = 3_000;
/** What the editor's meter of the context reads: https://github.com/microsoft/vscode/pull/315394. */
const USAGE = 'usage';

export class ChatModelProvider implements vscode.LanguageModelChatProvider {
  readonly #needs: ProviderNeeds;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeLanguageModelChatInformation = this.#changed.event;
  #told: string | undefined;

  constructor(needs: ProviderNeeds) {
    this.#needs = needs;
  }

  /** Another model may be chosen, or the engine another one. */
  changed(): void {
    this.#needs.conversations.clear();
    this.#changed.fire();
  }

  async provideLanguageModelChatInformation({
    silent,
  }: vscode.PrepareLanguageModelChatModelOptions): Promise<vscode.LanguageModelChatInformation[]> {
    let opening = this.#needs.ready();
    if (!silent && !this.#needs.model()) {
      const opened = await opening.then(
        () => true,
        () => false,
      );
      if (!opened) {
        await this.#needs.choose();
        opening = this.#needs.ready();
      }
    }
    try {
      const described = opening.then((info) => this.#describe(info));
      const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS, undefined));
      const found = await Promise.race([described, late]);
      if (!found) {
        described.then(
          () => this.#changed.fire(),
          () => undefined,
        );
        return [];
      }
      this.#told = found.id;
      return [found];
    } catch {
      return []; // none is chosen, or none that can chat: the log says why, and asking silently shows nothing
    }
  }

  async provideLanguageModelChatResponse(
    _model: vscode.LanguageModelChatInformation,
    messages: readonly vscode.LanguageModelChatRequestMessage[],
    { tools = [], toolMode }: vscode.ProvideLanguageModelChatResponseOptions,
    progress: vscode.Progress<vscode.LanguageModelResponsePart>,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const model = await this.#needs.ready();
    const abort = abortOf(token);
    let calls = 0;
    const usage = await answer(
      this.#needs,
      {
        model,
        workspace: await this.#needs.workspace(),
        messages: messagesOf(messages),
        tools: toolsOf(tools),
        mustCall: tools.length > 0 && toolMode === vscode.LanguageModelChatToolMode.Required,
        maxTokens: outputTokens(model.contextTokens),
        signal: abort,
      },
      {
        text: (text) => progress.report(new vscode.LanguageModelTextPart(text)),
        reasoning: (text) => {
          const part = thinkingPart(text);
          if (part) progress.report(part);
        },
        call: ({ name, arguments: input }) =>
          progress.report(new vscode.LanguageModelToolCallPart(`quire-${Date.now()}-${calls++}`, name, input)),
      },
    );
    if (!abort.aborted) progress.report(usagePart(usage));
  }

  /** Of a text its own tokens; of a message those of the prompt that it alone makes, which is a little more than it adds. */
  async provideTokenCount(
    _model: vscode.LanguageModelChatInformation,
    text: string | vscode.LanguageModelChatRequestMessage,
  ): Promise<number> {
    const { id: model } = await this.#needs.ready();
    if (typeof text === 'string') {
      return (await this.#needs.engine.countTokens({ model, texts: [text] })).texts[0] ?? 0;
    }
    const messages = messagesOf([text]);
    try {
      const { conversations } = await this.#needs.engine.countTokens({ model, conversations: [{ messages }] });
      return conversations[0] ?? 0;
    } catch {
      // A template may refuse a message that stands alone.
      const texts = messages.map((message) => JSON.stringify(message));
      return (await this.#needs.engine.countTokens({ model, texts })).texts.reduce((sum, count) => sum + count, 0);
    }
  }

  dispose(): void {
    this.#needs.conversations.clear();
    this.#changed.dispose();
  }

  /** The model that the editor was told of last. */
  get told(): string | undefined {
    return this.#told;
  }

  async #describe(info: ModelInfo): Promise<vscode.LanguageModelChatInformation> {
    const where = { model: info.id, workspace: await this.#needs.workspace() };
    const conversation = await this.#needs.conversations.take(where, [], []);
    this.#needs.conversations.release(conversation);
    const { contextTokens, tools } = conversation;
    const maxOutputTokens = outputTokens(contextTokens);
    return {
      id: info.id,
      name: info.name,
      family: info.architecture,
      version: '1',
      tooltip: `${info.name}, on this machine (${info.device}). Nothing leaves it.`,
      detail: 'Quire',
      maxInputTokens: contextTokens - maxOutputTokens,
      maxOutputTokens,
      capabilities: { toolCalling: tools, imageInput: false },
    };
  }
}

function abortOf(token: vscode.CancellationToken): AbortSignal {
  const abort = new AbortController();
  if (token.isCancellationRequested) abort.abort();
  token.onCancellationRequested(() => abort.abort());
  return abort.signal;
}

/** A proposal of the editor's; where it has none, what was thought is not shown. */
function thinkingPart(text: string): vscode.LanguageModelTextPart | undefined {
  const known = vscode as unknown as { LanguageModelThinkingPart?: new (text: string) => vscode.LanguageModelTextPart };
  return known.LanguageModelThinkingPart && new known.LanguageModelThinkingPart(text);
}

function usagePart({ promptTokens, cachedTokens, generatedTokens }: AnswerUsage): vscode.LanguageModelDataPart {
  return vscode.LanguageModelDataPart.json(
    {
      prompt_tokens: promptTokens,
      completion_tokens: generatedTokens,
      total_tokens: promptTokens + generatedTokens,
      prompt_tokens_details: { cached_tokens: cachedTokens },
    },
    USAGE,
  );
}
