/**
 * Promise 2, nothing is computed twice: the committed traces played by the clock as `quire replay` does, and their
 * completions one by one with and without reuse, where the text has to be the same.
 */
import { Documents } from '../../src/cli/documents.ts';
import { Player } from '../../src/cli/player.ts';
import { type ReplayReport, reportOf } from '../../src/cli/replayReport.ts';
import { TimedGenerator } from '../../src/cli/timed.ts';
import { tell } from '../../src/cli/told.ts';
import { readTrace, type TracedEvent } from '../../src/cli/trace.ts';
import { Completer, MAX_TOKENS } from '../../src/completion/completer.ts';
import { fimLayoutOf } from '../../src/completion/fimLayouts.ts';
import { budgetFor } from '../../src/completion/window.ts';
import { type ModelInfo, pinDocumentsNotification } from '../../src/engine/protocol/index.ts';
import { type Bed, type Subject, statusOf, withBed } from './bed.ts';
import { tracePath } from './corpus.ts';
import { type Measured, median } from './report.ts';

export interface TracePlan {
  /** Only so much of each trace is played, in ms of its time. */
  untilMs: number;
  speed: number;
  /** Completions are compared one by one for so long. */
  compareMs: number;
}

const WORKSPACE = { folder: null, name: 'bench', trusted: true };

/** What typing takes from the cache, how full pages are, and how long iterations get. */
export async function benchTyping(subject: Subject, plan: TracePlan): Promise<Measured[]> {
  const { report, model } = await play(subject, 'typing', plan);
  const { keystroke, kv, scheduler } = report;
  const suffixFirst = fimLayoutOf(model).order === 'suffixFirst';
  const note = `typing.jsonl, ${keystroke.count} completions, ${keystroke.cancelled} superseded, ${plan.speed} x as fast`;
  return [
    {
      name: `prompt tokens from the cache, ${suffixFirst ? 'suffix' : 'prefix'} first`,
      value: keystroke.cachedTokens / keystroke.promptTokens,
      unit: '',
      goal: suffixFirst ? '>= 0.95' : '>= 0.90',
      note: `${note}; ${keystroke.computedTokens} computed of ${keystroke.promptTokens}`,
    },
    { name: 'cells in use that are not filled', value: unfilled(report), unit: '', goal: '<= 0.04' },
    { name: 'first token, p50', value: keystroke.firstTokenMs.p50 ?? Number.NaN, unit: 'ms' },
    { name: 'first token, p95', value: keystroke.firstTokenMs.p95 ?? Number.NaN, unit: 'ms' },
    {
      name: 'iteration, p99',
      value: scheduler.iterationMs.p99 ?? Number.NaN,
      unit: 'ms',
      note: `${scheduler.iterations} iterations, kept ${kv.pagesPeak} of ${kv.pagesTotal} pages at most`,
    },
  ];
}

/** How much of ten open files is there once for all. A model with a short context is not shown other files. */
export function benchTenFiles(subject: Subject): Promise<Measured[]> {
  return withBed(subject, 'preemptive', async (bed) => {
    const { client, model } = bed;
    const documents = new Documents();
    const workspace = await client.openWorkspace(WORKSPACE);
    for await (const traced of readTrace(tracePath('ten-files'))) {
      if (traced.event.type !== 'open') continue;
      documents.take(traced);
      tell(client, workspace, traced.event, documents.versionOf(traced.event.path));
    }
    client.tell(pinDocumentsNotification, { workspace, keys: documents.paths });
    const { files, others } = budgetFor(model, MAX_TOKENS.many, fimLayoutOf(model).order);
    const side = new Side(bed, workspace, true);
    for (const path of documents.paths) {
      await side.complete(documents.requestAt(path, Math.floor(documents.textOf(path).length / 2), files), 1);
    }
    const { kv } = await statusOf(bed);
    return [
      {
        name: 'physical over logical tokens, ten open files',
        value: kv.physicalTokens / kv.logicalTokens,
        unit: 'x',
        ...(others > 0 ? { goal: '<= 0.45' } : {}),
        note:
          others > 0
            ? `${kv.physicalTokens} of ${kv.logicalTokens}, one completion in the middle of each`
            : 'its context is too short for other files',
      },
      {
        name: 'cells in use that are not filled, ten open files',
        value: 1 - kv.filledCells / kv.allocatedCells,
        unit: '',
        goal: '<= 0.04',
      },
    ];
  });
}

