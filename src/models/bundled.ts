/** The model that comes with Quire: what works before anything is chosen, and without a network. */

/** Relative to the root of the extension. */
export const BUNDLED_MODEL_PATH = 'media/model/tiny-code-fim-q8_0.gguf';

export const BUNDLED_MODEL = {
  title: 'Bundled: tiny-code-fim',
  why: 'Tiny (5.4 million parameters), instant and offline; knows the syntax of TypeScript and JavaScript, and little else.',
} as const;
