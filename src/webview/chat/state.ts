/** What the panel shows: the last snapshot, and what was said since. Who draws a part of it hears when that has changed. */
import type { ChatSnapshot, HostMessage, ShownMessage, Suggestion } from '../../chat/view/protocol.ts';

export type Aspect = keyof ChatSnapshot | 'snapshot' | 'suggestions' | 'setDraft' | 'focus' | `message:${string}`;

export class ChatState {
  snapshot: ChatSnapshot | undefined;
  suggestions: { request: number; items: Suggestion[] } = { request: 0, items: [] };
  /** A text that the extension puts into the draft. */
  draftToTake = '';
  focus: 'draft' | 'lastMessage' = 'draft';
  readonly #byId = new Map<string, number>();
  /** What came before there was anything to do it to: where the cursor is to be, and what the draft is to be. */
  #early: HostMessage[] = [];

  get messages(): readonly ShownMessage[] {
    return this.snapshot?.messages ?? [];
  }

  message(id: string): ShownMessage | undefined {
    return this.messages[this.#byId.get(id) ?? -1];
  }

  /** An answer is being made. */
  get busy(): boolean {
    return (this.snapshot?.turn.kind ?? 'idle') !== 'idle';
  }

  /** Takes in what the extension said. @returns what has to be drawn anew. */
  apply(message: HostMessage): Aspect[] {
    if (message.type === 'snapshot') {
      this.snapshot = { ...message.snapshot, messages: [...message.snapshot.messages] };
      this.#number();
      return ['snapshot', ...this.#early.splice(0).flatMap((early) => this.apply(early))];
    }
    const shown = this.snapshot;
    if (!shown) {
      // All else is in the snapshot.
      if (message.type === 'focus' || message.type === 'setDraft') this.#early.push(message);
      return [];
    }
    switch (message.type) {
      case 'patch':
        Object.assign(shown, message.patch);
        return Object.keys(message.patch) as Aspect[];
      case 'messages': {
        const before = new Map(shown.messages.map((one) => [one.id, JSON.stringify(one)]));
        shown.messages = [...message.messages];
        this.#number();
        const changed = shown.messages.filter(
          (one) => before.has(one.id) && before.get(one.id) !== JSON.stringify(one),
        );
        return ['messages', ...changed.map(({ id }): Aspect => `message:${id}`)];
      }
      case 'message': {
        const at = this.#byId.get(message.message.id);
        if (at !== undefined) {
          shown.messages[at] = message.message;
          return [`message:${message.message.id}`];
        }
        this.#byId.set(message.message.id, shown.messages.length);
        shown.messages.push(message.message);
        return ['messages'];
      }
      case 'delta': {
        const at = this.#byId.get(message.id);
        const old = at === undefined ? undefined : shown.messages[at];
        if (at === undefined || !old) return [];
        const reasoning = message.reasoning
          ? {
              reasoning: { ms: 0, open: true, ...old.reasoning, text: (old.reasoning?.text ?? '') + message.reasoning },
            }
          : {};
        shown.messages[at] = { ...old, text: old.text + (message.text ?? ''), ...reasoning };
        return [`message:${message.id}`];
      }
      case 'suggestions':
        this.suggestions = { request: message.request, items: message.items };
        return ['suggestions'];
      case 'focus':
        this.focus = message.what;
        return ['focus'];
      case 'setDraft':
        this.draftToTake = message.text;
        return ['setDraft'];
    }
  }

  #number(): void {
    this.#byId.clear();
    for (const [at, { id }] of this.messages.entries()) this.#byId.set(id, at);
  }
}
