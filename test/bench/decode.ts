/**
 * Decode speed through the client (socket, messages, scheduler, stop texts) against a bare loop of `llama_decode` and
 * a greedy sampler in one process. Same library, model, threads, prompt and tokens; rounds alternate, medians count.
 */
import koffi from 'koffi';
import { EngineClient } from '../../src/engine/client/client.ts';
import type { GenerateResult } from '../../src/engine/protocol/core.ts';
import type { bind } from '../../src/engine/server/core/llama/functions.ts';
import type { NativeLibrary } from '../../src/engine/server/core/llama/library.ts';
import { openModel } from '../../src/engine/server/core/llama/model.ts';
import type { Batch, Pointer } from '../../src/engine/server/core/llama/structs.ts';
import { createThreadpool, defaultThreads } from '../../src/engine/server/core/llama/threads.ts';
import { engineCommand, openWorkspace } from '../helpers/engine.ts';
import { nativeLibrary } from './native.ts';
import { median, type Row } from './report.ts';

const ROUNDS = 20;
const TOKENS = 256;
const PROMPT = `import { readFile } from 'node:fs/promises';

export interface Entry {
  name: string;
  size: number;
}

export async function readEntries(path: string): Promise<Entry[]> {
  const text = await readFile(path, 'utf8');
  const entries: Entry[] = [];
`;
const CELLS = 4096;

export async function benchDecode(modelPath: string, gpu: 'auto' | 'off'): Promise<Row[]> {
  const native = await nativeLibrary(gpu);
  const bare = await BareLoop.open(native, modelPath);
  const client = new EngineClient(engineCommand({ gpu }), 'bench');
  try {
    const model = await client.openModel({ path: modelPath, contextTokens: 0 });
    const workspace = await openWorkspace(client);
    const seed = await seedOfLongAnswer(client, model.id, workspace);
    const ratios: number[] = [];
    const speeds = { bare: [] as number[], client: [] as number[] };
    for (let round = -1; round < ROUNDS; round++) {
      // Who goes first changes from round to round, so that a machine that slows down favours neither.
      const early = round % 2 === 0 ? bare.run(TOKENS, seed) : undefined;
      const through = tokensASecond(await throughClient(client, model.id, workspace, seed));
      const alone = early ?? bare.run(TOKENS, seed);
      if (round < 0) continue; // warm-up
      speeds.client.push(through);
      speeds.bare.push(alone);
      ratios.push(through / alone);
    }
    const note = `${ROUNDS} alternating rounds, medians`;
    return [
      { group: 'decode', name: 'bare llama_decode loop', value: median(speeds.bare), unit: 'tokens/s', note },
      { group: 'decode', name: 'through the client', value: median(speeds.client), unit: 'tokens/s', note },
      { group: 'decode', name: 'client over bare', value: median(ratios), unit: 'x', goal: '>= 0.95', note },
    ];
  } finally {
    bare.dispose();
    await client.dispose({ shutdown: true });
  }
}

/** The bare loop does not stop where a text is at its end, so that one has to be found that goes on. */
async function seedOfLongAnswer(client: EngineClient, model: string, workspace: string): Promise<number> {
  for (let seed = 1; seed <= 50; seed++)
    if ((await throughClient(client, model, workspace, seed)).generatedTokens === TOKENS) return seed;
  throw new Error(`none of 50 answers of this model is ${TOKENS} tokens long`);
}

function throughClient(client: EngineClient, model: string, workspace: string, seed: number): Promise<GenerateResult> {
  return client.generate(
    {
      model,
      workspace,
      class: 'chat',
      prompt: { text: PROMPT },
      maxTokens: TOKENS,
      sampling: { temperature: 0.8, seed },
    },
    { onText: () => undefined },
  );
}

/** From the first text to the last, as a user of the client sees them. */
function tokensASecond({ generatedTokens, totalMs, firstTokenMs }: GenerateResult): number {
  return ((generatedTokens - 1) * 1000) / (totalMs - (firstTokenMs ?? 0));
}

/** The least that JavaScript can do around `llama_decode`. */
class BareLoop {
  readonly #functions: ReturnType<typeof bind>;
  readonly #prompt: Int32Array;
  readonly #context: Pointer;
  readonly #memory: Pointer;
  readonly #sampler: (seed: number) => Pointer;
  readonly #batch: Batch;
  readonly #end: () => void;

