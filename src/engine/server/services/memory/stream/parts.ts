/** What the stream asks of other parts: it knows neither a model nor a way of ranking. */
import type { MemoryAnchor, MemoryHit, MemoryKind } from '../../../../protocol/index.ts';
import type { AnchorChecker, Store } from '../items.ts';

export interface RecallParams {
  query: string;
  /** So many hits at most. */
  top: number;
  kinds: MemoryKind[];
  /** What is superseded or not true any more too: what is left out for that is counted. */
  all: true;
  /** Without a floor: the stream has its own (relevance.ts). */
  loose: true;
}

/** Searches the stored items by words and likeness, the best first; their sentences are checked at this moment. */
export type Recall = (params: RecallParams) => Promise<{ hits: MemoryHit[] }>;

/** Asks a capable model what small ones are not asked: they guess. */
export interface Judge {
  /** A question that is answered under a grammar of yes and no. undefined: not in time; the rule decides then. */
  yesNo(question: string): Promise<boolean | undefined>;
}

/** Finds what names and paths stand for in the code as it is now. */
export interface Anchorer {
  /** @param names names and paths as a text has them. @returns none for those that the code does not have. */
  anchorsOf(names: readonly string[]): Promise<MemoryAnchor[]>;
}

/** Parts of SCM that can be switched off, to see what each adds. */
export interface StreamSwitches {
  /** Decides whether memory is needed at all, and whether summaries are enough; off: it always is, and they are. */
  controller: boolean;
  /** The turn before of the same conversation. */
  flash: boolean;
  /** What is found in the store. */
  activation: boolean;
  /** Counts towards the score; off: relevance alone. */
  recency: boolean;
  /** Stand for long memories; off: what is too long is left out. */
  summaries: boolean;
}

export const EVERY_PART: StreamSwitches = {
  controller: true,
  flash: true,
  activation: true,
  recency: true,
  summaries: true,
};

export interface StreamParts {
  store: Store;
  recall: Recall;
  /** For the turn before, which is not searched for; absent: what of it is anchored is not used. */
  anchors?: AnchorChecker;
  anchorer?: Anchorer;
  /** For one question of a person; undefined where no capable model is open. */
  judge?(): Judge | undefined;
  /** Tokens of a text by the open model; absent: {@link estimateTokens}. */
  countTokens?(text: string): number;
  /** Milliseconds since 1970; absent: `Date.now`. */
  now?(): number;
  switches?: Partial<StreamSwitches>;
}

/** Bytes of UTF-8 that a token has at the least on average: code has fewer than prose. */
const BYTES_PER_TOKEN = 3;

/** Rather too many than too few. */
export const estimateTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
