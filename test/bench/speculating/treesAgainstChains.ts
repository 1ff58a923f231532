/** The answers on which trees of guesses are held against chains, and the table of it. */
import type { Drawer } from '../../../src/engine/server/core/backend.ts';
import type { ModelHandle } from '../../../src/engine/server/core/modelHandle.ts';
import { LEAST_GAIN } from '../../../src/engine/server/core/speculation/budget.ts';
import { TextSource } from '../../../src/engine/server/core/speculation/textSource.ts';
import { near, type Projects } from '../../../src/engine/server/services/completion/project/projects.ts';
import type { Measured } from '../report.ts';
import { Candidates, held, otherCode, otherPlaces } from './candidates.ts';
import { Rig } from './rig.ts';
import { chat, choosing, completions, type Place, places, rewrite, type Said } from './traces.ts';
import { MACHINES, simulate, type Told } from './trees.ts';

/** What a small model gives to the token that really comes. */
const MODEL_SHARE = 0.6;

export interface TreePlan {
  places: number;
  lines: number;
  prose: number;
}

/** How much faster trees would be than chains. @param handle is asked how it goes on at the places, too. */
export async function treesAgainstChains(
  handle: ModelHandle,
  projects: Projects,
  { places: count, lines, prose }: TreePlan,
): Promise<Measured[]> {
  const restOfLine = places(handle, projects, { block: false, count });
  const block = places(handle, projects, { block: true, count: Math.ceil(count / 4) });
  await projects.read();
  const told = (found: readonly Place[]) => found.map((place) => atPlace(handle, projects, place));
  const traces: [name: string, answers: Told[]][] = [
    ['rest of line as written', told(restOfLine)],
    ['rest of line as the model says', told(await answered(handle, projects, restOfLine))],
    ['block as written', told(block)],
    ['block as the model says', told(await answered(handle, projects, block))],
    [`rewrite of ${lines} lines`, [inChat(rewrite(handle, lines))]],
    ['chat', [inChat(chat(handle, prose))]],
  ];
  return traces.flatMap(([name, answers]) =>
    Object.entries(MACHINES).map(([machine, ms]): Measured => {
      const [chain, tree] = [simulate(answers, ms, false), simulate(answers, ms, true)];
      const said = ({ gain, tokensPerStep }: typeof chain) =>
        `${gain.toFixed(2)} x, ${tokensPerStep.toFixed(2)} tokens a step`;
      const siblings = `${(100 * tree.siblings).toFixed(0)} % of the nodes beside another`;
      return {
        name: `${name} on ${machine}: trees over chains`,
        value: tree.gain / chain.gain,
        unit: 'x',
        // Above it they should be built: a draft has to win as much to be made.
        goal: `<= ${LEAST_GAIN}`,
        note: `chains ${said(chain)}; trees ${said(tree)}, ${siblings}`,
      };
    }),
  );
}

/** The same places, with what the model says there; not those where it says nothing. */
async function answered(handle: ModelHandle, projects: Projects, found: readonly Place[]): Promise<Place[]> {
  const rig = await Rig.of(handle, 'off');
  const said: Place[] = [];
  for (const [index, ask] of completions(projects, found, false).entries()) {
    const script = Int32Array.from(await rig.tokens(ask));
    if (script.length > 0) said.push({ ...found[index]!, script });
  }
  rig.dispose();
  return said;
}

function inChat({ prompt, script }: Said): Told {
  return {
    prompt,
    script,
    begin: () => ({ candidates: new Candidates([new TextSource('text', prompt)], otherPlaces) }),
  };
}

function atPlace({ tokenizer, info }: ModelHandle, projects: Projects, place: Place): Told {
  const { workspace, offset, block, cursor, prompt, script } = place;
  return {
    prompt,
    script,
    begin() {
      const says = new Says(script, info.vocabularyTokens);
      const { sampler, sources } = choosing(projects, says, place, says);
      const scopes = [near(cursor, false), ...projects.of(workspace).index.scopes(workspace, offset)];
      const others = otherCode(cursor.before, scopes, () => sampler.recalled);
      const { beginning } = cursor;
      return {
        candidates: new Candidates(sources, held(others, tokenizer, { beginning, oneLine: !block })),
        took: () => void sampler.sample(0),
      };
    },
  };
}

/** A model that gives what really comes the same probability each time, and a drawer that draws it. */
class Says implements Drawer {
  readonly #script: ArrayLike<number>;
  readonly #logit: number;
  readonly #vocabulary: number;
  #said = 0;

  constructor(script: ArrayLike<number>, vocabulary: number) {
    this.#script = script;
    this.#vocabulary = vocabulary;
    this.#logit = Math.log((MODEL_SHARE / (1 - MODEL_SHARE)) * (vocabulary - 1));
  }

  logits(_row: number, target = new Float32Array(this.#vocabulary)): Float32Array {
    target.fill(0);
    target[this.#script[this.#said]!] = this.#logit;
    return target;
  }

  sample(): number {
    return this.draw();
  }

  draw(): number {
    return this.#script[this.#said++]!;
  }

  accept(): void {}

  dispose(): void {}
}
