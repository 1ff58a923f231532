/**
 * `npm run eval:memory -- completion [--files N] [--places N] [--model PATH] [--packages heldOut|tuning]`: whether notes of the
 * memory help completions: the same places with and without them, in packages that the bundled model never saw, each indexed
 * by a real engine; and what they cost until the first token. The intervals draw files anew, not places: those of one file
 * have the same notes.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Completer, type CompletionOutcome, type CompletionRequest } from '../../../../src/completion/completer.ts';
import type { Note } from '../../../../src/completion/context/memory.ts';
import { prudenceOf } from '../../../../src/completion/eagerness.ts';
import { Syntax } from '../../../../src/completion/syntax/syntax.ts';
import { EngineClient } from '../../../../src/engine/client/client.ts';
import { type ModelInfo, readWorkspaceNotification } from '../../../../src/engine/protocol/index.ts';
import { importsOf } from '../../../../src/syntax/imports.ts';
import { grammarFor } from '../../../../src/syntax/languages.ts';
import { bundledModel, engineCommand, privateRuntime } from '../../../helpers/engine.ts';
import { Random } from '../../../traces/random.ts';
import { HELD_OUT, sourcesOf, TUNING } from '../../packages.ts';
import { firstLine, isRight, type Place, type PlaceKind, placeIn, type SourceFile } from '../../places.ts';
import { similarity } from '../../scores.ts';
import { generator } from '../retrieval/interval.ts';
import { OpenFiles } from './openFiles.ts';

const { values } = parseArgs({
  options: {
    packages: { type: 'string', default: 'heldOut' },
    files: { type: 'string', default: '8' },
    places: { type: 'string', default: '9' },
    seed: { type: 'string', default: '1' },
    model: { type: 'string', default: bundledModel },
  },
});
const KINDS: PlaceKind[] = ['restOfLine', 'argument', 'wholeLine'];
const packages = values.packages === 'tuning' ? TUNING : HELD_OUT;
const folder = mkdtempSync(path.join(tmpdir(), 'quire-eval-'));
process.env.QUIRE_DATA_DIR = path.join(folder, 'data');
const runtime = privateRuntime();
const client = new EngineClient(engineCommand(), 'eval');
const model = await client.openModel({ path: values.model, contextTokens: 0 });
/** Of a size that is shown notes. */
const large = { ...model, parameters: 7e9 };
const syntax = new Syntax(import.meta.url);
const completer = new Completer(client, syntax);
const prudence = prudenceOf('balanced');
const random = new Random(Number(values.seed));

const measures = [
  'exact',
  'right',
  'shown right',
  'shown wrong',
  'likeness',
  'computed tokens',
  'first token, ms',
] as const;
type Measures = Record<(typeof measures)[number], number>;
interface Tried {
  file: string;
  kind: PlaceKind;
  without: Measures;
  with: Measures;
}
const all: Tried[] = [];
const counts = { files: 0, notes: 0, withNotes: 0 };

for (const name of packages) {
  const sources = await sourcesOf(name);
  console.error(`eval: ${sources.length} files of ${name}`);
  const remembered = await indexed(name, sources);
  console.error('eval: indexed');
  const workspace = await client.openWorkspace({ folder: null, name: `open ${name}`, trusted: true });
  const open = new OpenFiles(client, workspace);
  const importing = sources.filter((source) => importsIn(source).length > 0);
  for (let chosen = 0; chosen < Number(values.files) && importing.length > 0; chosen++) {
    const file = importing.splice(random.integer(0, importing.length - 1), 1)[0]!;
    const places = Array.from({ length: Number(values.places) }, (_, i) =>
      placeIn(file, KINDS[i % KINDS.length]!, random),
    ).filter((place) => place !== undefined);
    const notes = await notesOn(file, remembered);
    counts.files++;
    counts.notes += notes.length;
    if (notes.length === 0) continue;
    counts.withNotes++;
    const others = sources.filter((other) => other !== file).slice(0, 40);
    const answers = async (who: ModelInfo, notes: Note[]): Promise<Measures[]> => {
      const measured: Measures[] = [];
      for (const place of places) {
        open.only([...others, { path: file.path, content: place.prefix + place.suffix }]);
        const request: CompletionRequest = {
          path: file.path,
          prefix: place.prefix,
          suffix: place.suffix,
          document: open.known(file.path),
          others: others.slice(0, 2).map((other) => ({ ...other, document: open.known(other.path) })),
          notes,
        };
        await syntax.load(request);
        const options = { workspace, document: file.path, supersedes: false, prudence, whole: true };
        measured.push(measuresOf(place, await completer.complete(who, request, options)));
      }
      return measured;
    };
    // By turns: who is asked first finds other files that were not computed yet.
    const first = chosen % 2 === 0 ? await answers(model, []) : undefined;
    const beside = await answers(large, notes);
    const without = first ?? (await answers(model, []));
    places.forEach((place, i) => {
      all.push({ file: `${name} ${file.path}`, kind: place.kind, without: without[i]!, with: beside[i]! });
    });
    console.error(`eval: ${name} ${file.path}: ${notes.length} notes, ${places.length} places`);
  }
  // An evaluation of hours may be looked at before its end.
  print();
}

