/** The way to the extension, and when what it said is drawn: at most once a frame. */
import type { HostMessage, ViewMessage } from '../../chat/view/protocol.ts';
import { type Aspect, ChatState } from './state.ts';

/** Kept by the editor over reload and moving, and nothing else is. */
export interface Kept {
  conversation: string;
  draft: string;
  /** Pixels from the top; null: at the end. */
  scroll: number | null;
}

interface EditorApi {
  postMessage(message: ViewMessage): void;
  getState(): Kept | undefined;
  setState(state: Kept): void;
}

declare function acquireVsCodeApi(): EditorApi;

type Listener = (changed: ReadonlySet<Aspect>) => void;

class Host {
  readonly state = new ChatState();
  readonly #api = acquireVsCodeApi();
  readonly #listeners = new Set<Listener>();
  #changed = new Set<Aspect>();
  #kept: Kept = this.#api.getState() ?? { conversation: '', draft: '', scroll: null };

  start(): void {
    window.addEventListener('message', ({ data }: MessageEvent<HostMessage>) => {
      const first = this.#changed.size === 0;
      for (const aspect of this.state.apply(data)) this.#changed.add(aspect);
      if (first && this.#changed.size > 0) requestAnimationFrame(() => this.#draw());
    });
    this.post({ type: 'ready' });
  }

  post(message: ViewMessage): void {
    this.#api.postMessage(message);
  }

  get kept(): Kept {
    return this.#kept;
  }

  keep(changes: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...changes };
    this.#api.setState(this.#kept);
  }

  /** @returns what ends the listening. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #draw(): void {
    const changed = this.#changed;
    this.#changed = new Set();
    for (const listener of this.#listeners) listener(changed);
  }
}

export const host = new Host();
