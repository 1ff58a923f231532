/** Reads the cases of `quire complete`: JSON lines, checked, with the line's number in every complaint. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface CompletionCase {
  id: string | number;
  path: string;
  prefix: string;
  suffix: string;
  others?: { path: string; content: string }[];
}

/**
 * @param file a path, or '-' for standard input.
 * @throws Error that names the line which is malformed, or the file that cannot be read.
 */
export async function* readCases(file: string): AsyncGenerator<CompletionCase> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  const failed = new Promise<never>((_, reject) => {
    input.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new Error(error.code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be read: ${error.message}`),
      );
    });
  });
  failed.catch(() => undefined);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  for (let number = 1; ; number++) {
    const next = await Promise.race([lines.next(), failed]);
    if (next.done) break;
    if (next.value.trim() !== '') yield parseCase(next.value, `${file === '-' ? 'stdin' : file}:${number}`);
  }
}

/** @throws Error naming `where` and what is wrong. */
export function parseCase(line: string, where: string): CompletionCase {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new Error(`${where} is not JSON (${(error as Error).message})`);
  }
  if (typeof value !== 'object' || value === null) throw new Error(`${where} is not an object`);
  const { id, path, prefix, suffix, others } = value as Record<string, unknown>;
  if (typeof id !== 'string' && typeof id !== 'number') throw new Error(`${where} has no id (a string or a number)`);
  for (const [name, field] of Object.entries({ path, prefix, suffix })) {
    if (typeof field !== 'string') throw new Error(`${where} has no ${name} (a string)`);
  }
  const base = { id, path: path as string, prefix: prefix as string, suffix: suffix as string };
  if (others === undefined) return base;
  if (!Array.isArray(others) || !others.every(isFile))
    throw new Error(`${where} has others that are not [{path, content}]`);
  return { ...base, others };
}

function isFile(value: unknown): value is { path: string; content: string } {
  const { path, content } = (value ?? {}) as Record<string, unknown>;
  return typeof path === 'string' && typeof content === 'string';
}
