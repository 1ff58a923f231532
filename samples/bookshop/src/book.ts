/** A book as it stands on the shelf. */
export interface Book {
  isbn: string;
  title: string;
  author: string;
  /** Price in cents. */
  price: number;
  pages: number;
  tags: string[];
}

/** A short line for a list of books. */
export function describe(book: Book): string {
  return `${book.title} by ${book.author}, ${book.pages} pages`;
}

/** Whether an ISBN-13 has a valid check digit. */
export function isValidIsbn(isbn: string): boolean {
  const digits = isbn.replaceAll('-', '');
  if (!/^\d{13}$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    sum += Number(digits[i]) * (i % 2 === 0 ? 1 : 3);
  }
  return sum % 10 === 0;
}
