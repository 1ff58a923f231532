/**
 * A byte-level BPE vocabulary for models with random weights, learnt from the code of packages whose versions are pinned,
 * so that its tokens are as long as those of real code models, and the same whatever else changes: Sennrich et al., https://aclanthology.org/P16-1162, over the bytes
 * and word borders of Qwen2's tokenizer.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  booleanEntry,
  type Entry,
  floatArrayEntry,
  numberArrayEntry,
  numberEntry,
  textArrayEntry,
  textEntry,
} from './gguf.ts';

const PACKAGES = path.join(import.meta.dirname, '../../node_modules');
const SOURCES = ['@types/vscode/index.d.ts', 'diff/libesm', 'mocha/lib'];

/** Where Qwen2 cuts a text before it merges (`LLAMA_VOCAB_PRE_TYPE_QWEN2`). */
const WORDS =
  /'(?:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+/giu;

/** Tokens that are no text, by their spelling, and the metadata keys that name them. */
export type Specials = Readonly<Record<string, readonly string[]>>;

export interface TokenizerShape {
  /** Absent: those of Qwen2.5-Coder. */
  specials?: Specials;
  /** They are marked as words that a user added, and not as control tokens. */
  userDefined?: boolean;
  /** A text begins with the token of `bos_token_id`. */
  addBos?: boolean;
  /** Jinja; absent: ChatML; null: none. */
  chatTemplate?: string | null;
}

const SPECIAL: Specials = {
  '<|endoftext|>': ['eos_token_id', 'padding_token_id'],
  '<|im_start|>': [],
  '<|im_end|>': ['eot_token_id'],
  '<|fim_prefix|>': ['fim_pre_token_id'],
  '<|fim_middle|>': ['fim_mid_token_id'],
  '<|fim_suffix|>': ['fim_suf_token_id'],
  '<|repo_name|>': ['fim_rep_token_id'],
  '<|file_sep|>': ['fim_sep_token_id'],
};

/** ChatML. */
export const CHAT_TEMPLATE =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/** `llama_token_type`. */
const NORMAL = 1;
const CONTROL = 3;
const USER_DEFINED = 4;
const UNUSED = 5;
const UNKNOWN = 2;
const BYTE = 6;

/** Tokens that a text may be cut into without any merge. */
const BYTES = 256;

export interface RandomTokenizer {
  /** The `tokenizer.*` metadata of a model file. */
  entries: Entry[];
  /** Tokens that ordinary text is made of: neither control tokens nor stray bytes nor fillers. */
  words: number[];
  controls: number[];
}

/**
 * @param size tokens of the vocabulary: bytes first, then merges, then fillers that no text reaches, control tokens last.
 * @param merges how many to learn; fewer where the sources or `size` give fewer.
 */
export function makeTokenizer(size: number, merges: number, shape: TokenizerShape = {}): RandomTokenizer {
  const { specials: named = SPECIAL, userDefined = false, addBos = false, chatTemplate = CHAT_TEMPLATE } = shape;
  const specials = Object.keys(named);
  const firstSpecial = size - specials.length;
  const { tokens, pairs } = learntBy(Math.min(merges, firstSpecial - BYTES));
  const learnt = tokens.length;
  for (let id = learnt; id < firstSpecial; id++) tokens.push(`<filler ${id}>`);
  tokens.push(...specials);
  const ids = [...tokens.keys()];
  const typeOf = (id: number): number =>
    id < learnt ? NORMAL : id < firstSpecial ? UNUSED : userDefined ? USER_DEFINED : CONTROL;
  return {
    entries: [
      textEntry('tokenizer.ggml.model', 'gpt2'),
      textEntry('tokenizer.ggml.pre', 'qwen2'),
      textArrayEntry('tokenizer.ggml.tokens', tokens),
      numberArrayEntry('tokenizer.ggml.token_type', ids.map(typeOf)),
      textArrayEntry('tokenizer.ggml.merges', pairs),
      ...Object.values(named).flatMap((keys, index) =>
        keys.map((key) => numberEntry(`tokenizer.ggml.${key}`, firstSpecial + index)),
      ),
      booleanEntry('tokenizer.ggml.add_bos_token', addBos),
      ...templateEntries(chatTemplate),
    ],
    words: ids.filter((id) => isText(id) || (id >= BYTES && id < learnt && isWord(tokens[id]!))),
    controls: ids.slice(firstSpecial),
  };
}

const isText = (byte: number): boolean => byte === 10 || (byte >= 32 && byte < 127);
/** How they are spelt; other bytes are parts of characters, which alone can neither be said nor read again. */
const LETTERS = new Set(
  Array.from({ length: BYTES }, (_, byte) => byte)
    .filter(isText)
    .map(spelling),
);
const isWord = (token: string): boolean => [...token].every((letter) => LETTERS.has(letter));

