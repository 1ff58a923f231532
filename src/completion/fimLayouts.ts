/**
 * In which order a family of models wants the parts of a fill-in-the-middle prompt. The tokens themselves are the GGUF
 * file's own ({@link ModelInfo.specialTokens}); only what the file cannot say is in this table.
 */
import type { ModelInfo, SpecialToken } from '../engine/protocol/index.ts';

export interface FimLayout {
  /**
   * `prefixFirst`: prefix, suffix, middle. `suffixFirst`: suffix, prefix, middle; what is typed is then appended at the
   * end of the prompt. Each part follows its own token.
   */
  order: 'prefixFirst' | 'suffixFirst';
  /** False: the answer follows the last part at once. */
  middle: boolean;
  /** The model was trained with a beginning-of-text token before the prompt. */
  bos: boolean;
  /**
   * How other files and the path of the current one are written. `separator`: `<sep>path\ncontent`, the current file's
   * path before its FIM part; `pathInPrefix`: the same with the path at the start of the prefix; `plus`:
   * `+++++ path\ncontent`; `hash`: `#path\ncontent`; `none`: this file only.
   */
  files: 'separator' | 'pathInPrefix' | 'plus' | 'hash' | 'none';
}

interface Family {
  /** Of `general.architecture` and `general.name`, in lower case. */
  matches: (architecture: string, name: string) => boolean;
  layout: FimLayout;
}

const PREFIX_FIRST: FimLayout = { order: 'prefixFirst', middle: true, bos: false, files: 'none' };

const FAMILIES: Family[] = [
  {
    // Its card (media/model): both orders trained, suffix first keeps the cache while typing.
    matches: (_, name) => name.includes('tiny-code-fim'),
    layout: { order: 'suffixFirst', middle: true, bos: false, files: 'separator' },
  },
  {
    // Qwen2.5-Coder technical report (arXiv 2409.12186) and README, file level and repository level.
    matches: (architecture, name) => architecture.startsWith('qwen') || name.includes('qwen'),
    layout: { ...PREFIX_FIRST, files: 'separator' },
  },
  {
    // StarCoder2 and The Stack v2 (arXiv 2402.19173), section 5: `<file_sep><fim_prefix>path\ncode`.
    matches: (architecture, name) => architecture === 'starcoder2' || name.includes('starcoder2'),
    layout: { ...PREFIX_FIRST, files: 'pathInPrefix' },
  },
  {
    // mistral-common, `encode_fim`: `<s>[SUFFIX]suffix[PREFIX]prefix`, no middle token; `+++++ path` from Mistral's guide.
    matches: (_, name) => name.includes('codestral'),
    layout: { order: 'suffixFirst', middle: false, bos: true, files: 'plus' },
  },
  {
    // Seed-Coder-8B-Base model card: `<[fim-suffix]>suffix<[fim-prefix]>prefix<[fim-middle]>`.
    matches: (_, name) => name.includes('seed-coder') || name.includes('seed coder'),
    layout: { order: 'suffixFirst', middle: true, bos: true, files: 'none' },
  },
  {
    // DeepSeek-Coder README: begin prefix hole suffix end; repository level is `#path\ncontent`, file after file.
    matches: (architecture, name) => architecture.startsWith('deepseek') || name.includes('deepseek'),
    layout: { ...PREFIX_FIRST, bos: true, files: 'hash' },
  },
  {
    // CodeLlama (arXiv 2308.12950), `infilling_prompt_tokens` of its repository, its default order.
    matches: (_, name) => /code-?_?\s?llama/.test(name),
    layout: { ...PREFIX_FIRST, bos: true },
  },
  {
    // CodeGemma model card: prefix, suffix, middle, after Gemma's <bos>.
    matches: (architecture) => architecture.startsWith('gemma'),
    layout: { ...PREFIX_FIRST, bos: true },
  },
  {
    // Granite Code (arXiv 2405.04324) and Granite 4 model cards: prefix, suffix, middle.
    matches: (architecture, name) => architecture.startsWith('granite') || name.includes('granite'),
    layout: PREFIX_FIRST,
  },
];

/** A model that cannot fill in the middle was asked for a completion. The message is for the user. */
export class NoFimTokensError extends Error {
  readonly kind = 'modelWithoutFim';

  constructor(model: string) {
    super(
      `${model} cannot complete code: its file names no fill-in-the-middle tokens. Choose a model made for completion, such as the bundled one or Qwen2.5-Coder.`,
    );
    this.name = 'NoFimTokensError';
  }
}

/**
 * The layout of a model; prefix first, this file only, for an unknown family that has the tokens.
 * @throws NoFimTokensError when a token that the layout needs is missing.
 */
export function fimLayoutOf(model: Pick<ModelInfo, 'name' | 'architecture' | 'specialTokens'>): FimLayout {
  const architecture = model.architecture.toLowerCase();
  const name = model.name.toLowerCase();
  const family = FAMILIES.find((one) => one.matches(architecture, name));
  const layout = family?.layout ?? PREFIX_FIRST;
  const needed: SpecialToken[] = ['fimPrefix', 'fimSuffix', ...(layout.middle ? (['fimMiddle'] as const) : [])];
  if (!needed.every((token) => model.specialTokens.includes(token))) throw new NoFimTokensError(model.name);
  return layout;
}

/** @returns why this model cannot complete at the cursor; undefined where it can. */
export function whyNoCompletion(
  model: Pick<ModelInfo, 'name' | 'architecture' | 'specialTokens'>,
): NoFimTokensError | undefined {
  try {
    fimLayoutOf(model);
    return undefined;
  } catch (error) {
    if (error instanceof NoFimTokensError) return error;
    throw error;
  }
}
