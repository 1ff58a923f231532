/** The folder in which the suite runs. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Files of the folder in which the suite runs. */
const files: Record<string, string> = {
  'plain.ts': 'export function add(a: number, b: number): number {\n  return a + b;\n}\n\n',
  'windows.ts': 'export function add(a: number, b: number): number {\r\n  return a + b;\r\n}\r\n\r\n',
  'tabs.ts': 'export class Counter {\n\tprivate count = 0;\n\n\tincrement(): void {\n\t\tthis.count += 1;\n\t}\n}\n',
  'words.ts': "export const greeting = '你好，世界 👋🏽';\nexport const family = '👨‍👩‍👧‍👦';\n\n",
};

/** Makes the folder anew, and returns its path. */
export function makeWorkspace(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-work-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
  return folder;
}