  static async open(native: NativeLibrary, path: string): Promise<BareLoop> {
    const model = await openModel(native, { path, contextTokens: 0 });
    const prompt = model.tokenizer.encode(PROMPT);
    const { cacheType } = model.createBackend({ cells: 256 });
    model.dispose();
    return new BareLoop(native, path, prompt, cacheType);
  }

  private constructor({ functions, llama }: NativeLibrary, path: string, prompt: Int32Array, cacheType: number) {
    this.#functions = functions;
    this.#prompt = prompt;
    const model = functions.llama_model_load_from_file(path, functions.llama_model_default_params())!;
    const threads = defaultThreads(llama.cpuMathCores);
    this.#context = functions.llama_init_from_model(model, {
      ...functions.llama_context_default_params(),
      n_ctx: CELLS,
      n_seq_max: 1,
      n_threads: threads,
      n_threads_batch: threads,
      type_k: cacheType,
      type_v: cacheType,
      kv_unified: true,
    })!;
    const pool = createThreadpool(functions, threads);
    if (pool) functions.llama_attach_threadpool(this.#context, pool.pointer, pool.pointer);
    this.#memory = functions.llama_get_memory(this.#context);
    this.#sampler = (seed) => {
      const chain = functions.llama_sampler_chain_init({ no_perf: true });
      functions.llama_sampler_chain_add(chain, functions.llama_sampler_init_temp(0.8));
      functions.llama_sampler_chain_add(chain, functions.llama_sampler_init_dist(seed));
      return chain;
    };
    this.#batch = makeBatch(prompt.length);
    this.#end = () => {
      functions.llama_free(this.#context);
      pool?.dispose();
      functions.llama_model_free(model);
    };
  }

  /** Prefills the prompt, then decodes `tokens`. @returns tokens a second of the decodes. */
  run(tokens: number, seed: number): number {
    const { llama_decode, llama_sampler_sample, llama_sampler_free, llama_memory_clear } = this.#functions;
    llama_memory_clear(this.#memory, true);
    const sampler = this.#sampler(seed);
    fill(this.#batch, this.#prompt, 0);
    llama_decode(this.#context, this.#batch);
    const next = Int32Array.of(llama_sampler_sample(sampler, this.#context, -1));
    const started = performance.now();
    for (let i = 0; i < tokens - 1; i++) {
      fill(this.#batch, next, this.#prompt.length + i);
      if (llama_decode(this.#context, this.#batch) !== 0) throw new Error('llama_decode failed');
      next[0] = llama_sampler_sample(sampler, this.#context, -1);
    }
    const elapsed = performance.now() - started;
    llama_sampler_free(sampler);
    return ((tokens - 1) * 1000) / elapsed;
  }

  dispose(): void {
    this.#end();
  }
}

function makeBatch(capacity: number): Batch {
  const alloc = (type: string, length: number) => koffi.alloc(type, length) as Pointer;
  const id = alloc('int32_t', 1);
  koffi.encode(id, 'int32_t', [0], 1);
  const batch = {
    n_tokens: 0,
    token: alloc('int32_t', capacity),
    embd: null,
    pos: alloc('int32_t', capacity),
    n_seq_id: alloc('int32_t', capacity),
    seq_id: alloc('uint64_t', capacity),
    logits: alloc('int8_t', capacity),
  };
  koffi.encode(batch.n_seq_id, 'int32_t', new Int32Array(capacity).fill(1), capacity);
  koffi.encode(batch.seq_id, 'uint64_t', new BigUint64Array(capacity).fill(id as bigint), capacity);
  return batch;
}

function fill(batch: Batch, tokens: Int32Array, position: number): void {
  const { length } = tokens;
  const wanted = new Int8Array(length);
  wanted[length - 1] = 1;
  koffi.encode(batch.token, 'int32_t', tokens, length);
  koffi.encode(
    batch.pos,
    'int32_t',
    Int32Array.from({ length }, (_, i) => position + i),
    length,
  );
  koffi.encode(batch.logits, 'int8_t', wanted, length);
  batch.n_tokens = length;
}
