/** What the embedding service needs of a model. Implemented by `llama/embedder.ts`. */

/** A text as the whole sequence that the model is given. */
export interface TextSequence {
  tokens: Int32Array;
  /** The end of the text was left out. */
  cut: boolean;
}

/** Runs a computation when the device is free for it. */
export type Turn = (compute: () => Promise<void>) => Promise<void>;

export interface Embedder {
  /** Numbers of a vector. */
  readonly dimensions: number;
  /** Longest sequence, in tokens. */
  readonly contextTokens: number;
  /** Tokens of all sequences of one {@link embed}, unless there is only one; and how many sequences. */
  readonly batchTokens: number;
  readonly sequences: number;
  /** With the tokens that the model wants around it. A text longer than the context loses its end, never those. */
  sequenceOf(text: string): TextSequence;
  /**
   * One vector for each sequence, as the model gives them: not of length 1. One call at a time.
   * @param turn runs each computation when it may; one that {@link abort} stopped is done anew at another turn.
   * @throws EngineFailure; `engineStopped` after {@link dispose}.
   */
  embed(sequences: readonly Int32Array[], turn: Turn): Promise<Float32Array[]>;
  /** Stops the running computation in favour of something that cannot wait, where the device lets it be stopped. */
  abort(): void;
  dispose(): void;
}
