/** What commands write. */

/** One JSON line on standard output; waits where the reader is slower than we are. */
export function print(value: object): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${JSON.stringify(value)}\n`, () => resolve()));
}

/** A line of progress on standard error. */
export function say(text: string): void {
  process.stderr.write(`quire: ${text}\n`);
}