await client.dispose({ shutdown: true });
await runtime.dispose();
rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
process.exit(0); // native threads may linger

function print(): void {
  console.log(`${model.name}, ${all.length} places in ${counts.withNotes} of ${counts.files} files that import others`);
  console.log(`(the others have no notes); ${(counts.notes / counts.withNotes).toFixed(1)} notes a file\n`);
  for (const kind of [undefined, ...KINDS]) {
    const tried = all.filter((one) => kind === undefined || one.kind === kind);
    console.log(`${kind ?? 'all'}, ${tried.length}`);
    for (const measure of measures) {
      const [a, b] = [tried.map((one) => one.without[measure]), tried.map((one) => one.with[measure])];
      const [low, high] = intervalOf(tried, measure);
      console.log(
        `  ${measure.padEnd(16)} ${of(mean(a))} without, ${of(mean(b))} with, difference ${of(mean(b) - mean(a))} [${of(low)}, ${of(high)}]`,
      );
    }
  }
}

/** The package's sources as a folder whose memory is made. @returns its workspace. */
async function indexed(name: string, sources: readonly SourceFile[]): Promise<string> {
  const project = path.join(folder, name.replaceAll('/', '+'));
  for (const { path: file, content } of sources) {
    mkdirSync(path.dirname(path.join(project, file)), { recursive: true });
    writeFileSync(path.join(project, file), content);
  }
  const workspace = await client.openWorkspace({ folder: project, name, trusted: true });
  client.tell(readWorkspaceNotification, { workspace, on: true });
  await client.memory.index({ place: { workspace } });
  return workspace;
}

async function notesOn(file: SourceFile, workspace: string): Promise<Note[]> {
  const result = await client.memory.activate({
    place: { workspace },
    for: 'completion',
    query: file.content.slice(0, 4_000),
    tokens: 400,
    peek: true,
    at: file.path,
    paths: importsIn(file),
  });
  return result!.memories.map(({ item, text }) => ({ path: item.path, text }));
}

function importsIn({ path, content }: SourceFile): string[] {
  const grammar = grammarFor(undefined, path);
  return grammar ? importsOf(content, path, grammar.name).map(({ from }) => from) : [];
}

function measuresOf(place: Place, { text, shown, result }: CompletionOutcome): Measures {
  const exact = firstLine(text) === place.truth.trimEnd();
  return {
    exact: Number(exact),
    right: Number(isRight(place, text)),
    'shown right': Number(shown !== null && isRight(place, shown)),
    'shown wrong': Number(shown !== null && !isRight(place, shown)),
    likeness: similarity(place.truth, text),
    'computed tokens': result.promptTokens - result.cachedTokens,
    'first token, ms': result.firstTokenMs ?? Number.NaN,
  };
}

/** The middle 95 % of the differences of as many files drawn anew. */
function intervalOf(tried: readonly Tried[], measure: keyof Measures): [number, number] {
  const files = [...Map.groupBy(tried, ({ file }) => file).values()];
  const next = generator(1);
  const means = Array.from({ length: 2_000 }, () => {
    const drawn = Array.from(files, () => files[Math.floor(next() * files.length)]!).flat();
    return mean(drawn.map((one) => one.with[measure] - one.without[measure]));
  }).sort((a, b) => a - b);
  return [means[50]!, means[1_949]!];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
function of(value: number): string {
  return value.toFixed(3).padStart(8);
}