const templateEntries = (template: string | null): Entry[] =>
  template === null ? [] : [textEntry('tokenizer.chat_template', template)];

/** Pieces of words of a SentencePiece vocabulary, beside its bytes and characters. */
const MOST_PIECES = 600;

/**
 * A SentencePiece vocabulary, as Llama 2's: a space is a letter, and pieces are joined by their scores. Bytes and characters,
 * then the beginnings of the commonest words of the sources, special tokens last.
 * @param putsSpaceFirst before a text, as Llama's does and Gemma's does not.
 */
export function makeSentencePieces(size: number, shape: TokenizerShape & { putsSpaceFirst: boolean }): RandomTokenizer {
  const { specials: named = {}, userDefined = false, addBos = true, chatTemplate = null, putsSpaceFirst } = shape;
  const specials = Object.keys(named);
  const bytes = Array.from({ length: BYTES }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const characters = Array.from({ length: 0x7f - 0x21 }, (_, at) => String.fromCodePoint(0x21 + at));
  const tokens = ['<unk>', ...bytes, WORD_BEGINS, ...characters, ...commonPieces()];
  const learnt = tokens.length;
  const firstSpecial = size - specials.length;
  for (let id = learnt; id < firstSpecial; id++) tokens.push(`<filler ${id}>`);
  tokens.push(...specials);
  const typeOf = (id: number): number => {
    if (id === 0) return UNKNOWN;
    if (id <= BYTES) return BYTE;
    if (id < learnt) return NORMAL;
    return id < firstSpecial ? UNUSED : userDefined ? USER_DEFINED : CONTROL;
  };
  return {
    entries: [
      textEntry('tokenizer.ggml.model', 'llama'),
      textArrayEntry('tokenizer.ggml.tokens', tokens),
      floatArrayEntry(
        'tokenizer.ggml.scores',
        tokens.map((_, id) => -id),
      ),
      numberArrayEntry(
        'tokenizer.ggml.token_type',
        tokens.map((_, id) => typeOf(id)),
      ),
      numberEntry('tokenizer.ggml.unknown_token_id', 0),
      ...Object.values(named).flatMap((keys, index) =>
        keys.map((key) => numberEntry(`tokenizer.ggml.${key}`, firstSpecial + index)),
      ),
      booleanEntry('tokenizer.ggml.add_bos_token', addBos),
      booleanEntry('tokenizer.ggml.add_space_prefix', putsSpaceFirst),
      ...templateEntries(chatTemplate),
    ],
    words: tokens.flatMap((_, id) => (id > BYTES && id < learnt ? id : [])),
    controls: tokens.flatMap((_, id) => (id >= firstSpecial ? id : [])),
  };
}

let common: readonly string[] | undefined;

/** Counted once in a process. */
function commonPieces(): readonly string[] {
  if (common !== undefined) return common;
  const counts = new Map<string, number>();
  for (const [word] of readSources().matchAll(/ ?[A-Za-z]{2,}/g)) {
    for (let length = 2; length <= word.length; length++) {
      const piece = word.slice(0, length).replace(' ', WORD_BEGINS);
      counts.set(piece, (counts.get(piece) ?? 0) + 1);
    }
  }
  const pieces = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, MOST_PIECES);
  common = pieces.map(([piece]) => piece);
  return common;
}

/** As BERT names them: what stands for nothing, for the unknown, before a text, behind it, and for a gap. */
const BERT_SPECIAL: Record<string, string[]> = {
  '[PAD]': ['padding_token_id'],
  '[UNK]': ['unknown_token_id'],
  '[CLS]': ['bos_token_id', 'cls_token_id'],
  '[SEP]': ['eos_token_id', 'seperator_token_id'],
  '[MASK]': ['mask_token_id'],
};
/** Behind it a piece begins a word; without it, it goes on with one. */
const WORD_BEGINS = '\u2581';

/**
 * The `tokenizer.*` metadata of a WordPiece vocabulary in lower case (Devlin et al., https://arxiv.org/abs/1810.04805):
 * every character both ways, then the commonest words of the sources.
 */
