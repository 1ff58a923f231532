/** The folder in which the suite runs. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const code = `export class Counter {
  private count = 0;

  increment(): void {
    this.count += 1;
  }
}

`;
/** A function whose body is to be written. */
const gap = 'export function add(a: number, b: number): number {\n  \n}\n';
const words = "export const greeting = '你好，世界 👋🏽';\nexport const family = '👨‍👩‍👧‍👦';\n\n";

const files: Record<string, string> = {
  'plain.ts': code + gap,
  'windows.ts': (code + gap).replaceAll('\n', '\r\n'),
  'tabs.ts': (code + gap).replaceAll('  ', '\t'),
  'words.ts': code + words + gap,
};

/** Makes the folder anew, and returns its path. */
export function makeWorkspace(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-work-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
  return folder;
}
