/**
 * The pieces of a workspace's files with an inverted index over their words, in blocks of equal size: a bounded number of
 * them, so that memory is known. No text is kept. What left a block gives its room back once it was half of it.
 */
import { type Factors, factorsOf } from './fileKinds.ts';
import { declaredIn } from './names.ts';
import { type Piece, piecesOf } from './pieces.ts';
import { BLOCK, Postings } from './postings.ts';
import { hashesOf, wordsOf } from './words.ts';

export interface IndexedFile {
  readonly path: string;
  /** What it was before is found while it is `reading`. */
  readonly state: 'reading' | 'live' | 'gone';
  readonly factors: Factors;
}

/** A piece of a file as it is indexed. */
export interface IndexedPiece {
  readonly file: IndexedFile;
  /** The first line and the last, from 1. */
  readonly start: number;
  readonly end: number;
  /** How many words its text has, and the names that it declares. */
  readonly words: number;
  readonly names: number;
}

export interface IndexBlock {
  readonly postings: Postings;
  readonly pieces: IndexedPiece[];
}

/** All pieces that are there: how many, and how long they are on average. */
export interface IndexTotals {
  pieces: number;
  words: number;
  names: number;
}

interface File extends IndexedFile {
  state: IndexedFile['state'];
  readonly pieces: OwnPiece[];
}

interface OwnPiece extends IndexedPiece {
  readonly file: File;
  block: Block;
}

interface Block extends IndexBlock {
  readonly pieces: OwnPiece[];
  /** Pieces that are not gone. */
  live: number;
}

interface Occurrences {
  body: number;
  names: number;
  path: number;
}

/** UTF-16 units of a piece that are read: its lines may be long. */
const LONGEST_PIECE = 20_000;

export class SearchIndex {
  readonly #maxBlocks: number;
  readonly #blocks: Block[] = [];
  readonly #files = new Map<string, File>();
  #pieces = 0;
  #words = 0;
  #names = 0;

  /** @param maxBytes of all blocks together, about; at least one is made. */
  constructor(maxBytes: number) {
    this.#maxBlocks = Math.max(1, Math.floor(maxBytes / (16 * BLOCK)));
  }

  get files(): number {
    return this.#files.size;
  }
  get paths(): IterableIterator<string> {
    return this.#files.keys();
  }
  get blocks(): readonly IndexBlock[] {
    return this.#blocks;
  }
  /** Of the postings only. */
  get bytes(): number {
    return this.#blocks.reduce((sum, { postings }) => sum + postings.bytes, 0);
  }
  get totals(): IndexTotals {
    return { pieces: this.#pieces, words: this.#words, names: this.#names };
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /**
   * Adds a file, or what it says now, a piece with each step; it can be found once the last was made, and until then as it
   * was before.
   * @param text with LF.
   * @returns false where there is no room for all of it: it is not there then.
   */
  *add(path: string, text: string): Generator<void, boolean> {
    const file: File = { path, state: 'reading', factors: factorsOf(path), pieces: [] };
    const fromPath = pathWords(path);
    try {
      for (const piece of piecesOf(text)) {
        if (!this.#addPiece(file, piece, fromPath)) {
          this.delete(path);
          return false;
        }
        yield;
      }
      this.delete(path);
      if (file.pieces.length === 0) return true;
      file.state = 'live';
      this.#files.set(path, file);
      for (const piece of file.pieces) this.#count(piece, 1);
      return true;
    } finally {
      if (file.state === 'reading') this.#drop(file);
    }
  }

  delete(path: string): void {
    const file = this.#files.get(path);
    if (!file) return;
    this.#files.delete(path);
    for (const piece of file.pieces) this.#count(piece, -1);
    this.#drop(file);
  }

  /** Takes one block apart where more than half of it is gone. */
  tidy(): void {
    const worn = this.#blocks.find((block) => block.postings.room < BLOCK / 2 && share(block) < 1 / 2);
    if (worn) this.#renew(worn);
  }

  /** @returns false where there is no room for it. */
  #addPiece(file: File, { start, lines }: Piece, fromPath: ReadonlyMap<number, number>): boolean {
    const { occurrences, words, names } = contentOf(lines, fromPath);
    const block = this.#room(occurrences.size);
    if (block === undefined) return false;
    const piece = { file, start, end: start + lines.length - 1, words, names, block };
    const number = block.pieces.push(piece) - 1;
    file.pieces.push(piece);
    block.live++;
    for (const [hash, counts] of occurrences) block.postings.add(hash, { piece: number, ...counts });
    return true;
  }

  #room(postings: number): Block | undefined {
    const roomy = this.#blocks.findLast((block) => block.postings.room >= postings);
    if (roomy) return roomy;
    if (this.#blocks.length >= this.#maxBlocks) {
      const emptiest = this.#blocks.reduce((a, b) => (share(b) < share(a) ? b : a));
      if (share(emptiest) > 7 / 8) return undefined;
      this.#renew(emptiest);
      return this.#blocks.findLast((block) => block.postings.room >= postings);
    }
    return this.#open();
  }

