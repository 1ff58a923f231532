export function ensureDependencies(): Promise<void>;
export function outOfStep(folder: string): string | undefined;
export function npmCi(folder: string): Promise<void>;
