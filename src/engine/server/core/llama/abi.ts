/**
 * The C structs are declared here by hand, so a library of another version would read garbage. Before anything else is
 * called, the version and every default value are read back through our own declarations.
 */
import koffi from 'koffi';
import { EngineFailure } from '../failure.ts';
import type { NativeFunctions } from './functions.ts';
import { batch, contextParams, modelParams, threadpoolParams, tokenDataArray } from './structs.ts';

/** The one libllama whose header the declarations follow. */
export const LLAMA_VERSION = '0.5.0-dev';

/** `sizeof` of each struct on a 64-bit machine, by a C compiler from the library's own headers. */
const SIZES = [
  ['llama_model_params', modelParams, 80],
  ['llama_context_params', contextParams, 160],
  ['llama_batch', batch, 56],
  ['llama_token_data_array', tokenDataArray, 32],
  ['ggml_threadpool_params', threadpoolParams, 528],
] as const;

const MODEL_DEFAULTS: Record<string, unknown> = {
  devices: null,
  tensor_buft_overrides: null,
  n_gpu_layers: -1,
  split_mode: 1,
  load_mode: -1,
  lazy_mode: 1,
  main_gpu: 0,
  tensor_split: null,
  progress_callback: null,
  progress_callback_user_data: null,
  kv_overrides: null,
  vocab_only: false,
  check_tensors: false,
  use_extra_bufts: true,
  no_host: false,
  no_alloc: false,
  load_mtp: false,
};

const CONTEXT_DEFAULTS: Record<string, unknown> = {
  n_ctx: 512,
  n_batch: 2048,
  n_ubatch: 512,
  n_seq_max: 1,
  n_rs_seq: 0,
  n_outputs_max: 0,
  n_outputs_max_per_seq: 1,
  n_threads: 4,
  n_threads_batch: 4,
  ctx_type: 0,
  rope_scaling_type: -1,
  pooling_type: -1,
  attention_type: -1,
  flash_attn_type: -1,
  rope_freq_base: 0,
  rope_freq_scale: 0,
  yarn_ext_factor: -1,
  yarn_attn_factor: -1,
  yarn_beta_fast: -1,
  yarn_beta_slow: -1,
  yarn_orig_ctx: 0,
  defrag_thold: -1,
  cb_eval: null,
  cb_eval_user_data: null,
  type_k: 1,
  type_v: 1,
  abort_callback: null,
  abort_callback_data: null,
  embeddings: false,
  offload_kqv: true,
  no_perf: true,
  op_offload: true,
  swa_full: true,
  kv_unified: false,
  samplers: null,
  n_samplers: 0,
  ctx_other: null,
};

/** What the check reads; the real functions, or a table that a test made wrong. */
export type AbiFunctions = Pick<
  NativeFunctions,
  | 'llama_version'
  | 'llama_model_default_params'
  | 'llama_context_default_params'
  | 'llama_sampler_chain_default_params'
  | 'llama_max_parallel_sequences'
>;

/**
 * @returns the library's version.
 * @throws EngineFailure `abiMismatch`, its detail naming every value that differs.
 */
export function checkAbi(functions: AbiFunctions): string {
  const version = functions.llama_version();
  // Nothing below can be trusted, nor safely called, on another version.
  if (version !== LLAMA_VERSION) throw mismatch([`llama_version is ${version}, expected ${LLAMA_VERSION}`]);
  const wrong = [
    ...SIZES.flatMap(([name, type, size]) =>
      koffi.sizeof(type) === size ? [] : [`sizeof(${name}) is ${koffi.sizeof(type)}, expected ${size}`],
    ),
    ...differences('llama_model_default_params', functions.llama_model_default_params(), MODEL_DEFAULTS),
    ...differences('llama_context_default_params', functions.llama_context_default_params(), CONTEXT_DEFAULTS),
    ...differences('llama_sampler_chain_default_params', functions.llama_sampler_chain_default_params(), {
      no_perf: true,
    }),
    ...differences(
      'limits',
      { llama_max_parallel_sequences: functions.llama_max_parallel_sequences() },
      {
        llama_max_parallel_sequences: 256,
      },
    ),
  ];
  if (wrong.length > 0) throw mismatch(wrong);
  return version;
}

function differences(name: string, actual: object, expected: Record<string, unknown>): string[] {
  const values = actual as Record<string, unknown>;
  const keys = new Set([...Object.keys(expected), ...Object.keys(values)]);
  return [...keys].flatMap((key) =>
    values[key] === expected[key] ? [] : [`${name}.${key} is ${values[key]}, expected ${expected[key]}`],
  );
}

function mismatch(wrong: string[]): EngineFailure {
  return new EngineFailure(
    'abiMismatch',
    'The native inference library on this machine is not the one that this version of Quire was made for. Reinstall Quire.',
    wrong.join('; '),
  );
}
