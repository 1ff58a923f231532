/** The sample project: where it is, and where its walkthrough begins. */

export const SAMPLE = {
  /** Relative to the root of the extension. */
  folder: 'samples/bookshop',
  name: 'bookshop',
  /** A file of this name tells a copy of the sample from other folders. */
  marker: '.quire-sample',
  /** The file that a newcomer goes on writing, and the text behind which that begins. */
  file: 'src/report.ts',
  behind: 'memberReport(orders: Order[]): string[] {',
} as const;

/** @returns the first of `name`, `name-2`, `name-3`… that is not taken. */
export function freeName(name: string, taken: (name: string) => boolean): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!taken(candidate)) return candidate;
  }
}
