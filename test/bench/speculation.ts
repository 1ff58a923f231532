/**
 * What drafts bring, by what is asked for: times as fast as one token at a time, tokens a step, how many guesses were
 * right; and, simulated, what trees of guesses would bring over chains. In this process, so that it runs anywhere: `node test/bench/speculation.ts [--model FILE] [--gpu G] [--quick]
 * [--json]`; the last prints one line of JSON.
 */
import type { GpuPreference } from '../../src/engine/protocol/index.ts';
import { openModel } from '../../src/engine/server/core/llama/model.ts';
import type { ModelHandle } from '../../src/engine/server/core/modelHandle.ts';
import { Projects } from '../../src/engine/server/services/completion/project/projects.ts';
import { propose } from '../../src/engine/server/services/completion/project/proposals.ts';
import { bundledModel } from '../helpers/engine.ts';
import { qwenShape } from '../helpers/randomModel.ts';
import { corpus } from './corpus.ts';
import { nativeLibrary } from './native.ts';
import { type BenchOptions, parseOptions } from './options.ts';
import { type Measured, median, type Row, report, table } from './report.ts';
import { type Ask, Rig } from './speculating/rig.ts';
import { asked, chat, completions, places, rewrite, synthetic } from './speculating/traces.ts';
import { treesAgainstChains } from './speculating/treesAgainstChains.ts';

interface Plan {
  rounds: number;
  places: number;
  /** Lines that are written anew, tokens of an explanation. */
  lines: number;
  prose: number;
  /** Tokens of a synthetic answer, and the numbers of nodes that the oracle tries. */
  synthetic: number;
  fixed: number[];
}

const WHOLE: Plan = {
  rounds: 5,
  places: 16,
  lines: 200,
  prose: 300,
  synthetic: 160,
  fixed: [1, 2, 3, 4, 6, 8, 12, 16],
};
/** Of a model that takes a tenth of a second for a token. */
const SLOW: Plan = { ...WHOLE, rounds: 3, places: 8, lines: 60, prose: 100, synthetic: 96, fixed: [1, 2, 4, 8] };
const QUICK: Plan = { rounds: 2, places: 4, lines: 40, prose: 80, synthetic: 64, fixed: [1, 2, 4, 8] };
const ACCEPTANCE = [0.5, 0.7, 0.9];
/** Answers of a model that was just opened are not judged: costs and sources are learned in them. */
const WARM_UP = 1;

export async function benchSpeculation({ model, gpu, quick }: BenchOptions): Promise<Row[]> {
  const subjects = model
    ? [{ name: 'model', path: model, scripted: true, plan: WHOLE }]
    : [
        { name: 'bundled', path: bundledModel, scripted: false, plan: WHOLE },
        { name: '0.5B shape', path: await qwenShape(), scripted: true, plan: gpu === 'off' ? SLOW : WHOLE },
      ];
  const rows: Row[] = [];
  for (const { name, path, scripted, plan } of subjects) {
    const measured = await measureModel(path, gpu, scripted, quick ? QUICK : plan);
    rows.push(...measured.map((row) => ({ ...row, group: `speculation, ${name}` })));
  }
  return rows;
}

async function measureModel(path: string, gpu: GpuPreference, scripted: boolean, plan: Plan): Promise<Measured[]> {
  const handle = await openModel(await nativeLibrary(gpu), { path, contextTokens: 4_096 });
  const projects = new Projects(handle.tokenizer, handle.info.vocabularyTokens);
  const rows: Measured[] = [];
  try {
    const lines = places(handle, projects, { block: false, count: plan.places });
    const blocks = places(handle, projects, { block: true, count: Math.ceil(plan.places / 4) });
    const traces: [name: string, asks: Ask[], goal: string][] = [
      ['rest of line', completions(projects, lines, scripted), goalOf(scripted, 1.3)],
      ['block', completions(projects, blocks, scripted), '>= 0.98'],
      [`rewrite of ${plan.lines} lines`, [asked(rewrite(handle, plan.lines))], goalOf(scripted, 2)],
      ['chat', [asked(chat(handle, plan.prose))], '>= 0.98'],
    ];
    await projects.read();
    for (const [name, asks, goal] of traces) {
      console.error(`speculation: ${name}`);
      if (asks.length > 0) rows.push(...(await trace(handle, name, asks, goal, plan)));
    }
    if (scripted) for (const rate of ACCEPTANCE) rows.push(...(await oracle(handle, rate, plan)));
    else rows.push(...(await treesAgainstChains(handle, projects, plan)));
    rows.push(await proposals(handle));
  } finally {
    await projects.read();
    handle.dispose();
  }
  return rows;
}