  #open(): Block {
    const block = { postings: new Postings(), pieces: [], live: 0 };
    this.#blocks.push(block);
    return block;
  }

  /** Moves what is left of a block to another with room for it, or to a new one. */
  #renew(old: Block): void {
    this.#blocks.splice(this.#blocks.indexOf(old), 1);
    const isThere = ({ file }: OwnPiece) => file.state !== 'gone';
    if (!old.pieces.some(isThere)) return;
    let left = 0;
    for (const [, { piece }] of old.postings.all()) if (isThere(old.pieces[piece]!)) left++;
    const block = this.#blocks.findLast(({ postings }) => postings.room >= left) ?? this.#open();
    const numbers = new Map<number, number>();
    old.pieces.forEach((piece, number) => {
      if (!isThere(piece)) return;
      piece.block = block;
      numbers.set(number, block.pieces.push(piece) - 1);
    });
    block.live += old.live;
    for (const [hash, posting] of old.postings.all()) {
      const piece = numbers.get(posting.piece);
      if (piece !== undefined) block.postings.add(hash, { ...posting, piece });
    }
  }

  #drop(file: File): void {
    file.state = 'gone';
    for (const { block } of file.pieces) block.live--;
  }

  #count({ words, names }: IndexedPiece, sign: 1 | -1): void {
    this.#pieces += sign;
    this.#words += sign * words;
    this.#names += sign * names;
  }
}

const share = ({ live, pieces }: Block): number => live / pieces.length;

/** Where each word of a piece is, the words of the file's path among them, and how long its fields are. */
function contentOf(lines: readonly string[], fromPath: ReadonlyMap<number, number>) {
  const occurrences = new Map<number, Occurrences>();
  const at = (hash: number): Occurrences => {
    let counts = occurrences.get(hash);
    if (counts === undefined) {
      counts = { body: 0, names: 0, path: 0 };
      occurrences.set(hash, counts);
    }
    return counts;
  };
  let words = 0;
  let names = 0;
  let units = 0;
  for (const line of lines) {
    units += line.length;
    if (units > LONGEST_PIECE) break;
    for (const word of wordsOf(line)) {
      const { parts, whole } = hashesOf(word);
      words += parts.length;
      for (const hash of parts) at(hash).body++;
      if (whole !== undefined) at(whole).body++;
    }
    const declared = declaredIn(line);
    if (declared === undefined) continue;
    for (const name of wordsOf(declared)) {
      const { parts, whole } = hashesOf(name);
      names += parts.length;
      for (const hash of parts) at(hash).names++;
      if (whole !== undefined) at(whole).names++;
    }
  }
  for (const [hash, place] of fromPath) at(hash).path = place;
  return { occurrences, words, names };
}

/** 2 for the words of the file's own name without its ending, 1 for those of its folders and the ending. */
function pathWords(path: string): Map<number, number> {
  const words = new Map<number, number>();
  const [, folders, name, ending] = /^(.*\/)?(.+?)(\.[^./]*)?$/.exec(path)!;
  const add = (text: string | undefined, place: number) => {
    for (const word of wordsOf(text ?? '')) {
      const { parts, whole } = hashesOf(word);
      for (const hash of whole === undefined ? parts : [...parts, whole]) words.set(hash, place);
    }
  };
  add(folders, 1);
  add(ending, 1);
  add(name, 2);
  return words;
}
