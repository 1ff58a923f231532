/** Which model answers, as the panel shows it, and the way to one where there is none. */
import type { ModelInfo } from '../engine/protocol/index.ts';
import type { HostModels } from '../host.ts';
import type { DownloadShown, ModelShown } from './view/protocol.ts';

export class ChatModels {
  readonly #models: HostModels;
  readonly #changed: () => void;
  #opening: Promise<ModelInfo> | undefined;
  #why: string | undefined;
  #download: { abort: AbortController; shown: DownloadShown } | undefined;

  /** @param changed is called when {@link shown} is to be asked again. */
  constructor(models: HostModels, changed: () => void) {
    this.#models = models;
    this.#changed = changed;
  }

  /** The model for chat, which is opened when it is first asked for. @throws Error in words. */
  async ready(): Promise<ModelInfo> {
    const open = this.#models.info('chat');
    if (open) return open;
    this.#opening ??= this.#open();
    return this.#opening;
  }

  get shown(): ModelShown {
    const model = this.#models.info('chat');
    if (model) {
      const { name, device, contextTokens, parameters } = model;
      return { kind: 'ready', name, device, contextTokens, billions: parameters / 1e9 };
    }
    if (this.#why === undefined) return { kind: 'opening' };
    const choices = this.#models.offers('chat');
    return {
      kind: 'none',
      why: this.#why,
      choices,
      ...(this.#download ? { download: this.#download.shown } : {}),
    };
  }

  /** There is none, as far as is known. */
  get missing(): boolean {
    return this.#models.info('chat') === undefined && this.#why !== undefined;
  }

  /** The settings name another, or the engine has opened it again. */
  changed(): void {
    this.#opening = undefined;
    if (this.#models.info('chat')) this.#why = undefined;
    this.#changed();
  }

  /** Downloads an offered one, once the user has agreed, and uses it. @throws Error in words. */
  async download(id: string): Promise<void> {
    if (this.#download) return;
    const title = this.#models.offers('chat').find((offer) => offer.id === id)?.title ?? id;
    const abort = new AbortController();
    const show = (share: number, words: string): void => {
      this.#download = { abort, shown: { title, share, words } };
      this.#changed();
    };
    try {
      await this.#models.download('chat', id, { signal: abort.signal, onProgress: show });
    } finally {
      this.#download = undefined;
      this.#changed();
    }
  }

  cancelDownload(): void {
    this.#download?.abort.abort();
  }

  async #open(): Promise<ModelInfo> {
    try {
      const model = await this.#models.ready('chat');
      this.#why = undefined;
      return model;
    } catch (error) {
      this.#why = error instanceof Error ? error.message : String(error);
      throw error;
    } finally {
      this.#opening = undefined;
      this.#changed();
    }
  }
}
