/** What the page of details and the extension say to each other. All state lives in the extension. */
import type { AnchorState } from '../../engine/protocol/index.ts';

export interface ShownAnchor {
  /** `src/a.ts`, `src/a.ts · A.m`. */
  label: string;
  /** `10-20`, where it is there. */
  lines: string | null;
  state: AnchorState;
  /** The state, in words. */
  words: string;
  why: string;
}

export interface ShownSentence {
  text: string;
  isTrue: boolean;
  anchors: ShownAnchor[];
}

export interface ShownScore {
  total: number;
  parts: { name: string; value: number }[];
  /** What spoke for it. */
  why: string[];
}

export interface ShownLink {
  id: number;
  title: string;
}

/** One memory. */
export interface ShownMemory {
  id: number;
  kind: string;
  icon: string;
  title: string;
  path: string | null;
  sentences: ShownSentence[];
  /** A sentence about all of it: that it is superseded, a proposal, or not used because the code has changed. */
  notice: { icon: 'info' | 'warning'; words: string } | null;
  facts: { name: string; value: string; why?: string }[];
  pinned: boolean;
  isProposal: boolean;
  isEditable: boolean;
  supersededBy: ShownLink | null;
  recalled: ShownLink[];
  /** Why it was chosen, where it comes from a search or a use. */
  score: ShownScore | null;
}

/** What was used for an answer or a suggestion. */
export interface ShownUse {
  /** `Your last question`, …. */
  what: string;
  /** The question, in one line. */
  asked: string;
  /** What the controller decided. */
  decision: string;
  used: {
    id: number;
    kind: string;
    icon: string;
    title: string;
    /** As it stood in the prompt. */
    text: string;
    tokens: number;
    marks: string[];
    score: ShownScore | null;
    /** It is still there, and can be opened. */
    isThere: boolean;
  }[];
  /** A second answer can be made without one of them. */
  again: boolean;
}

export type DetailsMessage =
  | { type: 'memory'; memory: ShownMemory }
  | { type: 'use'; use: ShownUse }
  /** There is nothing to show (any more), in words. */
  | { type: 'none'; words: string };

/** From the page; checked as a stranger's. */
export type DetailsAsked =
  | { type: 'ready' }
  | { type: 'pin'; id: number; pinned: boolean }
  | { type: 'accept'; id: number }
  | { type: 'edit'; id: number }
  | { type: 'forget'; id: number }
  /** Another memory. */
  | { type: 'open'; id: number }
  /** An anchor of the memory that is shown. */
  | { type: 'source'; sentence: number; anchor: number }
  /** The file that it is about. */
  | { type: 'file' }
  | { type: 'without'; id: number };
