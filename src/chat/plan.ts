/** What a model is given for a turn, within its context: prompt, room for the answer, what is told in short, what it costs. */
import type { ChatMessage } from '../engine/protocol/index.ts';
import type { CompactionEntry, KeptAttachment, UserEntry } from './conversation/entries.ts';
import type { Branch, Conversation } from './conversation/tree.ts';
import type { Question, Weighed } from './draft.ts';
import type { ChatEngine, OpenedChat } from './engineChat.ts';
import { withoutMemories } from './memory.ts';
import {
  answerTokens,
  type FittedAttachments,
  fitAttachments,
  memoryTokens,
  roomsOf,
  type TokenCounter,
} from './prompt/budget.ts';
import { compact, dueFrom } from './prompt/compaction.ts';
import { messagesOf, questionOf } from './prompt/messages.ts';
import { editFormOf, systemPrompt } from './prompt/system.ts';
import { toolsOf, withoutCalls } from './toolList.ts';
import { describeTools } from './tools/specs.ts';
import type { ToolSpec } from './tools/tool.ts';

/** Whose cost is asked for: a turn that is in the conversation, or a draft that is not yet. */
export type Turn =
  /** The message to be answered. */
  | { to: string }
  /** @param editing the question in whose place it is asked. */
  | { question: Question; editing?: string | undefined }
  /** What any next question will begin with. */
  | { next: true };

export interface Planned {
  messages: ChatMessage[];
  maxTokens: number;
  promptTokens: number;
  /** To be appended behind the message that is answered: without it the prompt is too long. */
  compaction?: CompactionEntry;
}

/** Tokens of a page: reading ahead is told page by page. */
const PAGE = 32;
/** Of a text that stays the same it is asked once. */
const MOST_COUNTS = 512;

export class Planner {
  readonly #engine: Pick<ChatEngine, 'countTokens' | 'weighChat'>;
  readonly #available: () => readonly ToolSpec[];
  readonly #counts = new Map<string, number>();
  readonly #system: string | undefined;

  /**
   * @param available tools that a model is told of where it is large enough, as they are now.
   * @param system is told to every model; undefined: what is said of Quire, by the model's size.
   */
  constructor(
    engine: Pick<ChatEngine, 'countTokens' | 'weighChat'>,
    available: () => readonly ToolSpec[] = () => [],
    system?: string,
  ) {
    this.#engine = engine;
    this.#available = available;
    this.#system = system;
  }

