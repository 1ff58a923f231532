/**
 * In which form a family of models wants a place to fill in. The tokens themselves are the GGUF file's own
 * ({@link ModelInfo.specialTokens}); only what the file cannot say is in this table.
 */
import type { FimMarkers, ModelInfo, SpecialToken } from '../engine/protocol/index.ts';

export interface FimLayout {
  /**
   * `prefixFirst`: prefix, suffix, middle. `suffixFirst`: suffix, prefix, middle; what is typed is then appended at the
   * end of the prompt. Each part follows its own token.
   */
  order: 'prefixFirst' | 'suffixFirst';
  /** False: the answer follows the last part at once. */
  middle: boolean;
  /** The model was trained with a beginning-of-text token before the prompt, where its file says so. */
  bos: boolean;
  /** How other files and the path of the current one are written. */
  files: FileLayout;
  /** How the repository's name stands before the files, where the vocabulary has a token for it. */
  repository: 'line' | 'bare' | 'none';
  /** The text before the cursor is written as the beginning of a text; see {@link PromptSegment}. */
  begins: boolean;
  /** The prompt is a question in a chat, whose system message is this. */
  system?: string;
  /** No markers: a chat model is asked in words to write the file, and goes on with it where the cursor is. */
  instructed?: boolean;
}

/**
 * `separator`: `<sep>path\ncontent`, the current file's path before its FIM part. `pathInPrefix`: the same with the path at the
 * start of the prefix. `between`: `path\ncontent<sep>`, the current file's path before its FIM part. `plus`:
 * `+++++ path\ncontent` at the start of the prefix, a blank line between files. `hash`: `#path\ncontent`. `none`: this file only.
 */
export type FileLayout = 'separator' | 'pathInPrefix' | 'between' | 'plus' | 'hash' | 'none';

/** What is needed of a model to know how it is asked. */
export type FimModel = Pick<ModelInfo, 'name' | 'architecture' | 'specialTokens' | 'fimMarkers' | 'capabilities'>;

interface Family {
  /** Of `general.architecture` and `general.name`, in lower case. */
  matches: (architecture: string, name: string) => boolean;
  layout: FimLayout;
}

const PREFIX_FIRST: FimLayout = {
  order: 'prefixFirst',
  middle: true,
  bos: true,
  files: 'none',
  repository: 'none',
  begins: false,
};
const SUFFIX_FIRST: FimLayout = { ...PREFIX_FIRST, order: 'suffixFirst' };
// Qwen2.5-Coder technical report (arXiv 2409.12186) and README, file level and repository level.
const QWEN: FimLayout = { ...PREFIX_FIRST, bos: false, files: 'separator', repository: 'line' };
// DeepSeek-Coder README: begin prefix hole suffix end; repository level is `#path\ncontent`, file after file.
const DEEPSEEK: FimLayout = { ...PREFIX_FIRST, files: 'hash' };
// CodeLlama (arXiv 2308.12950), `infilling_prompt_tokens` of its repository, its default order; only the suffix has no space.
const CODELLAMA: FimLayout = { ...PREFIX_FIRST, begins: true };
// mistral-common, `encode_fim`: `<s>[SUFFIX]suffix[PREFIX]prefix`, no middle token; Continue's `codestralMultifileFimTemplate`.
const CODESTRAL: FimLayout = { ...SUFFIX_FIRST, middle: false, files: 'plus', begins: true };

