/** Which model answers, as the panel shows it, and the way to one where there is none. */
import type { ModelInfo } from '../engine/protocol/index.ts';
import type { HostModels } from '../host.ts';
import { wordsOf } from './errorWords.ts';
import type { DownloadShown, ModelShown } from './view/protocol.ts';

export class ChatModels {
  readonly #models: HostModels;
  readonly #changed: () => void;
  #download: { abort: AbortController; shown: DownloadShown } | undefined;

  /** @param changed is called when {@link shown} is to be asked again. */
  constructor(models: HostModels, changed: () => void) {
    this.#models = models;
    this.#changed = changed;
  }

  /** The model for chat, which is opened when it is first asked for. @throws Error in words. */
  async ready(): Promise<ModelInfo> {
    return this.#models.info('chat') ?? this.#models.ready('chat');
  }

  get shown(): ModelShown {
    const model = this.#models.info('chat');
    if (model) {
      const { name, device, contextTokens, parameters } = model;
      return { kind: 'ready', name, device, contextTokens, billions: parameters / 1e9 };
    }
    const error = this.#models.error('chat');
    if (error === undefined) return { kind: 'opening' };
    const choices = this.#models.offers('chat');
    return {
      kind: 'none',
      why: wordsOf(error),
      choices,
      ...(this.#download ? { download: this.#download.shown } : {}),
    };
  }

  /** There is none, as far as is known. */
  get missing(): boolean {
    return this.#models.error('chat') !== undefined;
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
}
