export const externalPackages: string[];
/** Builds everything once, into dist/ unless told. */
export function build(options?: { production?: boolean; outdir?: string }): Promise<string[]>;
