/** What mixing costs: time for a token, to read a project, for an edit to be known, and memory. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tokenizer } from '../../src/engine/server/core/backend.ts';
import type { LlamaModel } from '../../src/engine/server/core/llama/model.ts';
import { Indexer } from '../../src/engine/server/services/completion/project/indexer.ts';
import { Projects } from '../../src/engine/server/services/completion/project/projects.ts';
import { propose } from '../../src/engine/server/services/completion/project/proposals.ts';
import { type Measured, median, percentile } from '../bench/report.ts';
import { Random } from '../traces/random.ts';
import type { SourceFile } from './places.ts';

const SOURCE_BYTES = 10e6;
const LARGE_VOCABULARY = 151_936;
const TOKENS = 400;
const WORKSPACE = 'costs';

/** @param files real sources; they are repeated, with other names in them, until there are 10 MB. */
export async function costs(model: LlamaModel, files: readonly SourceFile[]): Promise<Measured[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-costs-'));
  try {
    const written = writeProject(folder, files);
    const projects = new Projects(model.tokenizer, model.info.vocabularyTokens);
    const started = performance.now();
    const indexer = new Indexer(projects);
    indexer.add(WORKSPACE, folder);
    while (indexer.pending > 0) await sleep(2);
    const buildMs = performance.now() - started;
    const { index } = projects.of(WORKSPACE);
    const large = new Projects(enlarged(model.tokenizer, model.info.vocabularyTokens), LARGE_VOCABULARY);
    for (const file of files.slice(0, 40))
      large.open(WORKSPACE, { id: file.path, path: file.path, text: file.content });
    const edits = editTimes(projects, files);
    return [
      {
        name: 'a folder of 10 MB read into the index',
        value: buildMs,
        unit: 'ms',
        goal: '<= 10000',
        note: `${written} files, ${index.files.tokens} tokens, in the background`,
      },
      { name: 'its memory', value: index.bytes / 2 ** 20, unit: 'MiB', goal: '<= 64' },
      {
        name: 'an edit of a 100 KB document known, p95',
        value: percentile(edits, 0.95),
        unit: 'ms',
        goal: '<= 5',
        note: `median ${median(edits).toFixed(2)} ms`,
      },
      ...mixingCost('this vocabulary', projects, model.info.vocabularyTokens, files, 0.2),
      ...mixingCost('150,000 tokens', large, LARGE_VOCABULARY, files, 0.5),
      proposalCost(projects, model.tokenizer, files),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeProject(folder: string, files: readonly SourceFile[]): number {
  let bytes = 0;
  let count = 0;
  for (let copy = 0; bytes < SOURCE_BYTES; copy++) {
    for (const { path: file, content } of files) {
      const text = copy === 0 ? content : content.replace(/\b[a-z]\w{5,}\b/g, (name) => `${name}${copy}`);
      const target = path.join(folder, `copy${copy}`, file);
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, text);
      bytes += Buffer.byteLength(text);
      count++;
      if (bytes >= SOURCE_BYTES) break;
    }
  }
  return count;
}

function editTimes(projects: Projects, files: readonly SourceFile[]): number[] {
  const random = new Random(5);
  let text = files
    .map(({ content }) => content)
    .join('\n')
    .slice(0, 100_000);
  projects.open(WORKSPACE, { id: 'edited.ts', path: 'edited.ts', text });
  return Array.from({ length: 500 }, () => {
    const at = random.integer(0, text.length);
    const started = performance.now();
    projects.edit(WORKSPACE, 'edited.ts', [{ start: at, end: at, text: 'x' }]);
    const ms = performance.now() - started;
    text = `${text.slice(0, at)}x${text.slice(at)}`;
    return ms;
  });
}

/** The times of lines recalled, and of a whole choice: logits read, evidence gathered, mixed, chosen; without the model. */
function mixingCost(
  name: string,
  projects: Projects,
  vocabulary: number,
  files: readonly SourceFile[],
  goal: number,
): Measured[] {
  const random = new Random(9);
  // As a model's: most of them around a mean, a dozen within reach of the best.
  const normal = () => Math.log(random.logNormal(1, 1));
  const logits = Float32Array.from({ length: vocabulary }, () => 2.5 * normal());
  for (let i = 0; i < 12; i++) logits[random.integer(0, vocabulary - 1)] = 10 + 4 * random.next();
  const backend = {
    logits(_row: number, target = new Float32Array(vocabulary)) {
      target.set(logits);
      return target;
    },
  };
  const times: number[] = [];
  const recalls: number[] = [];
  for (let round = 0; times.length < TOKENS; round++) {
    const text = files[round % files.length]!.content;
    const at = random.integer(0, text.length);
    const before = projects.encode(text.slice(Math.max(0, at - 400), at));
    const cursor = {
      before,
      after: projects.encode(text.slice(at, at + 400)),
      beginning: new Uint8Array(),
      brokenOff: 0,
    };
    const asked = performance.now();
    const { sampler } = projects.choose(backend, WORKSPACE, { ngram: true, oneLine: true }, cursor, undefined);
    recalls.push(performance.now() - asked);
    for (let i = 0; i < 8; i++) {
      const started = performance.now();
      sampler.sample(0);
      times.push(performance.now() - started);
    }
  }
  const row = (name: string, of: number[]): Measured => ({
    name,
    value: median(of),
    unit: 'ms',
    note: `p95 ${percentile(of, 0.95).toFixed(3)} ms`,
  });
  return [
    { ...row(`mixing, a token, ${name}`, times), goal: `<= ${goal}` },
    row(`lines recalled, a completion, ${name}`, recalls),
  ];
}

function proposalCost(projects: Projects, tokenizer: Tokenizer, files: readonly SourceFile[]): Measured {
  const random = new Random(3);
  const scopes = projects.of(WORKSPACE).index.scopes();
  const times = Array.from({ length: 300 }, (_, round) => {
    const text = files[round % files.length]!.content;
    const at = random.integer(200, text.length);
    const context = tokenizer.encode(text.slice(at - 200, at));
    const started = performance.now();
    propose(context, scopes, { maxTokens: 16 });
    return (performance.now() - started) * 1000;
  });
  return {
    name: 'a draft of 16 tokens',
    value: median(times),
    unit: 'µs',
    note: `p95 ${percentile(times, 0.95).toFixed(0)} µs`,
  };
}

/** The same tokens with many more beside them. */
function enlarged(tokenizer: Tokenizer, size: number): Tokenizer {
  return {
    encode: (text) => tokenizer.encode(text),
    encodeTemplate: (text) => tokenizer.encodeTemplate(text),
    bytes: (token) => tokenizer.bytes(token % size),
    isEnd: (token) => token < size && tokenizer.isEnd(token),
    special: (name) => tokenizer.special(name),
  };
}
