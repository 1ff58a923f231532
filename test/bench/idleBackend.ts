/** A backend that computes nothing, in virtual time: what is measured around it is the loop and the cache. */
import type {
  DecodeBackend,
  DecodeBatch,
  DecodeOutcome,
  Drawer,
  Tokenizer,
} from '../../src/engine/server/core/backend.ts';
import type { ModelHandle } from '../../src/engine/server/core/modelHandle.ts';

/** What a decode takes: short enough that several share a turn of the event loop, as those of a small model do. */
const DECODE_MS = 1;
const PAGE_BYTES = 256;
const LETTER = Uint8Array.of(120);

const tokenizer: Tokenizer = {
  encode: () => new Int32Array(),
  encodeTemplate: () => new Int32Array(),
  bytes: () => LETTER,
  isEnd: () => false,
  special: () => undefined,
};

export class IdleBackend implements DecodeBackend {
  readonly cells: number;
  readonly sequences: number;
  readonly batchTokens = 512;
  readonly sharesPages = true;
  readonly abortable = true;
  readonly tiles = true;
  readonly sparesHalf = false;
  decodes = 0;
  #now = 0;

  constructor({ cells, sequences }: { cells: number; sequences: number }) {
    this.cells = cells;
    this.sequences = sequences;
  }

  now(): number {
    return this.#now;
  }

  createBatch(): DecodeBatch {
    const { batchTokens } = this;
    let length = 0;
    return {
      capacity: batchTokens,
      get length() {
        return length;
      },
      clear: () => {
        length = 0;
      },
      add: () => length++,
    };
  }

  decode(): DecodeOutcome {
    this.#now += DECODE_MS;
    this.decodes++;
    return 'ok';
  }

  async decodeAsync(): Promise<DecodeOutcome> {
    return this.decode();
  }

  savePage(): Uint8Array {
    return new Uint8Array(PAGE_BYTES);
  }

  saveState(): Uint8Array {
    return this.savePage();
  }

  restorePage(): boolean {
    return true;
  }

  restoreState(): boolean {
    return true;
  }

  removeRange(): boolean {
    return true;
  }

  lastPosition(): number {
    return -1;
  }

  createSampler(): Drawer {
    return { sample: () => 7, draw: () => 7, accept: () => undefined, dispose: () => undefined };
  }

  logits(): Float32Array {
    return new Float32Array();
  }

  copyRange(): void {}
  abort(): void {}
  dispose(): void {}
}

/** A model for `serve`. `onBackend` gets the backend that is made for it. */
export function idleModel(onBackend: (backend: IdleBackend) => void): ModelHandle {
  return {
    info: {
      id: 'idle',
      path: '/idle.gguf',
      name: 'idle',
      architecture: 'idle',
      parameters: 0,
      sizeBytes: 0,
      contextTokens: 1 << 17,
      trainedContextTokens: 1 << 17,
      vocabularyTokens: 1 << 17,
      specialTokens: [],
      capabilities: { generates: true, completes: false, chats: false, embeds: false },
      device: 'cpu',
    },
    tokenizer,
    recurrent: false,
    memoryUse: () => [],
    renderChat: async () => '',
    takesTools: async () => false,
    createEmbedder() {
      throw new Error('It makes no vectors.');
    },
    createBackend(options) {
      const backend = new IdleBackend(options);
      onBackend(backend);
      return backend;
    },
    dispose: () => undefined,
  };
}
