/** From the messages of one conversation to tokens that fit the room. */
import { setImmediate } from 'node:timers/promises';
import type { ChatMessage, ChatTool } from '../../../protocol/index.ts';
import type { Tokenizer } from '../../core/backend.ts';
import { chunksOf } from '../../core/chunks.ts';
import { EngineFailure } from '../../core/failure.ts';
import type { Trail, Trails } from './trails.ts';
import { turnsOf } from './turns.ts';

/** What a prompt needs of a model; `ModelHandle` in part. */
export interface PromptModel {
  readonly tokenizer: Pick<Tokenizer, 'encode' | 'encodeTemplate'>;
  renderChat(messages: readonly ChatMessage[], tools?: readonly ChatTool[]): Promise<string>;
}

export interface FittedChat {
  /** As the template says it. */
  text: string;
  tokens: number[];
  /** Turns, from the oldest on, that were left out, and the tokens that this saved. */
  leftOutTurns: number;
  leftOutTokens: number;
}

/**
 * Where turns have to go, as many go as leave this share of the room: the next turns then find the same beginning, and its
 * pages in the cache, instead of moving it each time.
 */
const REFILL = 0.75;

interface Cut {
  turns: number;
  tokens: number;
  beginsWith: string;
}

/** The prompts of one conversation, all with one model file. */
export class ChatPrompt {
  /** What the last prompt left out, and the message that it began with: the next one begins there, too. */
  #cut: Cut = { turns: 0, tokens: 0, beginsWith: '' };
  /** Tokens of the last prompt's pieces: of a conversation that goes on only the end is tokenized. */
  #pieces = new Map<string, Int32Array>();
  readonly #trails: () => Trails | undefined;

  /** @param trails of the workspace, as far as they are known: they say in which tokens the cache has a text. */
  constructor(trails: () => Trails | undefined = () => undefined) {
    this.#trails = trails;
  }

  /**
   * Leaves out whole turns, the oldest first, until the prompt fits; never the system messages at the beginning, nor the
   * last turn.
   * @throws EngineFailure `promptTooLong` when those alone do not fit; `promptInvalid` of the template.
   */
  async fit(
    model: PromptModel,
    messages: readonly ChatMessage[],
    tools: readonly ChatTool[],
    room: number,
  ): Promise<FittedChat> {
    const { cut, ...fitted } = await this.#fit(model, messages, tools, room);
    this.#cut = cut;
    return fitted;
  }

  /** What {@link fit} would give now; the conversation goes on as if nobody had asked. */
  async weigh(
    model: PromptModel,
    messages: readonly ChatMessage[],
    tools: readonly ChatTool[],
    room: number,
  ): Promise<FittedChat> {
    const { cut: _, ...fitted } = await this.#fit(model, messages, tools, room);
    return fitted;
  }

  /**
   * The tokens that the prompts of several conversations begin with, the first of them as {@link weigh} fits it. What the
   * template says differently of earlier messages, because of later ones, is as they have it.
   * @param wanted is asked between the prompts; false ends it with none.
   */
  async common(
    model: PromptModel,
    conversations: readonly (readonly ChatMessage[])[],
    tools: readonly ChatTool[],
    room: number,
    wanted: () => boolean,
  ): Promise<number[]> {
    let common: number[] | undefined;
    let left = 0;
    for (const messages of conversations) {
      if (!wanted()) return [];
      const { head, turns } = turnsOf(messages);
      if (!common) {
        const { tokens, leftOutTurns } = await this.weigh(model, messages, tools, room);
        common = tokens;
        left = leftOutTurns;
        continue;
      }
      const { tokens } = await this.#encode(model, [...head, ...turns.slice(left).flat()], tools);
      const differs = common.findIndex((token, at) => token !== tokens[at]);
      if (differs >= 0) common.length = differs;
    }
    return common ?? [];
  }

  async #fit(
    model: PromptModel,
    messages: readonly ChatMessage[],
    tools: readonly ChatTool[],
    room: number,
  ): Promise<FittedChat & { cut: Cut }> {
    const { head, turns } = turnsOf(messages);
    let { turns: out, tokens: saved } = this.#resume(turns);
    let whole: number | undefined;
    for (;;) {
      const { text, tokens } = await this.#encode(model, [...head, ...turns.slice(out).flat()], tools);
      if (whole !== undefined) saved += whole - tokens.length;
      whole = tokens.length;
      const excess = tokens.length - room;
      if (excess <= 0) {
        const cut = { turns: out, tokens: saved, beginsWith: beginningOf(turns, out) };
        return { text, tokens: [...tokens], leftOutTurns: out, leftOutTokens: saved, cut };
      }
      if (out >= turns.length - 1) throw tooLong(excess, room);
      out += enough(turns.slice(out), head, 1 - (REFILL * room) / tokens.length);
    }
  }

  /** Exact tokens of the whole prompt. */
  async count(model: PromptModel, messages: readonly ChatMessage[], tools: readonly ChatTool[]): Promise<number> {
    return (await this.#encode(model, messages, tools)).tokens.length;
  }

  #resume(turns: readonly ChatMessage[][]): { turns: number; tokens: number } {
    const { turns: out, tokens, beginsWith } = this.#cut;
    const goesOn = out < turns.length && beginningOf(turns, out) === beginsWith;
    return goesOn ? { turns: out, tokens } : { turns: 0, tokens: 0 };
  }

  /** As `encodeTemplate` does it, but others have their turn between the pieces. */
  async #encode(model: PromptModel, messages: readonly ChatMessage[], tools: readonly ChatTool[]): Promise<Trail> {
    const text = await model.renderChat(messages, tools);
    const trail = this.#trails()?.longest(text);
    const pieces = new Map<string, Int32Array>();
    const tokens = [...(trail?.tokens ?? [])];
    for (const chunk of chunksOf(text.slice(trail?.text.length ?? 0), true)) {
      let piece = this.#pieces.get(chunk) ?? pieces.get(chunk);
      if (!piece) {
        await setImmediate();
        piece = model.tokenizer.encodeTemplate(chunk);
      }
      pieces.set(chunk, piece);
      for (const token of piece) tokens.push(token);
    }
    this.#pieces = pieces;
    return { text, tokens };
  }
}

/** How many of the oldest turns hold about this share of all characters; one at least, and never the last one. */
function enough(turns: readonly ChatMessage[][], head: readonly ChatMessage[], share: number): number {
  const characters = (messages: readonly ChatMessage[]): number =>
    messages.reduce((sum, { content }) => sum + content.length, 0);
  const needed = share * characters([...head, ...turns.flat()]);
  let held = 0;
  for (const [index, turn] of turns.slice(0, -1).entries()) {
    held += characters(turn);
    if (held >= needed) return index + 1;
  }
  return turns.length - 1;
}

const beginningOf = (turns: readonly ChatMessage[][], at: number): string => JSON.stringify(turns[at]?.[0]) ?? '';

function tooLong(excess: number, room: number): EngineFailure {
  return new EngineFailure(
    'promptTooLong',
    `The last message, with what always goes with it, is ${excess} tokens longer than the ${room} that fit this model's context. Shorten it, attach less, or choose a model with a longer context.`,
  );
}
