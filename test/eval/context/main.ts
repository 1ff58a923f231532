/**
 * `npm run eval:context [-- --places N] [--seed N] [--model PATH] [--arms NAME,NAME]`: what each source of context is worth.
 * Places in the middle of what one published version of a package changed against the one before it, in packages that the
 * bundled model never saw; each with all sources, without one at a time, and with one alone. How likely what really came is,
 * for the model alone and for what is chosen with the project's code, all of which is known; and whether the line is right. A
 * table, and test-results/context.json.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { CompletionRequest } from '../../../src/completion/completer.ts';
import { assemble } from '../../../src/completion/context/assemble.ts';
import { type Piece, SOURCES, type Source } from '../../../src/completion/context/piece.ts';
import { fimLayoutOf } from '../../../src/completion/fimLayouts.ts';
import { surroundingsOf } from '../../../src/completion/prompt.ts';
import { budgetFor } from '../../../src/completion/window.ts';
import { EngineClient } from '../../../src/engine/client/client.ts';
import { readWorkspaceNotification } from '../../../src/engine/protocol/index.ts';
import { openModel } from '../../../src/engine/server/core/llama/model.ts';
import { Projects } from '../../../src/engine/server/services/completion/project/projects.ts';
import { ESCAPE } from '../../../src/engine/server/services/completion/weights.ts';
import { bundledModel, engineCommand, privateRuntime, repository } from '../../helpers/engine.ts';
import { cpuLibrary } from '../../helpers/native.ts';
import { Random } from '../../traces/random.ts';
import { Desk } from '../desk.ts';
import { qualityOf } from '../fit/escape.ts';
import { askedFor, decode, samplesOf, targetOf, toolsOf } from '../fit/samples.ts';
import { OpenFiles } from '../memory/completion/openFiles.ts';
import { generator } from '../memory/retrieval/interval.ts';
import { foundAt } from './found.ts';
import { REVISIONS, type WorkPlace, workPlaces } from './revisions.ts';

const { values } = parseArgs({
  options: {
    places: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    model: { type: 'string', default: bundledModel },
    arms: { type: 'string' },
    out: { type: 'string', default: path.join(repository, 'test-results', 'context.json') },
  },
});
/** What is shown beside the file: heads of other files, pieces of some sources; `today`: as the model is. */
interface Arm {
  name: string;
  heads: boolean;
  sources: readonly Source[];
  today?: boolean;
}
/** Those that begin alike follow each other: what was read for one is known for the next. */
const ARMS: Arm[] = [
  { name: 'today', heads: true, sources: [], today: true },
  { name: 'heads', heads: true, sources: [] },
  { name: 'all', heads: true, sources: SOURCES },
  ...SOURCES.toReversed().map((source) => ({
    name: `all but ${source}`,
    heads: true,
    sources: SOURCES.filter((one) => one !== source),
  })),
  { name: 'file', heads: false, sources: [] },
  { name: 'all but heads', heads: false, sources: SOURCES },
  ...SOURCES.map((source) => ({ name: `only ${source}`, heads: false, sources: [source] })),
  ...SOURCES.map((source) => ({ name: `heads and ${source}`, heads: true, sources: [source] })),
];
const BASE = 'heads';
const HEADS = 2;
const arms = ARMS.filter(({ name }) => values.arms === undefined || [BASE, ...values.arms.split(',')].includes(name));

const folder = mkdtempSync(path.join(tmpdir(), 'quire-eval-'));
process.env.QUIRE_DATA_DIR = path.join(folder, 'data');
const runtime = privateRuntime();
const client = new EngineClient(engineCommand(), 'eval');
const model = await openModel(await cpuLibrary(), { path: values.model, contextTokens: 0 });
/** As prompts are made for a model of a size, and on a machine, that pieces are for. */
const large = {
  ...model.info,
  parameters: 7e9,
  device: 'GPU',
  contextTokens: Math.min(3_072, model.info.contextTokens),
};
const tools = toolsOf(model);

interface Answered {
  place: string;
  kind: string;
  /** Natural logarithms of the probability of what came, a token. */
  model: number;
  mixed: number;
  exact: number;
  modelExact: number;
  prompt: number;
  units: number;
}
const answers = new Map(arms.map(({ name }): [string, Answered[]] => [name, []]));

const rooms = await Promise.all(REVISIONS.map(roomOf));
// By turns, so that what is printed on the way is of all packages.
for (let turn = 0; rooms.some(({ places }) => turn < places.length); turn++) {
  for (const room of rooms) {
    const place = room.places[turn];
    if (place) await lookAt(place, room, `${place.package} ${turn}`);
  }
  print();
}
mkdirSync(path.dirname(values.out), { recursive: true });
writeFileSync(values.out, `${JSON.stringify(Object.fromEntries(answers), null, 1)}\n`);
tools.backend.dispose();
model.dispose();
await client.dispose({ shutdown: true });
await runtime.dispose();
rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
process.exit(0); // native threads may linger

async function roomOf(revision: (typeof REVISIONS)[number], index: number) {
  const share = (i: number) => Math.floor((Number(values.places) * i) / REVISIONS.length);
  const places = await workPlaces(revision, share(index + 1) - share(index), new Random(Number(values.seed) + index));
  const project = path.join(folder, `p${index}`);
  for (const file of places[0]?.others ?? []) {
    mkdirSync(path.dirname(path.join(project, file.path)), { recursive: true });
    writeFileSync(path.join(project, file.path), file.content);
  }
  const workspace = await client.openWorkspace({ folder: project, name: revision[0], trusted: true });
  client.tell(readWorkspaceNotification, { workspace, on: true });
  const projects = new Projects(model.tokenizer, model.info.vocabularyTokens);
  return { places, workspace, open: new OpenFiles(client, workspace), projects, desk: new Desk(projects, workspace) };
}

