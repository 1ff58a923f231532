/**
 * `npm run eval:memory -- sessions [--count N] [--misses]`: E, what of weeks of sessions is found again; each part of SCM
 * on and off; F, what is kept of 1,000 turns. Found by words alone. The figures are of histories that no constant was chosen on
 * (those were 1,000 and above).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { asPrompt } from '../../../../src/engine/server/services/memory/stream/asPrompt.ts';
import {
  EVERY_PART,
  estimateTokens,
  type StreamSwitches,
} from '../../../../src/engine/server/services/memory/stream/parts.ts';
import { type Row, table } from '../../../bench/report.ts';
import { withInterval } from '../retrieval/interval.ts';
import { ABILITIES, type Ability, history } from './histories.ts';
import { junkAfter } from './junk.ts';
import { Replay, wordsOnly } from './replay.ts';
import { NEEDS_NONE } from './templates.ts';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '300' }, misses: { type: 'boolean', default: false } },
});
const TOP = 5;
const ROOM = 1_500;
/** Turned off one at a time. */
const PARTS = Object.keys(EVERY_PART) as (keyof StreamSwitches)[];
/** Leaves nothing out, and records no use: every setting sees the same store. */
const A_TRY = { leaveOut: [0] };

/** 1 or 0 for each history that it is asked of. */
interface Outcomes {
  recall: number[];
  newest: number[];
  abstains: number[];
  lost: number[];
  /** All words of the answer are in the prompt. */
  told: number[];
  /** A question that leans on the turn before has it. */
  before: number[];
  /** Nothing is used for what needs nothing. */
  spared: number[];
  tokens: number[];
  byAbility: Map<Ability, number[]>;
}

const outcomes = (): Outcomes => ({
  recall: [],
  newest: [],
  abstains: [],
  lost: [],
  told: [],
  before: [],
  spared: [],
  tokens: [],
  byAbility: new Map(),
});

async function ask(replay: Replay, seed: number, switches: Partial<StreamSwitches>, into: Outcomes): Promise<void> {
  const { ability, query, needles, events } = history(seed);
  const stream = replay.stream(switches);
  const { memories } = await stream.activate({ query, tokens: ROOM, for: 'chat', ...A_TRY });
  const ids = memories.map(({ item }) => item.id);
  const prompt = asPrompt(memories);
  into.tokens.push(estimateTokens(prompt));
  if (ability === 'abstention') into.abstains.push(Number(ids.length === 0));
  else {
    const found = replay.wanted.filter((id) => ids.slice(0, TOP).includes(id)).length / replay.wanted.length;
    into.recall.push(found);
    into.byAbility.set(ability, [...(into.byAbility.get(ability) ?? []), found]);
    into.lost.push(Number(ids.length === 0));
    into.told.push(Number(needles.every((needle) => prompt.includes(needle))));
    if (found < 1 && values.misses) console.log(`${seed} ${ability}: ${query}`);
  }
  if (ability === 'update') {
    const [newer, older] = [ids.indexOf(replay.wanted[0]!), ids.indexOf(replay.outdated[0]!)];
    into.newest.push(Number(newer >= 0 && (older < 0 || newer < older)));
  }
  const last = events.findLast(({ fact }) => !fact)!;
  const leaning = await stream.activate({
    query: 'And why is it so?',
    tokens: ROOM,
    for: 'chat',
    conversation: last.conversation,
    ...A_TRY,
  });
  into.before.push(Number(leaning.memories.some(({ flash }) => flash)));
  const nothing = await stream.activate({
    query: NEEDS_NONE[seed % NEEDS_NONE.length]!,
    tokens: ROOM,
    for: 'chat',
    ...A_TRY,
  });
  into.spared.push(Number(nothing.memories.length === 0));
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
const row = (group: string, name: string, outcome: readonly number[], goal?: string): Row => ({
  group,
  name,
  value: 100 * mean(outcome),
  unit: '%',
  note: `${outcome.length} asked, ${withInterval(outcome)}`,
  ...(goal && { goal }),
});

const folder = mkdtempSync(path.join(tmpdir(), 'quire-sessions-'));
try {
  const full = outcomes();
  const without = new Map(PARTS.map((part) => [part, outcomes()]));
  for (let seed = 0; seed < Number(values.count); seed++) {
    const replay = new Replay(folder, `${seed}`, wordsOnly);
    await replay.tell(history(seed));
    await ask(replay, seed, {}, full);
    for (const [part, into] of without) await ask(replay, seed, { [part]: false }, into);
    replay.close();
  }
  const rows = [
    row('E', `R@${TOP}`, full.recall, '>= 95'),
    ...ABILITIES.flatMap((ability) =>
      full.byAbility.has(ability) ? [row('E', `R@${TOP}, ${ability}`, full.byAbility.get(ability)!)] : [],
    ),
    row('E', 'newest first', full.newest, '>= 95'),
    row('E', 'abstains', full.abstains, '>= 90'),
    row('E', 'lost to abstention', full.lost, '<= 3'),
  ];
  for (const [name, { recall, newest, abstains, told, before, spared, tokens }] of [
    ['every part', full],
    ...[...without].map(([part, all]) => [`without ${part}`, all] as const),
  ] as const) {
    rows.push(
      row(name, `R@${TOP}`, recall),
      row(name, 'newest first', newest),
      row(name, 'answer in the prompt', told),
      row(name, 'abstains', abstains),
    );
    rows.push(row(name, 'turn before is told', before), row(name, 'nothing where nothing is needed', spared));
    rows.push({ group: name, name: 'tokens of the notes', value: mean(tokens), unit: '' });
  }
  const replay = new Replay(folder, 'junk', wordsOnly);
  const junk = await junkAfter(replay);
  replay.close();
  const of = { note: `${junk.items} items, ${junk.kept} of 1,000 turns kept` };
  rows.push(
    { group: 'F', name: 'exact copies', value: 100 * junk.exact, unit: '%', goal: '<= 0', ...of },
    { group: 'F', name: 'near copies', value: 100 * junk.near, unit: '%', goal: '<= 2' },
    { group: 'F', name: 'recall loops', value: junk.loops, unit: '', goal: '<= 0' },
    { group: 'F', name: 'secrets', value: junk.secrets, unit: '', goal: '<= 0' },
  );
  console.log(table(rows));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
