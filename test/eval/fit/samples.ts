/**
 * What is known at every token of what really stood at places, with the file alone, some open files, and 40 files known:
 * enough to mix anew with any weights, without asking the model again. It is asked once for each token, since a line is
 * exactly right where each of its tokens is the likeliest after those that stood before it.
 */
import { Completer } from '../../../src/completion/completer.ts';
import type { CompletionRequest } from '../../../src/completion/request.ts';
import type { CompletionParams, ModelInfo } from '../../../src/engine/protocol/index.ts';
import type { DecodeBackend } from '../../../src/engine/server/core/backend.ts';
import type { LlamaModel } from '../../../src/engine/server/core/llama/model.ts';
import { LineTokens } from '../../../src/engine/server/services/completion/lines/lineTokens.ts';
import { Recall } from '../../../src/engine/server/services/completion/lines/recall.ts';
import { RecalledLines } from '../../../src/engine/server/services/completion/lines/recalledLines.ts';
import { Distribution, LINE_END } from '../../../src/engine/server/services/completion/project/distribution.ts';
import { Evidence, type Level } from '../../../src/engine/server/services/completion/project/evidence.ts';
import type { ProjectIndex } from '../../../src/engine/server/services/completion/project/projectIndex.ts';
import { lineContext, near, Projects } from '../../../src/engine/server/services/completion/project/projects.ts';
import { Vocabulary } from '../../../src/engine/server/services/completion/project/vocabulary.ts';
import { type FittedPrompt, fitPrompt } from '../../../src/engine/server/services/completion/prompt.ts';
import { Turns } from '../../../src/engine/server/services/completion/turns.ts';
import { caseFor, type EvalCase, type Known } from '../cases.ts';
import { Desk, noRanges } from '../desk.ts';

export const SITUATIONS: readonly Known[] = ['file', 'open', 'workspace'];
/** Longer lines are followed so far. */
const MOST_TOKENS = 40;
const WORKSPACE = 'fit';

/** One token: the evidence, and what else could be chosen. */
export interface Sample {
  /** As {@link Evidence} has them: shortest match first. */
  levels: Level[];
  /** By token of the evidence: the model's probability; whether it is what came; what recalled lines give it. */
  model: Float64Array;
  right: Uint8Array;
  recalled: Float64Array;
  /** It ends the line; and it cannot be chosen, since a line does not end before it began. */
  ends: Uint8Array;
  barred: Uint8Array;
  /** See `Whole`. */
  most: number;
  powerSum: number;
}

/** A place in one situation. */
export interface Line {
  package: string;
  kind: EvalCase['kind'];
  known: Known;
  samples: Sample[];
}

/** @param onPlace called before each place. */
export async function linesOf(
  model: LlamaModel,
  cases: readonly EvalCase[],
  onPlace: (index: number) => void = () => undefined,
): Promise<Line[]> {
  const size = model.info.vocabularyTokens;
  const tools = toolsOf(model);
  const rooms = SITUATIONS.map((known) => {
    const projects = new Projects(model.tokenizer, size);
    return { known, projects, desk: new Desk(projects, WORKSPACE) };
  });
  const lines: Line[] = [];
  for (const [index, place] of cases.entries()) {
    onPlace(index);
    let decoded: { tokens: string; rows: Float32Array[] } | undefined;
    for (const { known, projects, desk } of rooms) {
      const asked = caseFor(place, known);
      const { prompt, params } = await askedFor(asked, model);
      const target = targetOf(place, prompt.cursor!.beginning, tools);
      if (!target) break;
      desk.show(asked);
      const project = projects.of(WORKSPACE).index;
      while (project.readOn());
      const tokens = [...prompt.tokens, ...target.slice(0, -1)];
      const same = tokens.join();
      if (decoded?.tokens !== same)
        decoded = { tokens: same, rows: decode(tools.backend, tokens, prompt.tokens.length - 1) };
      const samples = samplesOf(place, { prompt, params, target, rows: decoded.rows }, project, tools);
      lines.push({ package: place.package, kind: place.kind, known, samples });
    }
  }
  tools.backend.dispose();
  return lines;
}

/** What lines are looked at with. The backend has to be disposed of. */
export function toolsOf(model: LlamaModel): Tools {
  const size = model.info.vocabularyTokens;
  return {
    model,
    backend: model.createBackend({ cells: model.info.contextTokens, sequences: 1 }),
    vocabulary: new Vocabulary(model.tokenizer, size),
    spelling: new LineTokens(model.tokenizer, size),
    evidence: new Evidence(),
  };
}

export interface Tools {
  model: LlamaModel;
  backend: DecodeBackend;
  vocabulary: Vocabulary;
  spelling: LineTokens;
  evidence: Evidence;
}

interface Asked {
  prompt: FittedPrompt;
  params: CompletionParams;
  target: Int32Array;
  /** Logits of each token of the target. */
  rows: Float32Array[];
}