const FAMILIES: Family[] = [
  {
    // Its card (media/model): both orders trained, suffix first keeps the cache while typing.
    matches: (_, name) => name.includes('tiny-code-fim'),
    layout: { ...SUFFIX_FIRST, bos: false, files: 'separator', repository: 'line' },
  },
  {
    // Qwen3-Coder README, "Fill in the middle with Qwen3-Coder": all its models are instructed ones.
    matches: (architecture, name) => /qwen-?_?\s?3/.test(`${architecture} ${name}`) && name.includes('coder'),
    layout: { ...QWEN, system: 'You are a code completion assistant.' },
  },
  { matches: (architecture, name) => architecture.startsWith('qwen') || name.includes('qwen'), layout: QWEN },
  {
    // StarCoder2 and The Stack v2 (arXiv 2402.19173), section 5: `<repo_name>name<file_sep>…<file_sep><fim_prefix>path\ncode`.
    matches: (architecture, name) => architecture === 'starcoder2' || name.includes('starcoder2'),
    layout: { ...PREFIX_FIRST, bos: false, files: 'pathInPrefix', repository: 'bare' },
  },
  { matches: (_, name) => name.includes('codestral'), layout: CODESTRAL },
  {
    // Mellum-4b-base model card: `<filename>path\ncontent`, then `<filename>path\n<fim_suffix>suffix<fim_prefix>prefix<fim_middle>`.
    matches: (_, name) => name.includes('mellum'),
    layout: { ...SUFFIX_FIRST, files: 'separator' },
  },
  {
    matches: (architecture, name) => architecture.startsWith('deepseek') || name.includes('deepseek'),
    layout: DEEPSEEK,
  },
  { matches: (_, name) => /code-?_?\s?llama/.test(name), layout: CODELLAMA },
  {
    // CodeGemma (arXiv 2406.11409) and its card: prefix, suffix, middle after Gemma's <bos>; files are parted by a token.
    matches: (architecture, name) => architecture.startsWith('gemma') || name.includes('codegemma'),
    layout: { ...PREFIX_FIRST, files: 'between' },
  },
  {
    // Granite Code (arXiv 2405.04324) and Granite 3 and 4 model cards: prefix, suffix, middle.
    matches: (architecture, name) => architecture.startsWith('granite') || name.includes('granite'),
    layout: { ...PREFIX_FIRST, bos: false },
  },
];

/** Where no name tells, the spelling of the markers does: some are of one family only. */
const BY_MARKERS: Partial<Record<FimMarkers, FimLayout>> = {
  qwen: { ...QWEN, bos: true },
  deepseek: DEEPSEEK,
  codellama: CODELLAMA,
  codestral: CODESTRAL,
  // Seed-Coder-8B-Base model card: `<[fim-suffix]>suffix<[fim-prefix]>prefix<[fim-middle]>`.
  seed: SUFFIX_FIRST,
};

/** The answer of a chat model begins with the file up to the cursor, and so it goes on with it. */
const INSTRUCTED: FimLayout = {
  ...SUFFIX_FIRST,
  middle: false,
  bos: false,
  files: 'none',
  system: 'You complete code as its author would. You answer with code alone, without a word about it.',
  instructed: true,
};

/** A model that cannot fill in the middle was asked for a completion. The message is for the user. */
export class NoFimTokensError extends Error {
  readonly kind = 'modelWithoutFim';

  constructor({ name, capabilities }: Pick<FimModel, 'name' | 'capabilities'>) {
    super(
      capabilities.edits
        ? `${name} cannot complete code at the cursor: it is a next-edit model, which rewrites the lines around it. Choose a model made for completion, such as the bundled one or Qwen2.5-Coder.`
        : `${name} cannot complete code: its file names no fill-in-the-middle tokens, and no chat template. Choose a model made for completion, such as the bundled one or Qwen2.5-Coder.`,
    );
    this.name = 'NoFimTokensError';
  }
}

/**
 * The layout of a model; prefix first, this file only, for an unknown family that has the tokens, and instruction for a
 * chat model that has none.
 * @throws NoFimTokensError when a token that the layout needs is missing, or the model is made for edits only.
 */
export function fimLayoutOf(model: FimModel): FimLayout {
  if (model.capabilities.edits) throw new NoFimTokensError(model);
  const layout = markedLayoutOf(model);
  const needed: SpecialToken[] = ['fimPrefix', 'fimSuffix', ...(layout.middle ? (['fimMiddle'] as const) : [])];
  const { chats } = model.capabilities;
  if (!needed.every((token) => model.specialTokens.includes(token))) {
    if (chats) return INSTRUCTED;
    throw new NoFimTokensError(model);
  }
  const { system, ...plain } = layout;
  return chats || system === undefined ? layout : plain;
}

function markedLayoutOf({ name, architecture, fimMarkers }: FimModel): FimLayout {
  const named = FAMILIES.find(({ matches }) => matches(architecture.toLowerCase(), name.toLowerCase()));
  const byMarkers = fimMarkers && BY_MARKERS[fimMarkers];
  // A fine-tuned model may be called after two families; markers that only one has are surer.
  if (byMarkers && fimMarkers !== 'qwen') return byMarkers;
  return named?.layout ?? byMarkers ?? PREFIX_FIRST;
}

/** @returns why this model cannot complete at the cursor; undefined where it can. */
export function whyNoCompletion(model: FimModel): NoFimTokensError | undefined {
  try {
    fimLayoutOf(model);
    return undefined;
  } catch (error) {
    if (error instanceof NoFimTokensError) return error;
    throw error;
  }
}
