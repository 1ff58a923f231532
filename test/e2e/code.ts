/** Code after which Quire has something to say, and is sure enough to show it: the file does the same elsewhere. */

/** Ends where a function's body begins, with nothing behind it but the closing brace. */
export const bodyOfAdd = {
  before: 'export function add(a: number, b: number): number {\n  ',
  after: '\n}\n',
  /** What a person types there, piece by piece, until something is suggested. */
  pieces: ['return ', 'a ', '+ ', 'b', '.'],
};

export const counter = `export class Counter {
  private count = 0;

  increment(): void {
    this.count += 1;
  }

  get value(): number {
    return this.count;
  }
}

export function plus(a: number, b: number): number {
  return a + b;
}

export function total(a: number, b: number): number {
  return a + b;
}

`;

/** A file with the body of a function to write, and the place of the cursor in it (from 1). */
export function fileWithGap(head: string = counter): { text: string; line: number; column: number } {
  const before = head + bodyOfAdd.before;
  const lines = before.split('\n');
  return { text: before + bodyOfAdd.after, line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
