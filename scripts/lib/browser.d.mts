export const chromiumArguments: string[];
export function ensureBrowser(): Promise<string>;
