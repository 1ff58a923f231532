/** Writes linear programs in the LP format, which HiGHS reads: https://web.mit.edu/lpsolve/doc/CPLEX-format.htm */

/** A coefficient and the name of its variable. */
export type Term = readonly [coefficient: number, variable: string];

const TERMS_A_LINE = 8;

export class LinearProgram {
  readonly #objective: Term[] = [];
  readonly #rows: string[] = [];
  readonly #bounds: string[] = [];
  readonly #integers: string[] = [];

  /** A whole number from 0 to `most`. @returns its name. */
  integer(name: string, most: number): string {
    this.#bounds.push(`0 <= ${name} <= ${most}`);
    this.#integers.push(name);
    return name;
  }

  /** A number that is not negative. @returns its name. */
  real(name: string): string {
    this.#bounds.push(`${name} >= 0`);
    return name;
  }

  cost(...terms: Term[]): void {
    this.#objective.push(...terms);
  }

  /** `constant` + the terms are at most, equal to, or at least 0. */
  row(terms: readonly Term[], relation: '<=' | '=' | '>=', constant = 0): void {
    this.#rows.push(`${textOf(terms)} ${relation} ${constant === 0 ? 0 : -constant}`);
  }

  text(): string {
    return [
      'Minimize',
      textOf(this.#objective),
      'Subject To',
      ...this.#rows.map((row, index) => `r${index}: ${row}`),
      'Bounds',
      ...this.#bounds,
      'General',
      ...this.#integers,
      'End',
      '',
    ].join('\n');
  }
}

/** A variable stands in a sum once: readers of the format do not agree on what a second one means. */
function textOf(terms: readonly Term[]): string {
  const sums = new Map<string, number>();
  for (const [coefficient, name] of terms) sums.set(name, (sums.get(name) ?? 0) + coefficient);
  const words = [...sums].map(
    ([name, coefficient]) => `${coefficient < 0 ? '-' : '+'} ${Math.abs(coefficient)} ${name}`,
  );
  return words.map((word, index) => (index > 0 && index % TERMS_A_LINE === 0 ? `\n ${word}` : ` ${word}`)).join('');
}
