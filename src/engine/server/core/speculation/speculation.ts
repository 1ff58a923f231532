/**
 * Speculative decoding of one model's requests: what was learned of its sources and of what steps cost, and whether it
 * pays. Where it does not, it is off by itself: no step is drafted whose tokens would not come faster, and where even
 * looking for guesses costs more than nothing, that rests too.
 */
import type { RequestClass, SpeculationStatus } from '../../../protocol/index.ts';
import type { LatencyProfile } from '../scheduler/latencyProfile.ts';
import { Acceptance } from './acceptance.ts';
import { worthwhile } from './budget.ts';
import { StepCosts } from './costs.ts';
import type { Draft, DraftSource, SourceName } from './draft.ts';
import { Drafter } from './drafter.ts';
import type { RowsAlike } from './rowsAlike.ts';

/** It is judged by so many steps: those without a draft, and those with one. */
const JUDGED = 20;
/** Looking for guesses may cost this share of a step where none was worth computing for so many of them in a row. */
const LOOKING_SHARE = 0.005;
/** No look takes longer by itself: the thread was interrupted. */
const LONGEST_LOOK_MS = 0.2;
/** It rests for so many steps, each time in a row twice as many. */
const REST = { first: 16, most: 4096 };
/** What drafts won is said of about the last so many tokens. */
const REMEMBERED = 512;

/** Whether it pays in one class of requests. */
interface Judgement {
  /** Steps to go before it is tried again. */
  resting: number;
  /** How long the next rest is: where looking cost too much, and where drafts lost. */
  idleRest: number;
  lossRest: number;
  /** Steps since one had a draft. */
  silent: number;
  /** Of steps in a row without a draft: how many, what looking for one cost in them, and they themselves; ms. */
  idle: number;
  lookingMs: number;
  idleMs: number;
  /** Of steps with a draft: how many, what they took, and what their tokens would have taken one by one; ms. */
  drafts: number;
  ms: number;
  plainMs: number;
}

/** How the tokens of one step came. */
export interface StepResult {
  kind: RequestClass;
  source: SourceName | undefined;
  /** Tokens that were drafted, that were right, and that the request got. */
  drafted: number;
  right: number;
  made: number;
}

/** What a step of several requests took. */
export interface StepCost {
  /** Tokens of drafts in it. */
  drafted: number;
  /** What such a step takes, and what the tokens that it made would have taken without drafts. */
  ms: number;
  plainMs: number;
}

/** A step of one request that could carry a draft. */
export interface Prospect {
  kind: RequestClass;
  known: readonly number[];
  from: number;
  most: number;
  /** Tokens that other requests of the step are expected to get. */
  others: number;
  /** Milliseconds of the step with so many nodes. */
  ms: (nodes: number) => number;
  /** How many of so many nodes there is room for. */
  room: (nodes: number) => number;
}

/** What drafts have to win in all: what a step takes outside of the backend is not in these sums. */
const LEAST_WON = 1.05;

export class Speculation {
  readonly costs: StepCosts;
  /** Rows that a step with drafts may have; see `rowsAlike`. */
  readonly mostRows: number;
  readonly #acceptance = new Acceptance();
  readonly #judgements = new Map<RequestClass, Judgement>();
  readonly #totals = { steps: 0, tokens: 0, drafted: 0, right: 0 };
  readonly #bySource = new Map<SourceName, { drafted: number; right: number }>();
  /** Of late: tokens and steps of requests, what steps with drafts took and what they would have without; ms. */
  readonly #late = { steps: 0, tokens: 0, ms: 0, plainMs: 0 };

  /** @param profile of the model's iterations. @param alike absent: any number of rows is computed as one is alone. */
  constructor(profile: LatencyProfile, alike?: RowsAlike) {
    this.mostRows = alike?.most ?? Number.POSITIVE_INFINITY;
    this.costs = new StepCosts(profile, alike?.ms);
  }

