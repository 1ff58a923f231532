/** The functions of libllama and ggml that Quire calls, typed. Signatures are those of llama.h v0.5.0. */
import koffi, { type LibraryHandle, type TypeObject } from 'koffi';
import type { Batch, ContextParams, Memory, ModelParams, Pointer } from './structs.ts';
import { batch, chatMessage, contextParams, modelParams, samplerChainParams, threadpoolParams } from './structs.ts';

type Type = string | TypeObject;

// A native function may read the C stack deeply (regular expressions of pre-tokenizers recurse); koffi gives calls a
// stack of its own, and its default for asynchronous ones, 128 KiB, is too small for loading a model.
koffi.config({ sync_stack_size: 16 << 20, async_stack_size: 8 << 20, resident_async_pools: 1 });

const P = 'void *';

const signatures = {
  llama_version: ['str', []],
  llama_print_system_info: ['str', []],
  llama_max_devices: ['size_t', []],
  llama_max_parallel_sequences: ['size_t', []],
  llama_model_default_params: [modelParams, []],
  llama_context_default_params: [contextParams, []],
  llama_sampler_chain_default_params: [samplerChainParams, []],

  llama_model_load_from_file: [P, ['str', modelParams]],
  llama_model_free: ['void', [P]],
  llama_model_get_vocab: [P, [P]],
  llama_model_n_ctx_train: ['int32_t', [P]],
  llama_model_n_layer: ['int32_t', [P]],
  llama_model_n_embd_out: ['int32_t', [P]],
  llama_model_size: ['uint64_t', [P]],
  llama_model_n_params: ['uint64_t', [P]],
  llama_model_has_encoder: ['bool', [P]],
  llama_model_has_decoder: ['bool', [P]],
  llama_model_is_recurrent: ['bool', [P]],
  llama_model_is_hybrid: ['bool', [P]],
  llama_model_is_diffusion: ['bool', [P]],
  llama_model_chat_template: ['str', [P, 'str']],
  llama_chat_apply_template: ['int32_t', ['str', koffi.pointer(chatMessage), 'size_t', 'bool', P, 'int32_t']],

  llama_init_from_model: [P, [P, contextParams]],
  llama_free: ['void', [P]],
  llama_n_ctx: ['uint32_t', [P]],
  llama_n_batch: ['uint32_t', [P]],
  llama_n_seq_max: ['uint32_t', [P]],
  llama_get_memory: [P, [P]],
  llama_attach_threadpool: ['void', [P, P, P]],
  llama_detach_threadpool: ['void', [P]],
  llama_decode: ['int32_t', [P, batch]],
  llama_synchronize: ['void', [P]],
  llama_get_logits_ith: [P, [P, 'int32_t']],
  llama_get_embeddings_seq: [P, [P, 'int32_t']],
  llama_set_abort_callback: ['void', [P, P, P]],

  llama_memory_clear: ['void', [P, 'bool']],
  llama_memory_seq_rm: ['bool', [P, 'int32_t', 'int32_t', 'int32_t']],
  llama_memory_seq_cp: ['void', [P, 'int32_t', 'int32_t', 'int32_t', 'int32_t']],
  llama_memory_seq_pos_min: ['int32_t', [P, 'int32_t']],
  llama_memory_seq_pos_max: ['int32_t', [P, 'int32_t']],
  llama_state_seq_get_size: ['size_t', [P, 'int32_t']],
  llama_state_seq_get_data: ['size_t', [P, P, 'size_t', 'int32_t']],
  llama_state_seq_set_data: ['size_t', [P, P, 'size_t', 'int32_t']],

  llama_vocab_n_tokens: ['int32_t', [P]],
  llama_vocab_type: ['int32_t', [P]],
  llama_vocab_get_text: ['str', [P, 'int32_t']],
  llama_vocab_get_attr: ['int32_t', [P, 'int32_t']],
  llama_vocab_is_eog: ['bool', [P, 'int32_t']],
  llama_vocab_get_add_bos: ['bool', [P]],
  llama_vocab_get_add_eos: ['bool', [P]],
  llama_vocab_get_add_sep: ['bool', [P]],
  llama_vocab_bos: ['int32_t', [P]],
  llama_vocab_eos: ['int32_t', [P]],
  llama_vocab_eot: ['int32_t', [P]],
  llama_vocab_sep: ['int32_t', [P]],
  llama_vocab_fim_pre: ['int32_t', [P]],
  llama_vocab_fim_suf: ['int32_t', [P]],
  llama_vocab_fim_mid: ['int32_t', [P]],
  llama_vocab_fim_rep: ['int32_t', [P]],
  llama_vocab_fim_sep: ['int32_t', [P]],
  llama_tokenize: ['int32_t', [P, P, 'int32_t', P, 'int32_t', 'bool', 'bool']],
  llama_token_to_piece: ['int32_t', [P, 'int32_t', P, 'int32_t', 'int32_t', 'bool']],

  llama_sampler_chain_init: [P, [samplerChainParams]],
  llama_sampler_chain_add: ['void', [P, P]],
  llama_sampler_free: ['void', [P]],
  llama_sampler_accept: ['void', [P, 'int32_t']],
  llama_sampler_apply: ['void', [P, P]],
  llama_sampler_sample: ['int32_t', [P, P, 'int32_t']],
  llama_sampler_init_greedy: [P, []],
  llama_sampler_init_dist: [P, ['uint32_t']],
  llama_sampler_init_top_k: [P, ['int32_t']],
  llama_sampler_init_top_p: [P, ['float', 'size_t']],
  llama_sampler_init_min_p: [P, ['float', 'size_t']],
  llama_sampler_init_temp: [P, ['float']],
  llama_sampler_init_penalties: [P, ['int32_t', 'int32_t', 'float', 'float', 'float']],
  llama_sampler_init_grammar: [P, [P, P, 'str']],

  ggml_backend_dev_count: ['size_t', []],
  ggml_backend_dev_get: [P, ['size_t']],
  ggml_backend_dev_name: ['str', [P]],
  ggml_backend_dev_description: ['str', [P]],
  ggml_backend_dev_type: ['int32_t', [P]],
  ggml_backend_dev_memory: ['void', [P, P, P]],
  ggml_backend_dev_buffer_type: [P, [P]],
  ggml_backend_dev_backend_reg: [P, [P]],
  ggml_backend_buft_name: ['str', [P]],
  ggml_backend_reg_get_proc_address: [P, [P, 'str']],
  ggml_type_size: ['size_t', ['int32_t']],
  ggml_blck_size: ['int64_t', ['int32_t']],
  ggml_log_internal: ['void', ['int32_t', 'str', '...']],
  ggml_threadpool_params_init: ['void', [koffi.out(koffi.pointer(threadpoolParams)), 'int32_t']],
} satisfies Record<string, [Type, unknown[]]>;

