/**
 * Between the panel and the rest: what the person does becomes calls, what has changed is told to the view. Everything that
 * comes from the view is checked: what it shows was written by a model.
 */
import { actOnBlock, type CodeOutcome, type CodePlace, type RunCode } from './codeBlocks.ts';
import { refusal } from './context/refusals.ts';
import type { ContextSources, Resolved } from './context/sources.ts';
import type { Conversation } from './conversation/tree.ts';
import { Draft, type Question } from './draft.ts';
import { type ChatUse, withoutMemories } from './memory.ts';
import { type Expanded, Outbox } from './outbox.ts';
import { ChatSession, type SessionNeeds } from './session.ts';
import type {
  AttachmentKind,
  ChatSnapshot,
  CommandShown,
  HostMessage,
  MentionKind,
  ModelShown,
  ViewMessage,
} from './view/protocol.ts';

export interface ControllerNeeds extends Omit<SessionNeeds, 'conversation' | 'tell'> {
  tell(message: HostMessage): void;
  /** A new conversation, or one of those that are kept. */
  begin(): Promise<Conversation>;
  open(id: string): Promise<Conversation>;
  close(id: string): Promise<void>;
  modelShown(): ModelShown;
  context: ContextSources;
  commands(): CommandShown[];
  mentions(): MentionKind[];
  expand(question: Question, signal: AbortSignal): Promise<Expanded>;
  code: RunCode;
  copy(text: string): PromiseLike<void>;
  /** Opens what a link names. */
  openLink(href: string): Promise<void>;
  history(): PromiseLike<void>;
  chooseModel(): PromiseLike<void>;
  download(id: string): Promise<void>;
  cancelDownload(): void;
  report(error: unknown): void;
}

export class ChatController {
  readonly #needs: ControllerNeeds;
  readonly #draft: Draft;
  #session: Promise<ChatSession>;
  #now: ChatSession | undefined;
  readonly #outbox: Outbox;
  #mention: AbortController | undefined;