export function makeWordPieces(size: number): Entry[] {
  const specials = Object.keys(BERT_SPECIAL);
  const characters = Array.from({ length: 0x7f - 0x21 }, (_, at) => String.fromCodePoint(0x21 + at)).filter(
    (character) => character === character.toLowerCase(),
  );
  const counts = new Map<string, number>();
  for (const [word] of readSources()
    .toLowerCase()
    .matchAll(/[a-z]{2,}/g))
    counts.set(word, (counts.get(word) ?? 0) + 1);
  const words = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([word]) => WORD_BEGINS + word);
  const pieces = [...characters.map((character) => WORD_BEGINS + character), ...characters, ...words];
  const tokens = [...specials, ...pieces].slice(0, size);
  return [
    textEntry('tokenizer.ggml.model', 'bert'),
    textArrayEntry('tokenizer.ggml.tokens', tokens),
    numberArrayEntry(
      'tokenizer.ggml.token_type',
      tokens.map((_, id) => (id < specials.length ? CONTROL : NORMAL)),
    ),
    numberEntry('tokenizer.ggml.token_type_count', 2),
    ...Object.values(BERT_SPECIAL).flatMap((keys, id) => keys.map((key) => numberEntry(`tokenizer.ggml.${key}`, id))),
  ];
}

function readSources(): string {
  const sources = SOURCES.flatMap((source) => {
    const whole = path.join(PACKAGES, source);
    if (source.endsWith('.ts')) return [whole];
    const files = readdirSync(whole, { recursive: true, encoding: 'utf8' });
    const code = files.filter((file) => file.endsWith('.js')).sort();
    return code.map((file) => path.join(whole, file));
  });
  return sources.map((file) => readFileSync(file, 'utf8')).join('\n');
}

const learning = new Map<number, { tokens: string[]; pairs: string[] }>();

/** What so many merges give, learnt once in a process. */
function learntBy(merges: number): { tokens: string[]; pairs: string[] } {
  const known = learning.get(merges) ?? learn(readSources(), merges);
  learning.set(merges, known);
  return { tokens: [...known.tokens], pairs: known.pairs };
}

interface Word {
  /** Ids of its tokens. */
  symbols: number[];
  count: number;
}

/** Joins the commonest pair of neighbours, again and again; of pairs equally common the one with the lowest ids. */
function learn(text: string, merges: number): { tokens: string[]; pairs: string[] } {
  const tokens = Array.from({ length: BYTES }, (_, byte) => spelling(byte));
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const pairs: string[] = [];
  const words = countWords(text);
  const counts = new Map<number, number>();
  const holders = new Map<number, Set<Word>>();
  const tally = (word: Word, sign: 1 | -1): void => {
    for (let i = 1; i < word.symbols.length; i++) {
      const pair = pairOf(word.symbols[i - 1]!, word.symbols[i]!);
      counts.set(pair, (counts.get(pair) ?? 0) + sign * word.count);
      const holding = holders.get(pair);
      if (holding) holding.add(word);
      else holders.set(pair, new Set([word]));
    }
  };
  for (const word of words) tally(word, 1);
  while (pairs.length < merges) {
    const pair = commonest(counts);
    if (pair === undefined) break;
    const left = Math.floor(pair / PAIR_BASE);
    const right = pair % PAIR_BASE;
    pairs.push(`${tokens[left]} ${tokens[right]}`);
    const token = tokens[left]! + tokens[right]!;
    // Two pairs may spell the same: `ab c` and `a bc`.
    const id = ids.get(token) ?? tokens.push(token) - 1;
    ids.set(token, id);
    for (const word of holders.get(pair)!) {
      tally(word, -1);
      word.symbols = join(word.symbols, left, right, id);
      tally(word, 1);
    }
    counts.delete(pair);
    holders.delete(pair);
  }
  return { tokens, pairs };
}

/** More than any token id. */
const PAIR_BASE = 1 << 20;

function pairOf(left: number, right: number): number {
  return left * PAIR_BASE + right;
}

function commonest(counts: ReadonlyMap<number, number>): number | undefined {
  let best: number | undefined;
  let most = 1;
  for (const [pair, count] of counts) {
    if (count < most || count < 2 || (count === most && best !== undefined && best < pair)) continue;
    best = pair;
    most = count;
  }
  return best;
}

function join(symbols: readonly number[], left: number, right: number, joined: number): number[] {
  const result: number[] = [];
  for (let i = 0; i < symbols.length; i++) {
    const found = symbols[i] === left && symbols[i + 1] === right;
    result.push(found ? joined : symbols[i]!);
    if (found) i++;
  }
  return result;
}

function countWords(text: string): Word[] {
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(WORDS)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => ({ symbols: [...Buffer.from(word)], count }));
}

/** How byte-level vocabularies write a byte: as itself where it can be seen, as a letter above 255 otherwise. */
function spelling(byte: number): string {
  const seen = (value: number): boolean =>
    (value >= 0x21 && value <= 0x7e) || (value >= 0xa1 && value <= 0xff && value !== 0xad);
  if (seen(byte)) return String.fromCodePoint(byte);
  const unseenBefore = Array.from({ length: byte }, (_, value) => value).filter((value) => !seen(value)).length;
  return String.fromCodePoint(256 + unseenBefore);
}
