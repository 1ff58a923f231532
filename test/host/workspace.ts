/** Files of the folder in which the suite runs. */
export const workspaceFiles: Record<string, string> = {
  'plain.ts': 'export function add(a: number, b: number): number {\n  return a + b;\n}\n\n',
  'windows.ts': 'export function add(a: number, b: number): number {\r\n  return a + b;\r\n}\r\n\r\n',
  'tabs.ts': 'export class Counter {\n\tprivate count = 0;\n\n\tincrement(): void {\n\t\tthis.count += 1;\n\t}\n}\n',
  'words.ts': "export const greeting = '你好，世界 👋🏽';\nexport const family = '👨‍👩‍👧‍👦';\n\n",
};
