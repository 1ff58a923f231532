/**
 * Stands in for the native `@vscode/fs-copyfile`, which needs a compiler: what the editor's git extension calls of it, without
 * copies that share their blocks. Without it that extension does not start.
 */
export { cp } from 'node:fs/promises';
