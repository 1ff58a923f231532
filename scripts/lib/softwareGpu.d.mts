export function softwareGpu(): string | undefined;
export function ensureSoftwareGpu(): Promise<string | undefined>;