/** Every completion with reuse, then without: the same text, and what reuse saves. */
export function benchReuse(subject: Subject, plan: TracePlan): Promise<Measured[]> {
  return withBed(subject, 'preemptive', async (bed) => {
    const documents = new Documents();
    const { files } = budgetFor(bed.model, MAX_TOKENS.many, fimLayoutOf(bed.model).order);
    const workspace = await bed.client.openWorkspace(WORKSPACE);
    const sides = { reuse: new Side(bed, workspace, true), anew: new Side(bed, workspace, false) };
    const started = performance.now();
    let cases = 0;
    let same = 0;
    for await (const traced of eventsOf('typing', plan)) {
      const { event } = traced;
      documents.take(traced);
      if (event.type !== 'chat') tell(bed.client, workspace, event, documents.versionOf(event.path));
      if (event.type === 'open') bed.client.tell(pinDocumentsNotification, { workspace, keys: documents.paths });
      if (event.type !== 'complete') continue;
      if (performance.now() - started > plan.compareMs) break;
      const request = documents.requestAt(event.path, event.offset, files);
      const text = await sides.reuse.complete(request);
      if ((await sides.anew.complete(request)) === text) same++;
      cases++;
    }
    const { reuse, anew } = sides;
    const note = `the first ${cases} completions of typing.jsonl, one after the other`;
    return [
      {
        name: 'same text with and without reuse',
        value: same / cases,
        unit: '',
        goal: '>= 0.995',
        note: `${cases - same} of ${cases} differ`,
      },
      { name: 'prompt tokens computed with reuse', value: reuse.computed, unit: '', note },
      { name: 'the same without', value: anew.computed, unit: '' },
      { name: 'first token with reuse, median', value: median(reuse.firstMs), unit: 'ms', note },
      { name: 'the same without', value: median(anew.firstMs), unit: 'ms' },
      { name: 'time of all completions with reuse over without', value: reuse.ms / anew.ms, unit: 'x' },
    ];
  });
}

/** Completions of one kind, and what they cost. */
class Side {
  computed = 0;
  ms = 0;
  readonly firstMs: number[] = [];
  readonly #bed: Bed;
  readonly #workspace: string;
  readonly #reuse: boolean;

  constructor(bed: Bed, workspace: string, reuse: boolean) {
    this.#bed = bed;
    this.#workspace = workspace;
    this.#reuse = reuse;
  }

  async complete(request: ReturnType<Documents['requestAt']>, maxTokens?: number): Promise<string> {
    const generator = new TimedGenerator(this.#bed.client);
    const options = {
      workspace: this.#workspace,
      document: request.path,
      reuse: this.#reuse,
      ...(maxTokens === undefined ? {} : { maxTokens }),
    };
    const { text, result } = await new Completer(generator).complete(this.#bed.model, request, options);
    const { firstTokenMs, totalMs } = generator.times!;
    if (firstTokenMs !== null) this.firstMs.push(firstTokenMs);
    this.ms += totalMs;
    this.computed += result.computedTokens;
    return text;
  }
}

function play(subject: Subject, trace: string, plan: TracePlan): Promise<{ report: ReplayReport; model: ModelInfo }> {
  return withBed(subject, 'preemptive', async (bed) => {
    const player = new Player(bed.client, bed.model, { speed: plan.speed, reuse: true });
    await player.play(eventsOf(trace, plan), new AbortController().signal);
    return { report: reportOf(player.tallies, bed.model, await statusOf(bed)), model: bed.model };
  });
}

async function* eventsOf(trace: string, { untilMs }: TracePlan): AsyncGenerator<TracedEvent> {
  for await (const traced of readTrace(tracePath(trace))) {
    if (traced.event.t > untilMs) return;
    yield traced;
  }
}

const unfilled = ({ kv }: ReplayReport): number => 1 - kv.filledCells / kv.allocatedCells;
