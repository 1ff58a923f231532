/** Runs one request in a model's loop: its text is sent while it is made, and a signal ends it. */
import type { Sampler } from './backend.ts';
import type { Loop } from './scheduler/loop.ts';
import type { ForksWanted, Generation, OnText, RequestInput, RequestProgress } from './scheduler/request.ts';

/** Text is sent when it is this old; the first text at once. Short enough to feel live, long enough to cost nothing. */
const STREAM_INTERVAL_MS = 8;
/** How often a request is looked at. */
const LOOK_MS = 150;

/** Hears of a request on its way. */
export interface Hearing {
  /** Receives text while it is made, joined to one piece every few milliseconds, and its tokens. */
  onText: OnText;
  /** Is told every 150 ms how far the request is; of one that was over before it is not. */
  onProgress?: (progress: RequestProgress) => void;
  /** Other answers that are wanted beside the likeliest, and who hears them while they are made. */
  forks?: ForksWanted;
}

/** What a request came to; where others were wanted, with the other answers and what drew them. */
export interface Generated extends Generation {
  forks?: { generation: Generation; sampler: Sampler }[];
}

/**
 * @param signal ends it with the text so far (`finish: 'cancelled'`).
 * @throws EngineFailure when it can never run, or the model is unloaded under it.
 */
export async function generate(
  loop: Loop,
  input: Omit<RequestInput, 'onText' | 'forks'>,
  signal: AbortSignal,
  { onText, onProgress, forks }: Hearing,
): Promise<Generated> {
  const streams = [new TextStream(onText)];
  const heard = (stream: TextStream): OnText => {
    return (delta, tokens) => stream.push(delta, tokens);
  };
  const request = loop.submit({
    ...input,
    onText: heard(streams[0]!),
    forks: forks && {
      ...forks,
      onText(index) {
        const stream = new TextStream(forks.onText(index));
        streams.push(stream);
        return heard(stream);
      },
    },
  });
  const cancel = () => {
    for (const one of [request, ...(request.forks ?? [])]) loop.cancel(one);
  };
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  const looking = onProgress && setInterval(() => onProgress(request.progress), LOOK_MS);
  try {
    const generation = await request.done;
    if (!forks) return generation;
    const others = await Promise.allSettled((request.forks ?? []).map(({ done }) => done));
    return {
      ...generation,
      forks: others.flatMap((other, index) =>
        other.status === 'fulfilled' ? [{ generation: other.value, sampler: request.forks![index]!.sampler }] : [],
      ),
    };
  } catch (error) {
    cancel();
    throw error;
  } finally {
    clearInterval(looking);
    signal.removeEventListener('abort', cancel);
    for (const stream of streams) stream.end();
  }
}

/** Joins text that comes quickly: a message for each token would cost more than some tokens do. */
class TextStream {
  readonly #send: OnText;
  #pending = '';
  #tokens: number[] = [];
  #sentAt = 0;

  constructor(send: OnText) {
    this.#send = send;
  }

  push(delta: string, tokens: readonly number[]): void {
    this.#pending += delta;
    for (const token of tokens) this.#tokens.push(token);
    const now = performance.now();
    if (now - this.#sentAt < STREAM_INTERVAL_MS) return;
    this.#sentAt = now;
    this.end();
  }

  end(): void {
    if (this.#pending === '') return;
    this.#send(this.#pending, this.#tokens);
    this.#pending = '';
    this.#tokens = [];
  }
}
