import type { Book } from './book.ts';

/** A book and how many of it the customer wants. */
export interface Line {
  book: Book;
  count: number;
}

/** Price of one line in cents. */
export function linePrice(line: Line): number {
  return line.book.price * line.count;
}

/** Price of the whole basket in cents. */
export function basketPrice(lines: Line[]): number {
  let total = 0;
  for (const line of lines) {
    total += linePrice(line);
  }
  return total;
}

/** Number of books in the whole basket. */
export function basketCount(lines: Line[]): number {
  let total = 0;
  for (const line of lines) {
    total += line.count;
  }
  return total;
}
