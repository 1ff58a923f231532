/**
 * Where the buffers of models and contexts lie. The C functions of libllama do not tell; its log does, which arrives later
 * and for all threads in one stream. What belongs to one piece of work is what stands between two marks in the stream.
 */
import type { MemoryUse } from '../../../protocol/index.ts';
import type { NativeFunctions } from './functions.ts';

/** `GGML_LOG_LEVEL_INFO`. */
const INFO = 2;
const MARK = /quire: (begin|end) (\d+)/;
const BUFFER = /(\S+) +(model|KV|RS|output|compute) buffer size = +([\d.]+) MiB/;
const SPLITS = /graph.*: nodes = .*splits = (\d+)(?: \/ (\d+))?/;
/** Ends the loading of a model. */
const LACKING = /unable to allocate (\S+) buffer/;
const MEBIBYTE = 2 ** 20;

type Part = 'weights' | 'cache' | 'compute';
const PARTS: Record<string, Part> = {
  model: 'weights',
  KV: 'cache',
  RS: 'cache',
  output: 'compute',
  compute: 'compute',
};

/** What a piece of work made. */
export interface Buffers {
  /** By name of the device; sizes in bytes, exact to 0.01 MiB. */
  use: MemoryUse[];
  /** Parts that the graph of a single token is cut into by device; undefined where no context was made. */
  splits: number | undefined;
  /** A device that had not the memory for weights. */
  lacking?: string;
}

export class BufferLog {
  readonly #deviceNames: readonly string[];
  readonly #mark: (text: string) => void;
  /** Begun in the stream and not yet ended there. */
  readonly #open = new Map<number, Buffers>();
  readonly #waiting = new Map<number, (made: Buffers) => void>();
  #last = 0;

  /** @param deviceNames of all devices, the CPU's among them. */
  constructor(functions: Pick<NativeFunctions, 'ggml_log_internal'>, deviceNames: readonly string[]) {
    this.#deviceNames = deviceNames;
    this.#mark = (text) => functions.ggml_log_internal(INFO, text);
  }

  /**
   * Marks the beginning of a piece of work. Pieces may overlap where they make buffers of different kinds only.
   * @returns marks its end; `made` is called when the log has come so far.
   */
  begin(made: (buffers: Buffers) => void): () => void {
    const id = ++this.#last;
    this.#waiting.set(id, made);
    this.#mark(`quire: begin ${id}\n`);
    return () => this.#mark(`quire: end ${id}\n`);
  }

  /**
   * Reads what the library logs.
   * @returns what of it is the library's own; empty where it was a mark only.
   */
  hear(message: string): string {
    const lines = message.split('\n').filter((line) => {
      const mark = MARK.exec(line);
      if (!mark) this.#read(line);
      else if (mark[1] === 'begin') this.#open.set(Number(mark[2]), { use: [], splits: undefined });
      else this.#end(Number(mark[2]));
      return !mark;
    });
    return lines.join('\n');
  }

  #end(id: number): void {
    const made = this.#open.get(id);
    if (made) this.#waiting.get(id)?.(made);
    this.#open.delete(id);
    this.#waiting.delete(id);
  }

  #read(line: string): void {
    if (this.#open.size === 0) return;
    const splits = SPLITS.exec(line);
    if (splits) for (const open of this.#open.values()) open.splits = Number(splits[2] ?? splits[1]);
    const lacking = LACKING.exec(line);
    if (lacking) for (const open of this.#open.values()) open.lacking = this.#deviceOf(lacking[1]!);
    const found = BUFFER.exec(line);
    if (!found) return;
    const part = PARTS[found[2]!]!;
    const bytes = Math.round(Number(found[3]) * MEBIBYTE);
    const uses = cutAmong(found[1]!).map((buffer) => ({ ...nothing(this.#deviceOf(buffer)), [part]: bytes }));
    for (const open of this.#open.values()) open.use = sumOf([...open.use, ...uses]);
  }

  /** `CUDA0`, `CUDA0_Split` and `MTL0_Mapped` are a device's own; `CUDA_Host`, `CPU_Mapped` lie in the system's memory. */
  #deviceOf(buffer: string): string {
    return this.#deviceNames.find((name) => buffer === name || buffer.startsWith(`${name}_`)) ?? 'CPU';
  }
}

/** What the log has told of one model so far. */
export class ModelBuffers {
  readonly #log: BufferLog;
  #weights: Buffers | undefined;
  /** Of the latest one. */
  #context: Buffers | undefined;

  constructor(log: BufferLog) {
    this.#log = log;
  }

  /** By device; empty until the log has told. */
  get use(): MemoryUse[] {
    return sumOf([...(this.#weights?.use ?? []), ...(this.#context?.use ?? [])]);
  }

  /** {@link Buffers.splits} */
  get splits(): number | undefined {
    return this.#context?.splits;
  }

  /**
   * Its weights are read from here on.
   * @returns is to be called behind that, and resolves when the log has come so far.
   */
  beginWeights(): () => Promise<Buffers> {
    const { promise, resolve } = Promise.withResolvers<Buffers>();
    const end = this.#log.begin((buffers) => {
      this.#weights = buffers;
      resolve(buffers);
    });
    return () => {
      end();
      return promise;
    };
  }

  /** Makes what has a context of its own. */
  context<T>(make: () => T): T {
    const end = this.#log.begin((buffers) => {
      this.#context = buffers;
    });
    try {
      return make();
    } finally {
      end();
    }
  }
}

/** Of `Meta(CUDA0,CUDA1)`, matrices that are cut among devices, the log tells the size of the largest share. */
function cutAmong(buffer: string): string[] {
  return /^Meta\((.*)\)$/.exec(buffer)?.[1]?.split(',') ?? [buffer];
}

const nothing = (device: string): MemoryUse => ({ device, weights: 0, cache: 0, compute: 0 });

/** One entry for each device, in the order in which they first come. */
export function sumOf(uses: readonly MemoryUse[]): MemoryUse[] {
  const sums = new Map<string, MemoryUse>();
  for (const { device, weights, cache, compute } of uses) {
    const sum = sums.get(device) ?? nothing(device);
    sum.weights += weights;
    sum.cache += cache;
    sum.compute += compute;
    sums.set(device, sum);
  }
  return [...sums.values()];
}
