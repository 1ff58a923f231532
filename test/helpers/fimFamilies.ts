/**
 * Families of models that complete code: a small part of each one's vocabulary with its own special tokens, and the published
 * form of its prompt, as pieces of text between those tokens.
 */
import path from 'node:path';
import type { CompletionRequest } from '../../src/completion/completer.ts';
import { makeQwenShape, TINY_QWEN } from './randomModel.ts';
import {
  CHAT_TEMPLATE,
  makeSentencePieces,
  makeTokenizer,
  type Specials,
  type TokenizerShape,
} from './randomTokenizer.ts';

export interface FimFamily {
  name: string;
  specials: Specials;
  tokenizer?: TokenizerShape;
  /** A SentencePiece vocabulary, and whether it has a space before a text; absent: byte-level BPE. */
  pieces?: { putsSpaceFirst: boolean };
  architecture?: 'qwen2';
  /** The prompt of {@link FAMILY_REQUEST} as it was published. */
  prompt: readonly string[];
  /** The same without other files, where that is published on its own. */
  alone?: readonly string[];
  /** What ends what is filled in. */
  ends: readonly string[];
}

export const FAMILY_REQUEST: CompletionRequest = {
  path: 'src/b.ts',
  repository: 'demo',
  prefix: 'let a = 1;\n',
  suffix: '\nlet c = 3;\n',
  others: [{ path: 'src/a.ts', content: 'export const x = 1;\n' }],
};

const PREFIX = 'let a = 1;\n';
const SUFFIX = '\nlet c = 3;\n';
const OTHER = 'export const x = 1;\n';
const eos = ['eos_token_id'];
const none: string[] = [];

const QWEN = {
  '<|endoftext|>': eos,
  '<|im_start|>': none,
  '<|im_end|>': none,
  '<|fim_prefix|>': none,
  '<|fim_middle|>': none,
  '<|fim_suffix|>': none,
  '<|fim_pad|>': none,
  '<|repo_name|>': none,
  '<|file_sep|>': none,
};
const QWEN_FILES = ['<|repo_name|>', 'demo\n', '<|file_sep|>', `src/a.ts\n${OTHER}`, '<|file_sep|>', 'src/b.ts\n'];
const QWEN_FIM = ['<|fim_prefix|>', PREFIX, '<|fim_suffix|>', SUFFIX, '<|fim_middle|>'];
// eos_token_ids of Qwen2.5-Coder's and Qwen3-Coder's examples.
const QWEN_ENDS = ['<|endoftext|>', '<|im_end|>', '<|fim_pad|>', '<|repo_name|>', '<|file_sep|>', '<|fim_middle|>'];

const STARCODER = {
  '<|endoftext|>': eos,
  '<fim_prefix>': none,
  '<fim_middle>': none,
  '<fim_suffix>': none,
  '<fim_pad>': none,
};
const STARCODER_FIM = ['<fim_prefix>', PREFIX, '<fim_suffix>', SUFFIX, '<fim_middle>'];
const DEEPSEEK = {
  '<｜begin▁of▁sentence｜>': ['bos_token_id'],
  '<｜end▁of▁sentence｜>': eos,
  '<｜fim▁hole｜>': none,
  '<｜fim▁begin｜>': none,
  '<｜fim▁end｜>': none,
};
const DEEPSEEK_PROMPT = [
  '<｜begin▁of▁sentence｜>',
  `#src/a.ts\n${OTHER}`,
  '<｜fim▁begin｜>',
  `#src/b.ts\n${PREFIX}`,
  '<｜fim▁hole｜>',
  SUFFIX,
  '<｜fim▁end｜>',
];
const DEEPSEEK_ALONE = [
  '<｜begin▁of▁sentence｜>',
  '<｜fim▁begin｜>',
  PREFIX,
  '<｜fim▁hole｜>',
  SUFFIX,
  '<｜fim▁end｜>',
];
const CODELLAMA_PROMPT = ['<s>', '▁<PRE>', ` ${PREFIX}`, '▁<SUF>', SUFFIX, '▁<MID>'];

