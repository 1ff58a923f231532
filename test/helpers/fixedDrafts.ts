/** Computes as many nodes of every guess as it is told, whatever they cost. */
import type { LatencyProfile } from '../../src/engine/server/core/scheduler/latencyProfile.ts';
import type { Draft } from '../../src/engine/server/core/speculation/draft.ts';
import type { Drafter } from '../../src/engine/server/core/speculation/drafter.ts';
import { type Prospect, Speculation } from '../../src/engine/server/core/speculation/speculation.ts';

export class FixedDrafts extends Speculation {
  readonly #nodes: number;

  constructor(profile: LatencyProfile, nodes: number) {
    super(profile);
    this.#nodes = nodes;
  }

  override plan(drafter: Drafter, { known, from, most, room }: Prospect): Draft | undefined {
    const reach = drafter.look(known, from, most);
    const nodes = room(Math.min(this.#nodes, reach.length));
    return nodes > 0 ? drafter.draft(nodes) : undefined;
  }
}
