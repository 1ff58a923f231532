declare const QUIRE_VERSION: string | undefined;

/** The product's version, put in by the build; `dev` when run from source. */
export const version: string = typeof QUIRE_VERSION === 'string' ? QUIRE_VERSION : 'dev';