/** @param index of the project, read to its end. */
export function samplesOf(
  place: Pick<EvalCase, 'path' | 'prefix'>,
  { prompt, params, target, rows }: Asked,
  index: ProjectIndex,
  { model, vocabulary, spelling, evidence }: Tools,
): Sample[] {
  const distribution = new Distribution(vocabulary);
  const cursor = prompt.cursor!;
  const scopes = [near(cursor, false), ...index.scopes(place.path, place.prefix.length)];
  const { at, scopes: tables, own } = lineContext(spelling, index, place.path, place.prefix.length, cursor);
  const candidates = new Recall(spelling).candidates(at, tables, own);
  const recalled = new RecalledLines(model.tokenizer, spelling, candidates, {
    typed: at.typed,
    beginning: Buffer.from(cursor.beginning).toString('latin1'),
  });
  const samples: Sample[] = [];
  const context = [...cursor.before];
  let beginning = cursor.beginning;
  let started = false;
  let left = Buffer.concat(Array.from(target, (token) => vocabulary.bytes(token)));
  for (const [step, truth] of target.entries()) {
    const mayBreak = params.mayBreak ?? false;
    const joined = params.oneLine === true && (started || !mayBreak);
    const admit = (token: number) => {
      if (beginning.length > 0 && !vocabulary.opens(token, beginning)) return -1;
      return joined && vocabulary.endsLine(token) ? LINE_END : token;
    };
    const among = beginning.length > 0 ? vocabulary.openings(beginning) : undefined;
    distribution.read(rows[step]!, among, joined);
    evidence.gather(context, scopes, admit, cursor.after);
    const shares = new Map<number, number>();
    recalled.each((token, share) => {
      const counted = admit(token);
      if (counted === -1) return;
      const known = evidence.include(counted);
      shares.set(known, (shares.get(known) ?? 0) + share);
    });
    for (const token of [truth, distribution.bestInLine, distribution.bestEnd])
      if (token >= 0) evidence.include(admit(token));
    const { count } = evidence;
    const tokens = [...evidence.tokens.subarray(0, count)];
    const ends = tokens.map((token) => token === LINE_END || vocabulary.endsLine(token));
    const endsTruth = vocabulary.endsLine(truth);
    const mayEnd = started || params.oneLine !== true || mayBreak || distribution.bestInLine < 0;
    samples.push({
      levels: evidence.levels.map((level) => ({ ...level, counts: level.counts.slice(0, count) })),
      model: Float64Array.from(tokens, (token) => distribution.probability(token)),
      right: Uint8Array.from(tokens, (token, i) => {
        if (ends[i] || endsTruth) return Number(ends[i]! && endsTruth);
        const bytes = vocabulary.bytes(token);
        return Number(token === truth || (bytes.length > 0 && left.subarray(0, bytes.length).equals(bytes)));
      }),
      recalled: Float64Array.from(tokens, (_, i) => shares.get(i) ?? 0),
      barred: Uint8Array.from(ends, (end) => Number(end && !mayEnd)),
      ends: Uint8Array.from(ends, Number),
      most: distribution.most,
      powerSum: distribution.powerSum,
    });
    const bytes = vocabulary.bytes(truth);
    const written = bytes.subarray(Math.min(bytes.length, beginning.length));
    started ||= Buffer.from(written).toString('latin1').trim() !== '';
    // What the mixture would have said of it matters little here: lines that were departed from are out.
    recalled.take(truth, 0.5);
    beginning = beginning.subarray(Math.min(bytes.length, beginning.length));
    left = left.subarray(bytes.length);
    context.push(truth);
    if (endsTruth) break;
  }
  return samples;
}

const turns = new Turns();

/** What the engine would be asked. @param info of the model, as prompts are made for it. */
export async function askedFor(
  place: CompletionRequest,
  model: LlamaModel,
  info: ModelInfo = model.info,
): Promise<{ prompt: FittedPrompt; params: CompletionParams }> {
  const { promise, resolve } = Promise.withResolvers<CompletionParams>();
  const completer = new Completer({
    async complete(params) {
      resolve(params);
      throw new Error('only the prompt is wanted');
    },
  });
  completer.complete(info, place, { workspace: WORKSPACE, document: place.path }).catch(() => undefined);
  const params = await promise;
  // A chat model is told what to do.
  const asks = params.segments.some((segment) => 'turn' in segment);
  const segments = asks ? await turns.fill(model, params.segments) : params.segments;
  const room = model.info.contextTokens - params.maxTokens - 64;
  return { prompt: fitPrompt(model.tokenizer, segments, room, noRanges), params };
}

/** The tokens of what has to be written, as they are in the finished text; undefined where they do not begin there. */
export function targetOf(
  { prefix, truth }: Pick<EvalCase, 'prefix' | 'truth'>,
  beginning: Uint8Array,
  { model, vocabulary }: Tools,
): Int32Array | undefined {
  const written = Buffer.from(prefix.slice(-2_000));
  const start = written.length - beginning.length;
  const tokens = model.tokenizer.encode(`${written.toString()}${truth}\n`);
  for (let at = 0, bytes = 0; at < tokens.length && bytes <= start; at++) {
    if (bytes === start) return tokens.slice(at, at + MOST_TOKENS);
    bytes += vocabulary.bytes(tokens[at]!).length;
  }
  return undefined;
}

/** Logits from a position on. @param known the first of the tokens, which were decoded last. */
export function decode(on: DecodeBackend, tokens: readonly number[], from: number, known = 0): Float32Array[] {
  const rows: Float32Array[] = [];
  const batch = on.createBatch();
  on.removeRange(0, known, -1);
  for (let start = known; start < tokens.length; start += 256) {
    batch.clear();
    const end = Math.min(tokens.length, start + 256);
    const wanted: number[] = [];
    for (let at = start; at < end; at++) {
      const row = batch.add(tokens[at]!, at, [0], at >= from);
      if (at >= from) wanted.push(row);
    }
    if (on.decode(batch) !== 'ok') throw new Error('the prompt could not be decoded');
    rows.push(...wanted.map((row) => on.logits(row).slice()));
  }
  return rows;
}
