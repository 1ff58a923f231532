/** A conversation's place in the engine: opened when it is first needed, and anew where the model is another one. */
import type { EngineClient } from '../engine/client/client.ts';
import type { ModelInfo } from '../engine/protocol/index.ts';

/** The part of the engine client that chats. */
export type ChatEngine = Pick<
  EngineClient,
  'openChat' | 'closeChat' | 'chat' | 'weighChat' | 'readAhead' | 'countTokens'
>;

export interface EngineChatNeeds {
  engine: ChatEngine;
  /** The model for chat. @throws Error in words for the user. */
  model(): Promise<ModelInfo>;
  /** The engine's id of the workspace that the conversation belongs to. */
  workspace(): Promise<string>;
}

export interface OpenedChat {
  conversation: string;
  model: ModelInfo;
  /** The model's template takes tools. */
  tools: boolean;
  contextTokens: number;
}

export class EngineChat {
  readonly #needs: EngineChatNeeds;
  #opened: Promise<OpenedChat> | undefined;
  #key = '';

  constructor(needs: EngineChatNeeds) {
    this.#needs = needs;
  }

  /** @throws Error in words: no model can chat, the engine cannot be started, …. */
  async open(): Promise<OpenedChat> {
    const model = await this.#needs.model();
    const workspace = await this.#needs.workspace();
    const key = JSON.stringify([model.id, model.contextTokens, workspace]);
    if (this.#opened !== undefined && key === this.#key) return this.#opened;
    this.close();
    this.#key = key;
    const opened = this.#needs.engine
      .openChat({ model: model.id, workspace })
      .then((result): OpenedChat => ({ ...result, model }));
    this.#opened = opened;
    opened.catch(() => {
      if (this.#opened === opened) this.#opened = undefined;
    });
    return opened;
  }

  /** Its pages are held no longer than others. */
  close(): void {
    const opened = this.#opened;
    this.#opened = undefined;
    opened?.then(({ conversation }) => this.#needs.engine.closeChat(conversation)).catch(() => undefined);
  }
}