type Name = keyof typeof signatures;

/** koffi's view of a function: callable, and callable on a worker thread. */
export interface Asynchronous<A extends unknown[], R> {
  (...args: A): R;
  async(...args: [...A, (error: Error | null, result: R) => void]): void;
}

/** Parameter and result types as TypeScript sees them; NULL comes back as null. */
export interface NativeFunctions {
  llama_version(): string;
  llama_print_system_info(): string;
  llama_max_devices(): number;
  llama_max_parallel_sequences(): number;
  llama_model_default_params(): ModelParams;
  llama_context_default_params(): ContextParams;
  llama_sampler_chain_default_params(): { no_perf: boolean };

  llama_model_load_from_file: Asynchronous<[path: string, params: ModelParams], Pointer | null>;
  llama_model_free(model: Pointer): void;
  llama_model_get_vocab(model: Pointer): Pointer;
  llama_model_n_ctx_train(model: Pointer): number;
  llama_model_n_layer(model: Pointer): number;
  llama_model_n_embd_out(model: Pointer): number;
  llama_model_size(model: Pointer): number;
  llama_model_n_params(model: Pointer): number;
  llama_model_has_encoder(model: Pointer): boolean;
  llama_model_has_decoder(model: Pointer): boolean;
  llama_model_is_recurrent(model: Pointer): boolean;
  llama_model_is_hybrid(model: Pointer): boolean;
  llama_model_is_diffusion(model: Pointer): boolean;
  llama_model_chat_template(model: Pointer, name: string | null): string | null;
  llama_chat_apply_template(
    template: string,
    messages: readonly { role: string; content: string }[],
    count: number,
    addAssistant: boolean,
    buffer: Memory,
    length: number,
  ): number;

  llama_init_from_model(model: Pointer, params: ContextParams): Pointer | null;
  llama_free(context: Pointer): void;
  llama_n_ctx(context: Pointer): number;
  llama_n_batch(context: Pointer): number;
  llama_n_seq_max(context: Pointer): number;
  llama_get_memory(context: Pointer): Pointer;
  llama_attach_threadpool(context: Pointer, decode: Pointer, prefill: Pointer): void;
  llama_detach_threadpool(context: Pointer): void;
  llama_decode: Asynchronous<[context: Pointer, batch: Batch], number>;
  llama_synchronize: Asynchronous<[context: Pointer], void>;
  llama_get_logits_ith(context: Pointer, row: number): Pointer | null;
  llama_get_embeddings_seq(context: Pointer, sequence: number): Pointer | null;
  llama_set_abort_callback(context: Pointer, callback: Pointer, data: Pointer): void;