const goalOf = (scripted: boolean, least: number): string => `>= ${scripted ? least : 0.98}`;

/** Asks by turns with drafts and without. */
async function trace(
  handle: ModelHandle,
  name: string,
  asks: Ask[],
  goal: string,
  { rounds }: Plan,
): Promise<Measured[]> {
  const [off, on] = [await Rig.of(handle, 'off'), await Rig.of(handle, 'on')];
  const ratios: number[] = [];
  const busy: number[] = [];
  const speeds: number[] = [];
  let same = 0;
  for (let round = -WARM_UP; round < rounds; round++) {
    const first = round % 2 === 0 ? await off.time(asks) : undefined;
    const drafted = await on.time(asks);
    const plain = first ?? (await off.time(asks));
    if (round < 0) continue;
    same += plain.text === drafted.text ? 1 : 0;
    speeds.push((drafted.tokens * 1000) / drafted.ms);
    const perToken = drafted.tokens / plain.tokens;
    ratios.push((perToken * plain.ms) / drafted.ms);
    busy.push((perToken * plain.busyMs) / drafted.busyMs);
  }
  const { rows, steps, tokens, drafted, right, sources } = on.speculation!.status();
  off.dispose();
  on.dispose();
  const from = Object.entries(sources).map(([source, of]) => `${source} ${of.right} of ${of.drafted}`);
  return [
    {
      name: `${name}: times as fast`,
      value: median(ratios),
      unit: 'x',
      goal,
      note: `${median(speeds).toFixed(1)} tokens/s; ${same} of ${rounds} rounds with the same texts`,
    },
    {
      name: `${name}: the same by processor time`,
      value: median(busy),
      unit: 'x',
      note: 'which a busy machine blurs less; of no use on a GPU',
    },
    {
      name: `${name}: tokens a step`,
      value: tokens / steps,
      unit: '',
      note: `${right} of ${drafted} right: ${from.join(', ')}${rows === null ? '' : `; at most ${rows} computed together`}`,
    },
  ];
}

/** Against the best fixed number of nodes, which nobody knows beforehand. */
async function oracle(
  handle: ModelHandle,
  rate: number,
  { rounds, synthetic: length, fixed }: Plan,
): Promise<Measured[]> {
  const asks = synthetic(handle, rate, length);
  const kinds = ['off', 'on', ...fixed] as const;
  const rigs = await Promise.all(kinds.map((kind) => Rig.of(handle, kind)));
  const times = kinds.map((): number[] => []);
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const [i, rig] of rigs.entries()) {
      const { ms } = await rig.time(asks);
      if (round >= 0) times[i]!.push(ms);
    }
  }
  for (const rig of rigs) rig.dispose();
  const [off, on, ...others] = times.map(median);
  const best = Math.min(off!, ...others);
  const nodes = best === off ? 0 : fixed[others.indexOf(best)]!;
  return [
    { name: `${rate * 100} % right: times as fast`, value: off! / on!, unit: 'x', goal: '>= 0.98' },
    {
      name: `${rate * 100} % right: over the best fixed draft`,
      value: best / on!,
      unit: 'x',
      goal: '>= 0.95',
      note: `${nodes} nodes, ${(off! / best).toFixed(2)} x`,
    },
  ];
}

/** What one look into the project's code takes. */
async function proposals(handle: ModelHandle): Promise<Measured> {
  const projects = new Projects(handle.tokenizer, handle.info.vocabularyTokens);
  projects.open('bench', { id: 'file', path: null, text: corpus() });
  const scopes = projects.of('bench').index.scopes('file', 0);
  const text = handle.tokenizer.encode(corpus());
  // Large texts are read in slices, which would outlive the model.
  await projects.read();
  const times = Array.from({ length: 400 }, (_, i) => {
    const context = text.subarray(0, 64 + i * 8);
    const started = performance.now();
    propose(context.subarray(-32), scopes, { maxTokens: 32 });
    return 1000 * (performance.now() - started);
  });
  return { name: 'a guess out of the code', value: median(times), unit: 'µs', goal: '<= 50' };
}

if (import.meta.main) {
  const json = process.argv.includes('--json');
  const argv = process.argv.slice(2).filter((argument) => argument !== '--json');
  const rows = await benchSpeculation(parseOptions(argv, []));
  console.log(json ? JSON.stringify(report(rows)) : table(rows));
  process.exit(0); // native threads may linger
}
