/**
 * The simulated pool of cells: who owns which cell at which position, and what each cell's content was made from.
 *
 *     sequence 0   [c0][c1][c2][c3]        cells c0..c2 have two owners;
 *     sequence 1   [c0][c1][c2][c7][c8]    their content is the same for both
 *
 * The content of a cell is a hash of its token and of everything its sequence spelled before it when it was computed,
 * as keys and values are; the past of a sequence is a hash over the contents of the cells that it owns now. A cache
 * that puts a cell where it does not belong, or leaves one out, changes every hash after it.
 */
const HOLE = 0x9e37_79b9;
const BEGINNING = 0x811c_9dc5;

/** Murmur3's mixing of a value into a 32-bit hash. */
export function mix(hash: number, value: number): number {
  let h = Math.imul(hash ^ value, 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

interface Cell {
  content: number;
  token: number;
  owners: number;
}

interface Sequence {
  /** Cell at each position, -1 for a hole; ends with a cell. */
  cells: number[];
  /** Hash of everything up to and with each position; valid for the first `valid` ones. */
  pasts: number[];
  valid: number;
}

export class Cells {
  readonly #cells: Cell[];
  readonly #free: number[];
  readonly #sequences: Sequence[];

  constructor(cells: number, sequences: number) {
    this.#cells = Array.from({ length: cells }, () => ({ content: 0, token: 0, owners: 0 }));
    this.#free = Array.from({ length: cells }, (_, index) => cells - 1 - index);
    this.#sequences = Array.from({ length: sequences }, () => ({ cells: [], pasts: [], valid: 0 }));
  }

  get free(): number {
    return this.#free.length;
  }

  lastPosition(sequence: number): number {
    return this.#of(sequence).cells.length - 1;
  }

  /** Hash of what the sequence spells before `position`. */
  past(sequence: number, position: number): number {
    const { cells, pasts, valid } = this.#of(sequence);
    for (let at = Math.min(valid, position); at < position; at++) {
      const cell = cells[at] ?? -1;
      pasts[at] = mix(at === 0 ? BEGINNING : pasts[at - 1]!, cell < 0 ? HOLE : this.#cells[cell]!.content);
    }
    this.#of(sequence).valid = Math.max(valid, position);
    return position === 0 ? BEGINNING : pasts[position - 1]!;
  }

  /** Puts a new cell behind the end of every sequence. There must be a free one. */
  append(sequences: readonly number[], position: number, token: number, content: number): void {
    const index = this.#free.pop()!;
    const cell = this.#cells[index]!;
    cell.token = token;
    cell.content = content;
    cell.owners = 0;
    for (const sequence of sequences) this.#own(sequence, position, index);
  }

  /** Makes `target` an owner of `source`'s cells. @throws RangeError where `target` has another cell there. */
  share(source: number, target: number, start: number, end: number): void {
    const { cells } = this.#of(source);
    const own = this.#of(target);
    for (let position = start; position < Math.min(end, cells.length); position++) {
      const cell = cells[position]!;
      const there = own.cells[position] ?? -1;
      if (cell < 0 || there === cell) continue;
      if (there >= 0) throw new RangeError(`Sequence ${target} already has another token at position ${position}.`);
      this.#own(target, position, cell);
    }
  }

  remove(sequence: number, start: number, end: number): void {
    const own = this.#of(sequence);
    const stop = Math.min(end, own.cells.length);
    for (let position = start; position < stop; position++) {
      this.#disown(own.cells[position]!);
      own.cells[position] = -1;
    }
    while (own.cells.length > 0 && own.cells.at(-1) === -1) own.cells.pop();
    own.valid = Math.min(own.valid, start);
  }

  /** Token and content of a cell; `undefined` for a hole. */
  at(sequence: number, position: number): Readonly<{ token: number; content: number }> | undefined {
    return this.#cells[this.#of(sequence).cells[position] ?? -1];
  }

  /** @throws Error when owners and free cells do not add up. */
  checkIntegrity(): void {
    const owners = new Array<number>(this.#cells.length).fill(0);
    for (const { cells } of this.#sequences) for (const cell of cells) if (cell >= 0) owners[cell]!++;
    const wrong = owners.findIndex((count, index) => count !== this.#cells[index]!.owners);
    if (wrong >= 0)
      throw new Error(`Cell ${wrong} counts ${this.#cells[wrong]!.owners} owners and has ${owners[wrong]}.`);
    const free = owners.filter((count) => count === 0).length;
    if (free !== this.#free.length) throw new Error(`${free} cells are free and ${this.#free.length} are listed.`);
  }

  #of(sequence: number): Sequence {
    const found = this.#sequences[sequence];
    if (!found) throw new RangeError(`No sequence ${sequence}.`);
    return found;
  }

  #own(sequence: number, position: number, cell: number): void {
    const own = this.#of(sequence);
    while (own.cells.length < position) own.cells.push(-1);
    own.cells[position] = cell;
    own.valid = Math.min(own.valid, position);
    this.#cells[cell]!.owners++;
  }

  #disown(index: number): void {
    if (index < 0) return;
    const cell = this.#cells[index]!;
    cell.owners--;
    if (cell.owners === 0) this.#free.push(index);
  }
}