  llama_memory_clear(memory: Pointer, data: boolean): void;
  llama_memory_seq_rm(memory: Pointer, sequence: number, start: number, end: number): boolean;
  llama_memory_seq_cp(memory: Pointer, source: number, target: number, start: number, end: number): void;
  llama_memory_seq_pos_min(memory: Pointer, sequence: number): number;
  llama_memory_seq_pos_max(memory: Pointer, sequence: number): number;
  llama_state_seq_get_size(context: Pointer, sequence: number): number;
  llama_state_seq_get_data(context: Pointer, target: Memory, size: number, sequence: number): number;
  llama_state_seq_set_data(context: Pointer, source: Memory, size: number, sequence: number): number;

  llama_vocab_n_tokens(vocab: Pointer): number;
  llama_vocab_type(vocab: Pointer): number;
  llama_vocab_get_text(vocab: Pointer, token: number): string;
  llama_vocab_get_attr(vocab: Pointer, token: number): number;
  llama_vocab_is_eog(vocab: Pointer, token: number): boolean;
  llama_vocab_get_add_bos(vocab: Pointer): boolean;
  llama_vocab_get_add_eos(vocab: Pointer): boolean;
  llama_vocab_get_add_sep(vocab: Pointer): boolean;
  llama_vocab_bos(vocab: Pointer): number;
  llama_vocab_eos(vocab: Pointer): number;
  llama_vocab_eot(vocab: Pointer): number;
  llama_vocab_sep(vocab: Pointer): number;
  llama_vocab_fim_pre(vocab: Pointer): number;
  llama_vocab_fim_suf(vocab: Pointer): number;
  llama_vocab_fim_mid(vocab: Pointer): number;
  llama_vocab_fim_rep(vocab: Pointer): number;
  llama_vocab_fim_sep(vocab: Pointer): number;
  llama_tokenize(
    vocab: Pointer,
    text: Memory,
    bytes: number,
    tokens: Memory,
    capacity: number,
    addSpecial: boolean,
    parseSpecial: boolean,
  ): number;
  llama_token_to_piece(
    vocab: Pointer,
    token: number,
    target: Memory,
    capacity: number,
    stripSpaces: number,
    special: boolean,
  ): number;

  llama_sampler_chain_init(params: { no_perf: boolean }): Pointer;
  llama_sampler_chain_add(chain: Pointer, sampler: Pointer): void;
  llama_sampler_free(sampler: Pointer): void;
  llama_sampler_accept(sampler: Pointer, token: number): void;
  llama_sampler_apply(sampler: Pointer, candidates: Pointer): void;
  llama_sampler_sample(sampler: Pointer, context: Pointer, row: number): number;
  llama_sampler_init_greedy(): Pointer;
  llama_sampler_init_dist(seed: number): Pointer;
  llama_sampler_init_top_k(k: number): Pointer;
  llama_sampler_init_top_p(p: number, keep: number): Pointer;
  llama_sampler_init_min_p(p: number, keep: number): Pointer;
  llama_sampler_init_temp(temperature: number): Pointer;
  llama_sampler_init_penalties(
    vocabulary: number,
    lastN: number,
    repeat: number,
    frequency: number,
    presence: number,
  ): Pointer;
  llama_sampler_init_grammar(vocab: Pointer, grammar: Memory, root: string): Pointer | null;

  ggml_backend_dev_count(): number;
  ggml_backend_dev_get(index: number): Pointer;
  ggml_backend_dev_name(device: Pointer): string;
  ggml_backend_dev_description(device: Pointer): string;
  ggml_backend_dev_type(device: Pointer): number;
  /** Bytes, each written to an array of one. */
  ggml_backend_dev_memory(device: Pointer, free: BigUint64Array, total: BigUint64Array): void;
  ggml_backend_dev_buffer_type(device: Pointer): Pointer;
  ggml_backend_dev_backend_reg(device: Pointer): Pointer;
  ggml_backend_buft_name(type: Pointer): string;
  ggml_backend_reg_get_proc_address(registry: Pointer, name: string): Pointer | null;
  ggml_type_size(type: number): number;
  ggml_blck_size(type: number): number;
  /** Writes to the log that the library writes to; `text` is a format of printf's, without arguments. */
  ggml_log_internal(level: number, text: string): void;
  ggml_threadpool_params_init(params: Record<string, unknown>, threads: number): void;
}

/**
 * Finds every function in the given libraries.
 * @throws Error naming a function that none of them has.
 */
export function bind(libraries: readonly LibraryHandle[]): NativeFunctions {
  const bound: Partial<Record<Name, unknown>> = {};
  for (const name of Object.keys(signatures) as Name[]) {
    const [result, parameters] = signatures[name] as [Type, Type[]];
    bound[name] = find(libraries, name, result, parameters);
  }
  return bound as NativeFunctions & Record<Name, unknown>;
}

function find(libraries: readonly LibraryHandle[], name: string, result: Type, parameters: Type[]): unknown {
  let failure: unknown;
  for (const library of libraries) {
    try {
      return library.func(name, result, parameters);
    } catch (error) {
      failure = error;
    }
  }
  throw new Error(`The library has no function ${name}.`, { cause: failure });
}
