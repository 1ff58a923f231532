import type { Book } from './book.ts';

/** All books of the shop, found by ISBN, author or tag. */
export class Shelf {
  readonly #books = new Map<string, Book>();

  add(book: Book): void {
    this.#books.set(book.isbn, book);
  }

  find(isbn: string): Book | undefined {
    return this.#books.get(isbn);
  }

  byAuthor(author: string): Book[] {
    return [...this.#books.values()].filter((book) => book.author === author);
  }

  byTag(tag: string): Book[] {
    return [...this.#books.values()].filter((book) => book.tags.includes(tag));
  }

  get size(): number {
    return this.#books.size;
  }
}