export const FIM_FAMILIES: readonly FimFamily[] = [
  {
    name: 'Qwen2.5-Coder-1.5B',
    specials: QWEN,
    architecture: 'qwen2',
    prompt: [...QWEN_FILES, ...QWEN_FIM],
    ends: QWEN_ENDS,
  },
  {
    name: 'Qwen3-Coder-30B-A3B-Instruct',
    specials: QWEN,
    architecture: 'qwen2',
    tokenizer: { chatTemplate: CHAT_TEMPLATE },
    prompt: [
      '<|im_start|>',
      'system\nYou are a code completion assistant.',
      '<|im_end|>',
      '\n',
      '<|im_start|>',
      'user\n',
      ...QWEN_FILES,
      ...QWEN_FIM,
      '<|im_end|>',
      '\n',
      '<|im_start|>',
      'assistant\n',
    ],
    ends: QWEN_ENDS,
  },
  {
    name: 'starcoder2-3b',
    specials: { ...STARCODER, '<file_sep>': none, '<repo_name>': none },
    prompt: [
      '<repo_name>',
      'demo',
      '<file_sep>',
      `src/a.ts\n${OTHER}`,
      '<file_sep>',
      '<fim_prefix>',
      `src/b.ts\n${PREFIX}`,
      ...STARCODER_FIM.slice(2),
    ],
    ends: ['<|endoftext|>', '<file_sep>', '<repo_name>', '<fim_prefix>', '<fim_pad>'],
  },
  {
    name: 'deepseek-coder-1.3b-base',
    specials: { ...DEEPSEEK, '<|EOT|>': none },
    tokenizer: { addBos: true, userDefined: true },
    prompt: DEEPSEEK_PROMPT,
    alone: DEEPSEEK_ALONE,
    ends: ['<｜end▁of▁sentence｜>', '<|EOT|>', '<｜fim▁begin｜>'],
  },
  {
    name: 'DeepSeek-Coder-V2-Lite-Base',
    specials: DEEPSEEK,
    tokenizer: { addBos: true },
    prompt: DEEPSEEK_PROMPT,
    alone: DEEPSEEK_ALONE,
    ends: ['<｜end▁of▁sentence｜>', '<｜fim▁hole｜>'],
  },
  {
    name: 'CodeLlama-7b-hf',
    specials: {
      '<s>': ['bos_token_id'],
      '</s>': eos,
      '▁<PRE>': none,
      '▁<MID>': none,
      '▁<SUF>': none,
      '▁<EOT>': none,
    },
    pieces: { putsSpaceFirst: true },
    prompt: CODELLAMA_PROMPT,
    alone: CODELLAMA_PROMPT,
    ends: ['</s>', '▁<EOT>'],
  },
  {
    name: 'codegemma-2b',
    specials: {
      '<bos>': ['bos_token_id'],
      '<eos>': eos,
      '<end_of_turn>': none,
      '<|fim_prefix|>': none,
      '<|fim_middle|>': none,
      '<|fim_suffix|>': none,
      '<|file_separator|>': none,
    },
    tokenizer: { userDefined: true },
    pieces: { putsSpaceFirst: false },
    prompt: ['<bos>', `src/a.ts\n${OTHER}`, '<|file_separator|>', 'src/b.ts\n', ...QWEN_FIM],
    alone: ['<bos>', ...QWEN_FIM],
    ends: ['<eos>', '<|file_separator|>', '<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>'],
  },
  {
    name: 'Codestral-22B-v0.1',
    specials: {
      '<s>': ['bos_token_id'],
      '</s>': eos,
      '[INST]': none,
      '[/INST]': none,
      '[PREFIX]': none,
      '[MIDDLE]': none,
      '[SUFFIX]': none,
    },
    pieces: { putsSpaceFirst: true },
    prompt: ['<s>', '[SUFFIX]', SUFFIX, '[PREFIX]', ` +++++ src/a.ts\n${OTHER}\n+++++ src/b.ts\n${PREFIX}`],
    alone: ['<s>', '[SUFFIX]', SUFFIX, '[PREFIX]', ` ${PREFIX}`],
    ends: ['</s>', '[PREFIX]', '[SUFFIX]'],
  },
  {
    name: 'granite-3.3-2b-base',
    specials: { ...STARCODER, '<|endoftext|>': none, '<|end_of_text|>': eos, '<filename>': none, '<reponame>': none },
    prompt: STARCODER_FIM,
    alone: STARCODER_FIM,
    ends: ['<|end_of_text|>', '<fim_pad>', '<filename>', '<reponame>'],
  },
  {
    name: 'granite-4.0-h-micro-base',
    specials: {
      '<|end_of_text|>': eos,
      '<|fim_prefix|>': none,
      '<|fim_middle|>': none,
      '<|fim_suffix|>': none,
      '<|fim_pad|>': none,
      '<|filename|>': none,
      '<|reponame|>': none,
    },
    prompt: QWEN_FIM,
    alone: QWEN_FIM,
    ends: ['<|end_of_text|>', '<|fim_pad|>', '<|filename|>'],
  },
  {
    name: 'Seed-Coder-8B-Base',
    specials: {
      '<[begin▁of▁sentence]>': ['bos_token_id'],
      '<[end▁of▁sentence]>': eos,
      '<[fim-prefix]>': none,
      '<[fim-suffix]>': none,
      '<[fim-middle]>': none,
    },
    tokenizer: { addBos: true },
    prompt: ['<[begin▁of▁sentence]>', '<[fim-suffix]>', SUFFIX, '<[fim-prefix]>', PREFIX, '<[fim-middle]>'],
    ends: ['<[end▁of▁sentence]>', '<[fim-suffix]>'],
  },
  {
    name: 'Mellum-4b-base',
    specials: { ...STARCODER, '<filename>': none, '<reponame>': none },
    prompt: [
      '<filename>',
      `src/a.ts\n${OTHER}`,
      '<filename>',
      'src/b.ts\n',
      '<fim_suffix>',
      SUFFIX,
      '<fim_prefix>',
      PREFIX,
      '<fim_middle>',
    ],
    ends: ['<|endoftext|>', '<filename>'],
  },
  {
    name: 'stable-code-3b',
    specials: { ...STARCODER, '<filename>': none, '<reponame>': none },
    prompt: STARCODER_FIM,
    alone: STARCODER_FIM,
    ends: ['<|endoftext|>', '<fim_pad>'],
  },
  {
    name: 'GLM-4.5-Air-Base',
    specials: {
      '<|endoftext|>': eos,
      '[gMASK]': none,
      '<sop>': none,
      '<|user|>': none,
      '<|code_prefix|>': none,
      '<|code_middle|>': none,
      '<|code_suffix|>': none,
    },
    prompt: ['<|code_prefix|>', PREFIX, '<|code_suffix|>', SUFFIX, '<|code_middle|>'],
    ends: ['<|endoftext|>', '<|code_prefix|>'],
  },
  {
    name: 'Falcon-H1-Tiny-Coder-90M',
    specials: { '<|end_of_text|>': eos, '<|prefix|>': none, '<|suffix|>': none, '<|middle|>': none },
    prompt: ['<|prefix|>', PREFIX, '<|suffix|>', SUFFIX, '<|middle|>'],
    ends: ['<|end_of_text|>', '<|suffix|>'],
  },
];

const VOCABULARY = 1152;

/** Writes a tiny model with random weights and the family's vocabulary. @returns its file, and the ids of its special tokens. */
export function makeFamily(folder: string, family: FimFamily): { file: string; ids: Map<string, number> } {
  const { name, specials, pieces, architecture = 'llama' } = family;
  const shape: TokenizerShape = { chatTemplate: null, ...family.tokenizer, specials };
  const tokenizer = pieces
    ? makeSentencePieces(VOCABULARY, { ...shape, ...pieces })
    : makeTokenizer(VOCABULARY, TINY_QWEN.merges ?? 0, shape);
  const file = makeQwenShape(path.join(folder, `${name}.gguf`), {
    ...TINY_QWEN,
    vocabulary: VOCABULARY,
    architecture,
    name,
    tokenizer,
  });
  const first = VOCABULARY - Object.keys(specials).length;
  return { file, ids: new Map(Object.keys(specials).map((special, index) => [special, first + index])) };
}
