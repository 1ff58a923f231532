/** What an error says to the person: ours are in words. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