  drafter(sources: readonly DraftSource[]): Drafter {
    return new Drafter(this.#acceptance, sources);
  }

  /** What a step carries; undefined: nothing that is worth it. */
  plan(drafter: Drafter, { kind, known, from, most, others, ms, room }: Prospect): Draft | undefined {
    const judgement = this.#of(kind);
    if (judgement.resting > 0) {
      judgement.resting--;
      drafter.rest();
      return undefined;
    }
    const began = performance.now();
    const reach = drafter.look(known, from, most);
    let nodes = worthwhile(reach, ms, others);
    const fits = nodes === 0 ? 0 : room(nodes);
    if (fits < nodes) nodes = worthwhile(reach.slice(0, fits), ms, others);
    judgement.lookingMs += Math.min(LONGEST_LOOK_MS, performance.now() - began);
    return nodes === 0 ? undefined : drafter.draft(nodes);
  }

  /** A request got its tokens of a step. */
  took({ kind, source, drafted, right, made }: StepResult): void {
    this.#totals.steps++;
    this.#totals.tokens += made;
    this.#late.steps++;
    this.#late.tokens += made;
    if (drafted > 0 && source) {
      this.#totals.drafted += drafted;
      this.#totals.right += right;
      const ofSource = this.#bySource.get(source) ?? { drafted: 0, right: 0 };
      ofSource.drafted += drafted;
      ofSource.right += right;
      this.#bySource.set(source, ofSource);
    }
    const judgement = this.#of(kind);
    judgement.silent = drafted > 0 ? 0 : judgement.silent + 1;
    if (this.#late.tokens > REMEMBERED) {
      this.#late.steps /= 2;
      this.#late.tokens /= 2;
      this.#late.ms /= 2;
      this.#late.plainMs /= 2;
    }
  }

  /** A step of one class was computed that had no prompts in it. */
  computed(kind: RequestClass, { drafted, ms, plainMs }: StepCost): void {
    const judgement = this.#of(kind);
    if (drafted === 0) {
      judgement.idle++;
      judgement.idleMs += ms;
      if (judgement.idle < JUDGED) return;
      if (judgement.lookingMs > LOOKING_SHARE * judgement.idleMs) {
        judgement.resting = judgement.idleRest;
        judgement.idleRest = longer(judgement.idleRest);
      }
    } else {
      this.#late.ms += ms;
      this.#late.plainMs += plainMs;
      judgement.idleRest = REST.first;
      judgement.drafts++;
      judgement.ms += ms;
      judgement.plainMs += plainMs;
      if (judgement.drafts >= JUDGED) this.#judge(judgement);
    }
    judgement.idle = 0;
    judgement.idleMs = 0;
    judgement.lookingMs = 0;
  }

  status(): SpeculationStatus {
    const { steps, tokens, drafted, right } = this.#totals;
    const late = this.#late;
    return {
      on: [...this.#judgements.values()].some(({ resting, silent }) => resting === 0 && silent < JUDGED),
      rows: Number.isFinite(this.mostRows) ? this.mostRows : null,
      steps,
      tokens,
      drafted,
      right,
      tokensPerStep: late.steps === 0 ? null : late.tokens / late.steps,
      gain: late.ms === 0 ? null : late.plainMs / late.ms,
      sources: Object.fromEntries(this.#bySource),
    };
  }

  #judge(judgement: Judgement): void {
    if (judgement.ms * LEAST_WON > judgement.plainMs) {
      judgement.resting = judgement.lossRest;
      judgement.lossRest = longer(judgement.lossRest);
    } else judgement.lossRest = REST.first;
    judgement.drafts = 0;
    judgement.ms = 0;
    judgement.plainMs = 0;
  }

  #of(kind: RequestClass): Judgement {
    let judgement = this.#judgements.get(kind);
    if (!judgement) {
      judgement = {
        resting: 0,
        idleRest: REST.first,
        lossRest: REST.first,
        silent: JUDGED,
        idle: 0,
        lookingMs: 0,
        idleMs: 0,
        drafts: 0,
        ms: 0,
        plainMs: 0,
      };
      this.#judgements.set(kind, judgement);
    }
    return judgement;
  }
}

const longer = (rest: number): number => Math.min(REST.most, 2 * rest);
