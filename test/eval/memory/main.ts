/** `npm run eval:memory -- PART [options]`: runs an evaluation of the memory; without a part it names them. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const parts = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const [part, ...options] = process.argv.slice(2);
if (part === undefined || !parts.includes(part)) {
  console.error(`usage: npm run eval:memory -- PART [options]; PART is one of ${parts.join(', ')}`);
  process.exitCode = 2;
} else {
  process.argv.splice(2, process.argv.length, ...options);
  await import(pathToFileURL(path.join(import.meta.dirname, part, 'main.ts')).href);
}
