export function variantOf(file: string): string | undefined;
export interface CpuVariant {
  name: string;
  score: number;
}
export function cpuVariants(): Promise<CpuVariant[]>;
export function lesserOf(variants: readonly CpuVariant[]): string | undefined;