  /** @param first the conversation that is shown first. */
  constructor(needs: ControllerNeeds, first: Promise<Conversation>) {
    this.#needs = needs;
    this.#draft = new Draft({
      // A draft opens no model: it is weighed when somebody looks at the panel, which opens it.
      weigh: async (question, editing, signal) =>
        this.#hasModel ? (await this.#session).weigh(question, editing, signal) : undefined,
      asSent: (question, signal) => this.#outbox.asSent(question, signal),
      readAhead: async (question, editing, signal) => {
        if (this.#hasModel) await (await this.#session).readAhead(question, editing, signal);
      },
      offers: () => needs.context.offers(),
      changed: () => this.#tellDraft(),
    });
    this.#outbox = new Outbox({
      draft: this.#draft,
      session: () => this.#session,
      expand: needs.expand,
      begin: () => this.show(needs.begin()),
      tell: needs.tell,
      report: needs.report,
    });
    this.#session = first.then((conversation) => this.#begin(conversation));
    this.#session.catch((error) => needs.report(error));
  }

  get session(): Promise<ChatSession> {
    return this.#session;
  }

  /** The conversation that is shown; undefined before the first is there. */
  get conversation(): string | undefined {
    return this.#now?.conversation.id;
  }

  /** What the last answer was given of the memory; undefined: nothing was answered yet. */
  get lastUse(): ChatUse | undefined {
    return this.#now?.useOf();
  }

  /** What the person did in the view. Never rejects: what goes wrong is reported. */
  async handle(message: ViewMessage): Promise<void> {
    try {
      await this.#handle(message);
    } catch (error) {
      // What was overtaken by what the person did next is nobody's fault.
      if (!(error instanceof Error && error.name === 'AbortError')) this.#needs.report(error);
    }
  }

  /** Asks in the conversation that is shown, as if it had been written there. */
  async ask(question: Question): Promise<void> {
    await this.#outbox.send(question, 'queue', undefined);
  }

  /** Puts attachments into the draft. */
  attach(resolved: readonly Resolved[]): void {
    const refused = resolved.flatMap((one) => one.refused ?? []);
    this.#draft.attach(resolved.flatMap((one) => one.attachment ?? []));
    if (refused.length > 0) this.#draft.refuse(refused.join(' '));
  }

  /** Shows another conversation; `begin` of the needs where it is a new one. @throws what opening it does. */
  async show(opening: Promise<Conversation>): Promise<void> {
    const before = await this.#session.catch(() => undefined);
    // One that cannot be opened leaves the one that is shown.
    const conversation = await opening;
    this.#draft.stop();
    await before?.dispose();
    this.#session = Promise.resolve(this.#begin(conversation));
    // Opened anew, it is the same file: closed, nothing more of it would be kept.
    if (before && before.conversation.id !== conversation.id) await this.#needs.close(before.conversation.id);
    this.#tellSnapshot();
    this.#draft.weighSoon();
  }

  /** The model, offers or commands are others now. */
  changed(): void {
    const { modelShown, commands, mentions } = this.#needs;
    this.#needs.tell({
      type: 'patch',
      patch: { model: modelShown(), commands: commands(), mentions: mentions(), draft: this.#draft.shown() },
    });
    this.#draft.weighSoon();
  }

  modelChanged(): void {
    this.#needs.tell({ type: 'patch', patch: { model: this.#needs.modelShown() } });
    this.#draft.weighSoon();
  }

  /** A conversation has another name. */
  renamed(): void {
    if (!this.#now) return;
    const { id, title } = this.#now.conversation;
    this.#needs.tell({ type: 'patch', patch: { conversation: { id, title } } });
  }

  /** All that the panel shows; undefined before the first conversation is there. */
  get snapshot(): ChatSnapshot | undefined {
    const session = this.#now;
    if (!session) return undefined;
    const { modelShown, commands, mentions } = this.#needs;
    const { conversation } = session;
    return {
      conversation: { id: conversation.id, title: conversation.title },
      model: modelShown(),
      messages: session.messages(),
      turn: session.turn,
      queue: session.queue,
      draft: this.#draft.shown(),
      meter: this.#draft.meter,
      commands: commands(),
      mentions: mentions(),
    };
  }

  /** What was decided on a code block. */
  blockBecame({ message, block }: CodePlace, { kind, words }: CodeOutcome): void {
    if (kind !== 'review' && this.#now?.conversation.message(message))
      this.#now.blockBecame(message, block, kind, words);
  }

  /** The engine has come, or gone. */
  engineIs(serving: boolean): void {
    this.#now?.engineIs(serving);
  }

  async dispose(): Promise<void> {
    this.#draft.stop();
    await (await this.#session.catch(() => undefined))?.dispose();
  }

  #begin(conversation: Conversation): ChatSession {
    const tell: SessionNeeds['tell'] = (message) => {
      this.#needs.tell(message);
      // What is said now is before whatever is asked next.
      if (message.type === 'messages') this.#draft.weighSoon();
    };
    this.#now = new ChatSession({ ...this.#needs, tell, conversation });
    return this.#now;
  }

  get #hasModel(): boolean {
    return this.#needs.modelShown().kind === 'ready';
  }

  async #handle(message: ViewMessage): Promise<void> {
    const { context } = this.#needs;
    const session = await this.#session;
    switch (message.type) {
      case 'ready':
        this.#tellSnapshot();
        return this.#draft.weighSoon();
      case 'draft':
        return this.#draft.typed(text(message.text));
      case 'send':
        this.#draft.text = text(message.text);
        return this.#outbox.sendDraft(message.how === 'steer' ? 'steer' : 'queue');
      case 'stop':
        this.#outbox.stop();
        return session.stop();
      case 'unqueue':
        return session.unqueue(text(message.id));
      case 'regenerate':
        return session.regenerate(text(message.id));
      case 'edit':
        return this.#edit(session, message.id);
      case 'page':
        return session.page(text(message.id), Number(message.index));
      case 'mention':
        return this.#suggest(Number(message.request), message.kind, text(message.query));
      case 'attach':
        return this.attach(await context.resolve(message.kind, text(message.value), never()));
      case 'detach':
        return this.#draft.detach(text(message.id));
      case 'takeOffer':
        return this.attach(await context.takeOffer(text(message.id), never()));
      case 'drop':
        return this.attach(await context.fromUris(message.uris.map(text), never()));
      case 'dropWithoutPath':
        return this.attach(message.names.map((name) => ({ refused: refusal.withoutPath(text(name)) })));
      case 'code':
        return actOnBlock(session, message.action, text(message.message), Number(message.block), this.#needs.code);
      case 'open':
        return this.#needs.openLink(text(message.href));
      case 'action':
        return this.#action(session, text(message.id), message.message);
      case 'memories': {
        const use = session.useOf(text(message.id));
        return use && this.#needs.memory?.openUse(use);
      }
      case 'copy':
        return this.#copy(session, text(message.id));
      case 'new':
        return this.show(this.#needs.begin());
      case 'history':
        return this.#needs.history();
      case 'chooseModel':
        return this.#needs.chooseModel();
      case 'download':
        return this.#needs.download(text(message.id));
      case 'cancelDownload':
        return this.#needs.cancelDownload();
    }
  }

  #edit(session: ChatSession, id: string | null): void {
    const message = id === null ? undefined : session.conversation.message(id);
    if (message?.type === 'user') this.#draft.set(withoutMemories(message), message.id);
    else this.#draft.set({ text: '', attachments: [] });
    this.#needs.tell({ type: 'setDraft', text: this.#draft.text });
  }

  async #suggest(request: number, kind: AttachmentKind | null, query: string): Promise<void> {
    this.#mention?.abort();
    const mention = new AbortController();
    this.#mention = mention;
    const items = await this.#needs.context.suggest(kind, query, mention.signal);
    if (!mention.signal.aborted) this.#needs.tell({ type: 'suggestions', request, items });
  }

  async #copy(session: ChatSession, id: string): Promise<void> {
    const entry = session.conversation.message(id);
    if (entry && 'text' in entry) await this.#needs.copy(entry.text);
  }

  async #action(session: ChatSession, id: string, message: string | undefined): Promise<void> {
    if (id === 'regenerate' && message !== undefined) return session.regenerate(message);
    if (id === 'undoCompaction' && message !== undefined) return session.undoCompaction(message);
    if (id === 'chooseModel') return this.#needs.chooseModel();
  }

  #tellDraft(): void {
    this.#needs.tell({ type: 'patch', patch: { draft: this.#draft.shown(), meter: this.#draft.meter } });
  }

  #tellSnapshot(): void {
    const { snapshot } = this;
    if (snapshot) this.#needs.tell({ type: 'snapshot', snapshot });
  }
}

/** A text, whatever the view sent. */
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const never = (): AbortSignal => new AbortController().signal;
