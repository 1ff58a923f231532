/**
 * Conversations of the engine for an editor that has none: it sends all messages each time. The one that shares the longest
 * history goes on, so that its pages are held and its tools stay the same.
 */
import type { ChatMessage, ChatTool, OpenChatParams, OpenChatResult } from '../../engine/protocol/index.ts';

export interface ChatOpener {
  openChat(params: OpenChatParams): Promise<OpenChatResult>;
  closeChat(conversation: string): Promise<void>;
}

export interface Taken extends OpenChatResult {
  /** Sorted: all tools that were ever given in this conversation, so that its beginning stays the same; none where none are now. */
  told: ChatTool[];
}

interface Held extends Taken {
  model: string;
  workspace: string;
  /** Also those that were not told last. */
  known: ChatTool[];
  /** Each message as text. */
  history: string[];
  busy: boolean;
}

/** The engine holds the pages of open conversations; beyond these the one used longest ago is closed. */
const MOST = 8;

export class Conversations {
  readonly #engine: ChatOpener;
  /** The one used last is the last. */
  #held: Held[] = [];

  constructor(engine: ChatOpener) {
    this.#engine = engine;
  }

  /**
   * A conversation for these messages, until {@link release}; one that is in use goes to nobody else.
   * @throws EngineError
   */
  async take(where: OpenChatParams, messages: readonly ChatMessage[], tools: readonly ChatTool[]): Promise<Taken> {
    const history = messages.map((message) => JSON.stringify(message));
    const held = this.#best(where, messages, history) ?? (await this.#open(where));
    held.busy = true;
    held.history = history;
    held.known = superset(held.known, tools);
    held.told = tools.length === 0 ? [] : held.known;
    this.#held = [...this.#held.filter((other) => other !== held), held];
    this.#trim();
    return held;
  }

  /** Its answer has ended. */
  release(taken: Taken): void {
    const held = this.#held.find(({ conversation }) => conversation === taken.conversation);
    if (held) held.busy = false;
  }

  /** The engine has it no more. */
  drop(taken: Taken): void {
    this.#held = this.#held.filter(({ conversation }) => conversation !== taken.conversation);
  }

  /** Closes all: another model is chosen. */
  clear(): void {
    for (const { conversation } of this.#held) this.#engine.closeChat(conversation).catch(() => undefined);
    this.#held = [];
  }

  /** The free one that shares the most messages, the first of the user at least; one that was never used shares none. */
  #best(where: OpenChatParams, messages: readonly ChatMessage[], history: readonly string[]): Held | undefined {
    const least = messages.findIndex(({ role }) => role === 'user') + 1;
    let best: Held | undefined;
    let most = -1;
    for (const held of this.#held) {
      if (held.busy || held.model !== where.model || held.workspace !== where.workspace) continue;
      const shared = sharedLength(held.history, history);
      if (held.history.length > 0 && shared < Math.max(1, least)) continue;
      if (shared > most || (shared === most && held.history.length > 0)) {
        best = held;
        most = shared;
      }
    }
    return best;
  }

  async #open(where: OpenChatParams): Promise<Held> {
    const opened = await this.#engine.openChat(where);
    const held: Held = { ...opened, ...where, told: [], known: [], history: [], busy: false };
    this.#held.push(held);
    return held;
  }

  #trim(): void {
    for (const held of [...this.#held]) {
      if (this.#held.length <= MOST) return;
      if (held.busy) continue;
      this.#held = this.#held.filter((other) => other !== held);
      this.#engine.closeChat(held.conversation).catch(() => undefined);
    }
  }
}

function superset(before: readonly ChatTool[], now: readonly ChatTool[]): ChatTool[] {
  const all = new Map([...before, ...now].map((tool) => [tool.name, tool]));
  return [...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function sharedLength(one: readonly string[], other: readonly string[]): number {
  let shared = 0;
  while (shared < one.length && one[shared] === other[shared]) shared++;
  return shared;
}
