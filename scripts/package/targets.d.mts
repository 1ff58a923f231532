export interface Target {
  natives: string[];
  cuda?: { base: string; extra: string };
}
export const targets: Record<string, Target>;
export const hostTarget: string;
