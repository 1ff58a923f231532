/**
 * How families of models spell the tokens that a place to fill in is marked with. libllama knows some of them; a file names
 * its own by number only now and then. What it does not find is looked for by these spellings.
 */
import type { FimMarkers, SpecialToken } from '../../../protocol/index.ts';

interface Spellings {
  kind: FimMarkers;
  prefix: string;
  suffix: string;
  middle: string;
  /** Of what the vocabulary has, the first counts. */
  repository?: readonly string[];
  separator?: readonly string[];
  /** What may end an answer beside the markers themselves and the tokens that libllama knows to. */
  ends?: readonly string[];
}

const SPELLINGS: readonly Spellings[] = [
  {
    // Qwen2.5-Coder and Qwen3-Coder, CodeGemma, Granite 4.
    kind: 'qwen',
    prefix: '<|fim_prefix|>',
    suffix: '<|fim_suffix|>',
    middle: '<|fim_middle|>',
    repository: ['<|repo_name|>', '<|reponame|>'],
    separator: ['<|file_sep|>', '<|file_separator|>'],
    ends: ['<|fim_pad|>', '<|filename|>'],
  },
  {
    // StarCoder and StarCoder2, StableCode, Granite 3, Mellum.
    kind: 'starcoder',
    prefix: '<fim_prefix>',
    suffix: '<fim_suffix>',
    middle: '<fim_middle>',
    repository: ['<repo_name>', '<reponame>'],
    separator: ['<file_sep>', '<filename>'],
    ends: ['<fim_pad>'],
  },
  {
    kind: 'santacoder',
    prefix: '<fim-prefix>',
    suffix: '<fim-suffix>',
    middle: '<fim-middle>',
    ends: ['<fim-pad>'],
  },
  {
    kind: 'deepseek',
    prefix: '<｜fim▁begin｜>',
    suffix: '<｜fim▁hole｜>',
    middle: '<｜fim▁end｜>',
    ends: ['<｜end▁of▁sentence｜>', '<|EOT|>'],
  },
  { kind: 'codellama', prefix: '▁<PRE>', suffix: '▁<SUF>', middle: '▁<MID>', ends: ['▁<EOT>'] },
  { kind: 'codellama', prefix: '<PRE>', suffix: '<SUF>', middle: '<MID>', ends: ['<EOT>'] },
  { kind: 'codestral', prefix: '[PREFIX]', suffix: '[SUFFIX]', middle: '[MIDDLE]' },
  {
    // Seed-Coder, and Zeta 2, which is made of it.
    kind: 'seed',
    prefix: '<[fim-prefix]>',
    suffix: '<[fim-suffix]>',
    middle: '<[fim-middle]>',
    separator: ['<filename>'],
    ends: ['<[end▁of▁sentence]>'],
  },
  { kind: 'glm', prefix: '<|code_prefix|>', suffix: '<|code_suffix|>', middle: '<|code_middle|>' },
  { kind: 'falcon', prefix: '<|prefix|>', suffix: '<|suffix|>', middle: '<|middle|>' },
];

export interface FoundMarkers {
  kind: FimMarkers | undefined;
  tokens: Map<SpecialToken, number>;
  /** Tokens that end an answer at a cursor. */
  ends: number[];
}

/**
 * The markers of a vocabulary.
 * @param known what the file or libllama name; they stay as they are.
 * @param spelledAs how a token is written.
 * @param find the token that is written so, where there is one.
 */
export function findMarkers(
  known: ReadonlyMap<SpecialToken, number>,
  spelledAs: (token: number) => string,
  find: (spelling: string) => number | undefined,
): FoundMarkers {
  const named = known.get('fimPrefix');
  const first = named === undefined ? undefined : spelledAs(named);
  const row = SPELLINGS.find(({ prefix, suffix }) =>
    first === undefined ? find(prefix) !== undefined && find(suffix) !== undefined : prefix === first,
  );
  const tokens = new Map(known);
  const add = (name: SpecialToken, spellings: readonly string[] = []): void => {
    const token = tokens.get(name) ?? spellings.map(find).find((one) => one !== undefined);
    if (token !== undefined) tokens.set(name, token);
  };
  if (row !== undefined) {
    add('fimPrefix', [row.prefix]);
    add('fimSuffix', [row.suffix]);
    add('fimMiddle', [row.middle]);
    add('fimRepo', row.repository);
    add('fimSeparator', row.separator);
  }
  const marks = [...tokens].filter(([name]) => name !== 'bos').map(([, token]) => token);
  // What separates files ends one, whichever of them a prompt is written with.
  const others = [...(row?.repository ?? []), ...(row?.separator ?? []), ...(row?.ends ?? [])].map(find);
  const ends = new Set([...marks, ...others].filter((token) => token !== undefined));
  return { kind: row?.kind, tokens, ends: [...ends] };
}
