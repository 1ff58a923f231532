/** The models that come with Quire: what works before anything is chosen, and without a network. */

/** Relative to the root of the extension. */
export const BUNDLED_MODEL_PATH = 'media/model/tiny-code-fim-31m-q4_0.gguf';

export const BUNDLED_MODEL = {
  title: 'Bundled: tiny-code-fim',
  why: 'Small (31 million parameters), quick and offline; knows TypeScript and JavaScript, and little else.',
} as const;

/** The one that came before it, for machines on which each millisecond and megabyte counts. */
export const SMALLEST_MODEL = {
  /** What the settings and the command line call it: its path would change with every update. */
  keyword: 'bundled-smallest',
  path: 'media/model/tiny-code-fim-q8_0.gguf',
  title: 'Bundled, smallest: tiny-code-fim v0',
  why: 'Tiny (5.4 million parameters), 6 MB; knows the syntax of TypeScript and JavaScript, and little else.',
} as const;