  /** The tools that the model is told of in this conversation. */
  tools({ model }: OpenedChat, conversation: Conversation): ToolSpec[] {
    return toolsOf(conversation, model, this.#available());
  }

  /** @throws Error in words where the question does not fit even alone; EngineError. */
  async plan(opened: OpenedChat, conversation: Conversation, turn: Turn): Promise<Planned> {
    const { contextTokens } = opened;
    const { system, branch } = this.#told(opened, conversation, endOf(conversation, turn));
    const pending = 'question' in turn ? entryOf(turn.question) : undefined;
    const counter = this.counter(opened);
    const result = await compact({ branch, system, contextTokens, counter, ...(pending ? { pending } : {}) });
    if (result.kind === 'tooLong') throw new Error(result.words);
    const told = result.kind === 'compacted' ? withCompaction(branch, result.entry) : branch;
    const messages = messagesOf(pending ? { ...told, messages: [...told.messages, pending] } : told, system);
    const promptTokens = result.kind === 'compacted' ? result.entry.after : result.tokens;
    return {
      messages,
      promptTokens,
      maxTokens: answerTokens(contextTokens, promptTokens),
      ...(result.kind === 'compacted' ? { compaction: result.entry } : {}),
    };
  }

  /** What is to be told in short now, if anything is; `forced`: somebody asks for it. */
  async compaction(
    opened: OpenedChat,
    conversation: Conversation,
    forced: boolean,
  ): Promise<CompactionEntry | undefined> {
    const result = await compact({
      ...this.#told(opened, conversation, conversation.head),
      contextTokens: opened.contextTokens,
      counter: this.counter(opened),
      forced,
    });
    return result.kind === 'compacted' ? result.entry : undefined;
  }

  /** Attachments as they are sent: cut to their room, which is said. */
  fit(opened: OpenedChat, attachments: readonly KeptAttachment[]): Promise<FittedAttachments> {
    return fitAttachments(attachments, roomsOf(opened.contextTokens).attachments, this.counter(opened));
  }

  /** Tokens that there are for what is recalled for a question; 0: none. */
  async memoryRoom(
    opened: OpenedChat,
    conversation: Conversation,
    question: Question,
    editing: string | undefined,
  ): Promise<number> {
    const { contextTokens } = opened;
    if (memoryTokens(contextTokens, contextTokens) === 0) return 0;
    const { promptTokens } = await this.plan(opened, conversation, { question, editing });
    return memoryTokens(contextTokens, dueFrom(contextTokens) - promptTokens);
  }

  /** What sending a draft would cost, with what was recalled for it; undefined where the signal ended that. */
  async weigh(
    opened: OpenedChat,
    conversation: Conversation,
    question: Question,
    editing: string | undefined,
    signal: AbortSignal,
  ): Promise<Weighed | undefined> {
    const counter = this.counter(opened);
    const recalled = question.attachments.filter(({ kind }) => kind === 'memory');
    const fitted = await this.fit(opened, withoutMemories(question).attachments);
    const { contextTokens, conversation: handle } = opened;
    const planned = await this.plan(opened, conversation, {
      question: { ...question, attachments: [...fitted.attachments, ...recalled] },
      editing,
    });
    const { messages, maxTokens } = planned;
    const weight = await this.#engine.weighChat({ conversation: handle, messages, maxTokens }, { signal });
    if (!weight) return undefined;
    const { promptTokens, cachedTokens, readMs } = weight;
    const fixed = await counter.prompt([
      { role: 'system', content: this.#told(opened, conversation, null).system },
      USER,
    ]);
    const texts = [...fitted.attachments, ...recalled].map(
      (one) => `${questionOf(entryOf({ text: '', attachments: [one] }))}\n\n`,
    );
    const [draft = 0, ...each] = await counter.texts([question.asked ?? question.text, ...texts]);
    const sum = (counts: readonly number[]): number => counts.reduce((total, tokens) => total + tokens, 0);
    const attached = sum(each.slice(0, fitted.attachments.length));
    const memories = sum(each.slice(fitted.attachments.length));
    // From the end of the prompt: what stands behind an attachment has to be computed in any case.
    let behind = draft + memories;
    const known = new Map<string, { tokens: number; alreadyRead: boolean; cut?: string }>();
    for (const [at, { id, cut }] of [...fitted.attachments.entries()].reverse()) {
      const alreadyRead = cachedTokens + PAGE >= promptTokens - behind;
      known.set(id, { tokens: each[at]!, alreadyRead, ...(cut ? { cut } : {}) });
      behind += each[at]!;
    }
    for (const { id, words } of fitted.leftOut) {
      if (!known.has(id)) known.set(id, { tokens: 0, alreadyRead: false, cut: words });
    }
    const left = fitted.leftOut.map(({ words }) => words);
    if (planned.compaction)
      left.push(
        `Earlier turns will be told in short: ${planned.compaction.before} tokens become ${planned.compaction.after}.`,
      );
    const history = promptTokens - fixed - attached - memories - draft;
    return {
      attachments: known,
      meter: {
        // Tokens join where texts do: one more or less is of the frame.
        fixed: fixed + Math.min(0, history),
        attachments: attached,
        memories,
        draft,
        history: Math.max(0, history),
        answer: maxTokens,
        contextTokens,
        promptTokens,
        newTokens: promptTokens - cachedTokens,
        readMs,
        ...(left.length > 0 ? { leftOut: left.join('; ') } : {}),
      },
    };
  }

  #told(opened: OpenedChat, conversation: Conversation, end: string | null): { system: string; branch: Branch } {
    const tools = this.tools(opened, conversation);
    const system = this.#system ?? systemPrompt(editFormOf(billionsOf(opened)), describeTools(tools));
    const branch = conversation.branch(end);
    return { system, branch: tools.length === 0 ? withoutCalls(branch) : branch };
  }

  /** Counts as this model does. */
  counter({ model }: OpenedChat): TokenCounter {
    const ask = async (key: string, count: () => Promise<number>): Promise<number> => {
      const name = `${model.id}\n${key}`;
      const known = this.#counts.get(name);
      if (known !== undefined) return known;
      const counted = await count();
      if (this.#counts.size >= MOST_COUNTS) this.#counts.clear();
      this.#counts.set(name, counted);
      return counted;
    };
    return {
      texts: (texts) =>
        Promise.all(
          texts.map((text) =>
            ask(text, async () => (await this.#engine.countTokens({ model: model.id, texts: [text] })).texts[0]!),
          ),
        ),
      prompt: (messages) =>
        ask(JSON.stringify(messages), async () => {
          const { conversations } = await this.#engine.countTokens({
            model: model.id,
            conversations: [{ messages }],
          });
          return conversations[0]!;
        }),
    };
  }
}

const USER: ChatMessage = { role: 'user', content: '' };

/** Billions of parameters: what a model can be asked for depends on that. */
export const billionsOf = ({ model }: OpenedChat): number => model.parameters / 1e9;

function endOf(conversation: Conversation, turn: Turn): string | null {
  if ('to' in turn) return turn.to;
  if ('question' in turn && turn.editing !== undefined) return conversation.parentForEdited(turn.editing);
  return conversation.head;
}

function entryOf({ text, attachments, asked }: Question): UserEntry {
  return {
    type: 'user',
    id: 'draft',
    parent: null,
    at: 0,
    text,
    attachments,
    ...(asked === undefined ? {} : { asked }),
  };
}

const withCompaction = (branch: Branch, compaction: CompactionEntry): Branch => ({
  messages: [...branch.messages, compaction],
  compaction,
});
