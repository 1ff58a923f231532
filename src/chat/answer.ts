/** One answer while it is made: what the engine says on the way, as text, reasoning, and what the turn line shows. */
import type { ChatParams, ChatProgress, ChatResult } from '../engine/protocol/index.ts';
import type { ChatEngine } from './engineChat.ts';
import { ReasoningSplitter, type SplitDelta } from './prompt/reasoning.ts';
import { RepetitionWatch } from './repeating.ts';
import type { TurnShown } from './view/protocol.ts';

export interface AnswerEvents {
  onTurn(turn: TurnShown): void;
  /** What text and reasoning have grown by; one of them may be empty. */
  onText(text: string, reasoning: string): void;
  /** What was taken for the answer was reasoning: both as they are now. */
  onTurned(text: string, reasoning: string): void;
}

export interface Answered {
  result: ChatResult;
  /** What the model is told again of it. */
  text: string;
  reasoning: string;
  /** How long it thought before it answered, in ms. */
  reasoningMs: number;
  /** Why it has no end of its own, where nobody stopped it. */
  unfinished?: 'tooLong' | 'repeats';
}

/** Tokens a second are told over this time. */
const SPEED_MS = 2_000;

/**
 * An answer that says the same again and again is ended; `text` has it once.
 * @param signal ends it with the text so far.
 * @throws EngineError
 */
export async function answer(
  engine: ChatEngine,
  params: ChatParams,
  signal: AbortSignal,
  events: AnswerEvents,
): Promise<Answered> {
  const splitter = new ReasoningSplitter();
  const turn = new TurnLine(events.onTurn);
  const began = performance.now();
  let answering: number | undefined;
  const take = ({ text, reasoning, turned }: SplitDelta): void => {
    if (text === '' && reasoning === '' && !turned) return;
    if (text !== '') answering ??= performance.now();
    if (turned) events.onTurned(splitter.text, splitter.reasoning);
    else events.onText(text, reasoning);
  };
  const watch = new RepetitionWatch();
  const repeating = new AbortController();
  let said: number | undefined;
  const result = await engine.chat(params, {
    signal: AbortSignal.any([signal, repeating.signal]),
    onText: (delta) => {
      take(splitter.push(delta));
      said ??= watch.push(delta);
      if (said !== undefined) repeating.abort();
    },
    onProgress: (progress) => turn.take(progress),
  });
  take(splitter.end());
  const { reasoning } = splitter;
  const reasoningMs = Math.round((answering ?? performance.now()) - began);
  if (said !== undefined) {
    const once = new ReasoningSplitter();
    once.push(result.text.slice(0, said));
    once.end();
    return { result, text: once.text, reasoning, reasoningMs, unfinished: 'repeats' };
  }
  // As the model spelt it, with the space that some begin with: told so, its tokens are known in the next turn.
  const text = reasoning === '' && result.text.trimStart() === splitter.text ? result.text : splitter.text;
  return { result, text, reasoning, reasoningMs, ...(result.finish === 'length' ? { unfinished: 'tooLong' } : {}) };
}

/** What the turn line shows, from the engine's progress. */
class TurnLine {
  readonly #show: (turn: TurnShown) => void;
  #tokens = 0;
  #pausedMs = 0;
  /** When tokens came, and how many there were by then. */
  #times: [number, number][] = [];

  constructor(show: (turn: TurnShown) => void) {
    this.#show = show;
  }

  take({ tokens, reading, pausedMs }: ChatProgress): void {
    this.#pausedMs = pausedMs ?? this.#pausedMs;
    if (tokens !== undefined) {
      this.#tokens += tokens.length;
      this.#writing();
    } else if (reading !== undefined && this.#tokens === 0) {
      this.#show({ kind: 'reading', ...reading, pausedMs: this.#pausedMs });
    } else if (pausedMs !== undefined && this.#tokens > 0) this.#writing();
  }

  #writing(): void {
    const now = performance.now();
    this.#times.push([now, this.#tokens]);
    while (this.#times.length > 2 && now - this.#times[0]![0] > SPEED_MS) this.#times.shift();
    const [from, before] = this.#times[0]!;
    const seconds = (now - from) / 1000;
    const tokensPerSecond = seconds > 0.2 ? (this.#tokens - before) / seconds : null;
    this.#show({ kind: 'writing', tokens: this.#tokens, tokensPerSecond, pausedMs: this.#pausedMs });
  }
}
