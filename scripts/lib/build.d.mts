export function ensureBuild(): Promise<void>;
export function ensurePackage(): Promise<string>;