async function lookAt(
  place: WorkPlace,
  { workspace, open, projects, desk }: Awaited<ReturnType<typeof roomOf>>,
  id: string,
): Promise<void> {
  open.only([...place.others, { path: place.path, content: place.prefix + place.suffix }]);
  desk.show(place);
  const { index: code } = projects.of(workspace);
  while (code.readOn());
  const pieces = await foundAt(place, client, workspace);
  let decoded: number[] = [];
  for (const arm of arms) {
    const { request, units } = requestOf(arm, place, pieces);
    const { prompt, params } = await askedFor(request, model, arm.today ? model.info : large);
    const target = targetOf(place, prompt.cursor!.beginning, tools);
    if (!target) return;
    const tokens = [...prompt.tokens, ...target.slice(0, -1)];
    const known = Math.min(common(decoded, tokens), prompt.tokens.length - 1);
    const rows = decode(tools.backend, tokens, prompt.tokens.length - 1, known);
    decoded = tokens;
    const samples = samplesOf(place, { prompt, params, target, rows }, code, tools);
    const mixed = qualityOf([{ package: '', kind: place.kind, known: 'workspace', samples }], ESCAPE);
    // The word at the cursor is written anew: the first token has to begin with what stands there of it.
    const { beginning } = prompt.cursor!;
    const first = beginning.length > 0 ? tools.vocabulary.openings(beginning) : undefined;
    // A model that fills a middle ends it with a token of its own, not with the line break that stands there.
    const said = rows.filter((_, i) => !tools.vocabulary.endsLine(target[i]!));
    const alone = said.map((row, i) => choiceOf(row, target[i]!, i === 0 ? first : undefined));
    answers.get(arm.name)!.push({
      place: id,
      kind: place.kind,
      model: mean(alone.map(({ likelihood }) => likelihood)),
      mixed: mixed.likelihood / mixed.tokens,
      exact: mixed.exact,
      modelExact: Number(alone.every(({ best }) => best)),
      prompt: prompt.tokens.length,
      units,
    });
  }
}

function requestOf(
  arm: Arm,
  place: WorkPlace,
  pieces: readonly Piece[],
): { request: CompletionRequest; units: number } {
  const who = arm.today ? model.info : large;
  const edited = place.edits.map((edit) => edit.path).reverse();
  const rank = (file: string) => (edited.includes(file) ? edited.indexOf(file) : edited.length);
  const heads = [...place.others].sort((a, b) => rank(a.path) - rank(b.path)).slice(0, HEADS);
  const budget = budgetFor(who, 128, fimLayoutOf(who).order);
  const base = { path: place.path, prefix: place.prefix, suffix: place.suffix, lines: 'one' as const };
  const { prefix, suffix } = surroundingsOf(base, budget);
  const beside = arm.heads ? heads.map(({ content }) => content.slice(0, budget.others / budget.files)) : [];
  const wanted = pieces.filter(({ source }) => arm.sources.includes(source));
  const alone = arm.sources.length === 1 ? { [arm.sources[0]!]: 1 } : undefined;
  const context = assemble(wanted, [prefix, suffix, ...beside], budget.pieces, alone);
  const units = context.reduce((sum, piece) => sum + piece.text.length, 0);
  return { request: { ...base, others: arm.heads ? heads : [], context }, units };
}

/** How likely a token was, and whether it was the likeliest. @param among the tokens that may be chosen; absent: all. */
function choiceOf(row: Float32Array, token: number, among?: Iterable<number>): { likelihood: number; best: boolean } {
  const logits = among ? Array.from(among, (one) => row[one]!) : row;
  let most = row[token]!;
  for (const logit of logits) if (logit > most) most = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - most);
  return { likelihood: row[token]! - most - Math.log(sum), best: row[token] === most };
}

function common(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

function print(): void {
  const base = answers.get(BASE)!;
  console.log(
    `${model.info.name}, ${base.length} places; nats a token of what came, and how much better than '${BASE}' with 95 %`,
  );
  console.log('of draws anew; model: alone, mixed: with the code of the project; lines exactly right; units of pieces');
  console.log(
    `${'arm'.padEnd(20)} model  better                 exact   mixed  better                 exact   units  prompt`,
  );
  for (const [name, all] of answers) {
    console.log(
      `${name.padEnd(20)} ${column(all, base, 'model', 'modelExact')}  ${column(all, base, 'mixed', 'exact')}` +
        `${mean(all.map(({ units }) => units))
          .toFixed(0)
          .padStart(6)}  ${mean(all.map(({ prompt }) => prompt))
          .toFixed(0)
          .padStart(6)}`,
    );
  }
}

function column(
  all: readonly Answered[],
  base: readonly Answered[],
  of: 'model' | 'mixed',
  exact: 'modelExact' | 'exact',
) {
  const better = all.map((one, i) => one[of] - base[i]![of]);
  const [low, high] = interval(better);
  return `${(-mean(all.map((one) => one[of]))).toFixed(3)} ${signed(mean(better))} [${signed(low)}, ${signed(high)}] ${(100 * mean(all.map((one) => one[exact]))).toFixed(1).padStart(5)} %`;
}
function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(3)}`.padStart(6);
}
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
/** The middle 95 % of the means of as many places drawn anew. */
function interval(differences: readonly number[]): [number, number] {
  const next = generator(1);
  const means = Array.from({ length: 1_000 }, () =>
    mean(differences.map(() => differences[Math.floor(next() * differences.length)]!)),
  ).sort((a, b) => a - b);
  return [means[25]!, means[974]!];
}
