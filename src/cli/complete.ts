/** `quire complete`: completions for a file of cases, through the editor's own client, prompts and filters. */
import { parseArgs } from 'node:util';
import { Completer, type CompletionRequest } from '../completion/completer.ts';
import { EAGERNESS, type Eagerness, prudenceOf } from '../completion/eagerness.ts';
import { Syntax } from '../completion/syntax/syntax.ts';
import { EngineClient } from '../engine/client/client.ts';
import {
  type CompletionParams,
  closeDocumentNotification,
  openDocumentNotification,
  type SamplingOptions,
} from '../engine/protocol/index.ts';
import { type CompletionCase, readCases } from './cases.ts';
import { engineCommand } from './engineCommand.ts';
import { resolveModel } from './model.ts';
import { HOTTEST, numberOf } from './numbers.ts';
import { print, say } from './output.ts';
import { UsageError } from './usage.ts';

export async function complete(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: {
      cases: { type: 'string' },
      model: { type: 'string', default: 'bundled' },
      'max-tokens': { type: 'string' },
      'no-reuse': { type: 'boolean', default: false },
      'no-ngram': { type: 'boolean', default: false },
      show: { type: 'string', default: 'balanced' },
      seed: { type: 'string' },
      temperature: { type: 'string' },
      gpu: { type: 'string', default: 'auto' },
      devices: { type: 'string', default: 'auto' },
    },
  });
  if (!values.cases) throw new UsageError('--cases is missing');
  const given = (name: 'max-tokens' | 'seed' | 'temperature', range: Parameters<typeof numberOf>[2]) =>
    values[name] === undefined ? undefined : numberOf(name, values[name], range);
  const maxTokens = given('max-tokens', { least: 1 });
  const temperature = given('temperature', { least: 0, most: HOTTEST, whole: false });
  const sampling = samplingOf(given('seed', { least: 0 }), temperature);

  if (!EAGERNESS.includes(values.show as Eagerness)) {
    throw new UsageError(`--show must be one of ${EAGERNESS.join(', ')}, not '${values.show}'`);
  }

  const client = new EngineClient(engineCommand(values.gpu, values.devices), 'quire complete');
  try {
    const model = await client.openModel({ path: resolveModel(values.model), contextTokens: 0 });
    say(`${model.name} on ${model.device}, context ${model.contextTokens} tokens`);
    const syntax = new Syntax(import.meta.url);
    const completer = new Completer(
      { complete: (params: CompletionParams, options) => client.complete({ ...params, ...sampling }, options) },
      syntax,
    );
    const workspace = await client.openWorkspace({
      folder: null,
      name: `quire complete ${process.pid}`,
      trusted: false,
    });
    const open = new OpenFiles(client, workspace);
    for await (const { id, ...told } of readCases(values.cases)) {
      const request = open.show(told);
      // An editor has had the time for it.
      await syntax.load(request);
      const { text, shown, rejectedBy, right, result } = await completer.complete(model, request, {
        workspace,
        document: request.path,
        supersedes: false,
        ngram: !values['no-ngram'],
        prudence: prudenceOf(values.show as Eagerness),
        whole: true,
        reuse: !values['no-reuse'],
        ...(maxTokens === undefined ? {} : { maxTokens }),
      });
      const { confidence, promptTokens, cachedTokens, generatedTokens, firstTokenMs, totalMs } = result;
      const counts = { promptTokens, cachedTokens, generatedTokens, firstTokenMs, totalMs };
      await print({ id, text, shown, rejectedBy, confidence, right, ...counts });
    }
  } finally {
    await client.dispose();
  }
}

/** The files of a case as documents that are open in the engine. */
class OpenFiles {
  readonly #client: EngineClient;
  readonly #workspace: string;
  readonly #told = new Map<string, { text: string; version: number }>();
  /** Engines forget what they were told when they end. */
  #engine = 0;

  constructor(client: EngineClient, workspace: string) {
    this.#client = client;
    this.#workspace = workspace;
  }

  /** Tells only what is not known already: cases of one project have files in common. @returns the case by reference. */
  show(told: Omit<CompletionCase, 'id'>): CompletionRequest {
    const { path, prefix, suffix, others = [] } = told;
    const state = this.#client.state;
    if (state.kind === 'ready' && state.pid !== this.#engine) {
      this.#engine = state.pid;
      this.#told.clear();
    }
    const texts = new Map(others.map((other) => [other.path, other.content]));
    texts.set(path, prefix + suffix);
    for (const key of this.#told.keys()) if (!texts.has(key)) this.#close(key);
    for (const [key, text] of texts) this.#open(key, text);
    const known = (key: string) => ({ key, version: this.#told.get(key)!.version });
    return {
      ...told,
      document: known(path),
      others: others.map((other) => (other.path === path ? other : { ...other, document: known(other.path) })),
    };
  }

  #open(key: string, text: string): void {
    const known = this.#told.get(key);
    if (known?.text === text) return;
    const version = (known?.version ?? 0) + 1;
    this.#told.set(key, { text, version });
    this.#client.tell(openDocumentNotification, { workspace: this.#workspace, key, path: key, version, text });
  }

  #close(key: string): void {
    this.#told.delete(key);
    this.#client.tell(closeDocumentNotification, { workspace: this.#workspace, key });
  }
}

function samplingOf(seed: number | undefined, temperature: number | undefined): { sampling?: SamplingOptions } {
  if (seed === undefined && temperature === undefined) return {};
  return {
    sampling: { ...(seed === undefined ? {} : { seed }), ...(temperature === undefined ? {} : { temperature }) },
  };
}
