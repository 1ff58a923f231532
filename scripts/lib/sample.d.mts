/** A fresh working copy of the sample project, outside of the repository. @returns its path. */
export function sampleCopy(): string;
