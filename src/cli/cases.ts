/** Reads the cases of `quire complete`: JSON lines, checked, with the line's number in every complaint. */
import { type Line, parseObject, readLines } from './lines.ts';

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
  for await (const line of readLines(file)) yield parseCase(line);
}

/** @throws Error naming the line and what is wrong. */
export function parseCase(line: Line): CompletionCase {
  const { where } = line;
  const { id, path, prefix, suffix, others } = parseObject(line);
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
