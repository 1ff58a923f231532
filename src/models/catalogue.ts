/** Models that are worth downloading, smallest first. Data only. */
import type { DownloadFile } from '../engine/protocol/index.ts';

export interface CatalogueEntry {
  id: string;
  title: string;
  /** One sentence: for whom it is. */
  why: string;
  /** In words: "1.5 billion". */
  parameters: string;
  /** Of the file to download. */
  sizeBytes: number;
  /** Free memory (GPU or RAM) for the weights and a context of a few thousand tokens. */
  memoryBytes: number;
  licence: string;
  /** True where the licence allows research and evaluation only. */
  nonCommercial?: boolean;
  /** Fills in the middle: completes at the cursor. */
  fim: boolean;
  /** Follows instructions. */
  chat: boolean;
  /** As node-llama-cpp understands it, pinned to a revision: `hf:<user>/<repository>/<file>#<revision>`. */
  uri: string;
  /** Of that revision's file; hex. */
  sha256: string;
  /** Each part of a model that comes in several, the one in `uri` included; absent where there is one file. */
  files?: DownloadFile[];
}

const GB = 1e9;

export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    id: 'qwen2.5-coder-0.5b',
    title: 'Qwen2.5-Coder 0.5B',
    why: 'The smallest one that knows real APIs; quick on any CPU.',
    parameters: '0.5 billion',
    sizeBytes: 531_068_128,
    memoryBytes: 1.2 * GB,
    licence: 'Apache-2.0',
    fim: true,
    chat: false,
    uri: 'hf:ggml-org/Qwen2.5-Coder-0.5B-Q8_0-GGUF/qwen2.5-coder-0.5b-q8_0.gguf#5788aee90e725673490be18f553d234feaa8303d',
    sha256: 'd0f8cd6c49bab52a0abdbe47948518b1f4d9b1a8a2a6825099cea31cea10ac56',
  },
  {
    id: 'qwen2.5-coder-1.5b-instruct',
    title: 'Qwen2.5-Coder 1.5B Instruct',
    why: 'Answers on any machine, and completes code with the same weights in memory. For short questions on code.',
    parameters: '1.5 billion',
    sizeBytes: 1_117_320_768,
    memoryBytes: 2 * GB,
    licence: 'Apache-2.0',
    fim: true,
    chat: true,
    uri: 'hf:Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf#f86cb2c1fa58255f8052cc32aeede1b7482d4361',
    sha256: 'cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046',
  },
  {
    id: 'qwen2.5-coder-1.5b',
    title: 'Qwen2.5-Coder 1.5B',
    why: 'Good suggestions on a laptop with a GPU, usable on a fast CPU. The one to start with.',
    parameters: '1.5 billion',
    sizeBytes: 1_646_573_056,
    memoryBytes: 2.5 * GB,
    licence: 'Apache-2.0',
    fim: true,
    chat: false,
    uri: 'hf:ggml-org/Qwen2.5-Coder-1.5B-Q8_0-GGUF/qwen2.5-coder-1.5b-q8_0.gguf#8be1b8a895a84beea772817caaa71eba6b6e0d07',
    sha256: '29871c94d15727a6e243f79a37113d4ae625a6215b5e800bf41a23af2da32832',
  },
  {
    id: 'qwen3-4b-instruct-2507',
    title: 'Qwen3 4B Instruct 2507',
    why: 'The best small one to talk with; it does not complete at the cursor. For 8 GB of memory or a GPU with 6 GB.',
    parameters: '4 billion',
    sizeBytes: 2_497_280_736,
    memoryBytes: 4.5 * GB,
    licence: 'Apache-2.0',
    fim: false,
    chat: true,
    uri: 'hf:bartowski/Qwen_Qwen3-4B-Instruct-2507-GGUF/Qwen_Qwen3-4B-Instruct-2507-Q4_K_M.gguf#ae44f08e1392f39c0e474af10c3ff8355c8b6688',
    sha256: '2fde00ce69dd4899c70d020845e2638353015bba0fdf161b3eb965f2bca4464e',
  },
  {
    id: 'qwen2.5-coder-3b',
    title: 'Qwen2.5-Coder 3B',
    why: 'A little better than 1.5B on a GPU with 6 GB. Its licence excludes commercial use.',
    parameters: '3 billion',
    sizeBytes: 3_285_476_160,
    memoryBytes: 4.5 * GB,
    licence: 'Qwen Research',
    nonCommercial: true,
    fim: true,
    chat: false,
    uri: 'hf:ggml-org/Qwen2.5-Coder-3B-Q8_0-GGUF/qwen2.5-coder-3b-q8_0.gguf#9c1de162ae417c9c3aacde97c729c4128de047d8',
    sha256: 'a522a906e299ed34db738b9626b2cd0da9e446c14674468a22fc2eae3dbd344d',
  },
  {
    id: 'qwen2.5-coder-7b-instruct',
    title: 'Qwen2.5-Coder 7B Instruct',
    why: 'Edits code reliably, and completes it with the same weights. For a GPU with 8 GB or a Mac with 16 GB.',
    parameters: '7.6 billion',
    sizeBytes: 4_683_073_536,
    memoryBytes: 7 * GB,
    licence: 'Apache-2.0',
    fim: true,
    chat: true,
    uri: 'hf:Qwen/Qwen2.5-Coder-7B-Instruct-GGUF/qwen2.5-coder-7b-instruct-q4_k_m.gguf#13fb94bfda8c8cf22497dc57b78f391a9acb426a',
    sha256: '509287f78cb4d4cf6b3843734733b914b2c158e43e22a7f4bf5e963800894d3c',
  },
  {
    id: 'qwen2.5-coder-7b',
    title: 'Qwen2.5-Coder 7B',
    why: 'Strong suggestions on a GPU with 12 GB or a Mac with 16 GB.',
    parameters: '7.6 billion',
    sizeBytes: 8_098_525_600,
    memoryBytes: 9.5 * GB,
    licence: 'Apache-2.0',
    fim: true,
    chat: false,
    uri: 'hf:ggml-org/Qwen2.5-Coder-7B-Q8_0-GGUF/qwen2.5-coder-7b-q8_0.gguf#bca77e0a8c88fc224882bcc404170c3ef17efacc',
    sha256: '0ef48dc94a3c551a6736ac2601de38413dc9aa9318534b16e8baee08290a4aaf',
  },
  {
    id: 'qwen3-coder-30b-a3b',
    title: 'Qwen3-Coder 30B-A3B',
    why: 'The best here, and as quick as a 3B: only 3 billion parameters work on each token. For 48 GB machines.',
    parameters: '30.5 billion, 3.3 billion active',
    sizeBytes: 32_483_933_856,
    memoryBytes: 36 * GB,
    licence: 'Apache-2.0',
    fim: true,
    chat: true,
    uri: 'hf:ggml-org/Qwen3-Coder-30B-A3B-Instruct-Q8_0-GGUF/qwen3-coder-30b-a3b-instruct-q8_0.gguf#99d445b5fd000458cabc098da6a79c2967a472f1',
    sha256: 'f22993e29318b5b9ec2026f6b65802a5ca99b38ab4844aab83aed8a26ce00ff6',
  },
];

/** Where an address of the catalogue leads, for the user to agree to: the host and the repository. */
export function originOf(uri: string): { host: string; repository: string } {
  const parts = /^hf:([^/]+\/[^/:#]+)/.exec(uri);
  if (parts?.[1] !== undefined) return { host: 'huggingface.co', repository: parts[1] };
  const url = new URL(uri);
  return { host: url.host, repository: url.pathname };
}

/** @returns what each file of a download has to be. */
export function filesOf({
  uri,
  sizeBytes,
  sha256,
  files,
}: Pick<CatalogueEntry, 'uri' | 'sizeBytes' | 'sha256' | 'files'>): DownloadFile[] {
  return files ?? [{ name: fileNameOf(uri), sizeBytes, sha256 }];
}

/** @returns the name that a downloaded file gets: the one in its address. */
export function fileNameOf(uri: string): string {
  return decodeURIComponent(
    uri
      .replace(/[#?].*$/, '')
      .split('/')
      .at(-1) ?? '',
  );
}
