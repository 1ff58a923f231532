/** Reads JSON lines from a file or standard input, one at a time, however large the file is. */
import { createReadStream } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { unreadable } from './unreadable.ts';

export interface Line {
  text: string;
  /** File and line number, for complaints. */
  where: string;
}

/**
 * Lines that are not blank. Only LF and CRLF end a line: JSON strings may hold the other separators of Unicode.
 * @param file a path, or '-' for standard input.
 * @param signal ends the reading, with an AbortError.
 * @throws Error in words when the file cannot be read.
 */
export async function* readLines(file: string, signal?: AbortSignal): AsyncGenerator<Line> {
  const input: Readable = file === '-' ? process.stdin : createReadStream(file);
  if (signal) addAbortSignal(signal, input);
  input.setEncoding('utf8');
  const name = file === '-' ? 'stdin' : file;
  let number = 0;
  let rest = '';
  try {
    for await (const chunk of input as AsyncIterable<string>) {
      const end = chunk.lastIndexOf('\n');
      if (end < 0) {
        rest += chunk;
        continue;
      }
      const lines = (rest + chunk.slice(0, end)).split('\n');
      rest = chunk.slice(end + 1);
      for (const text of lines) {
        number++;
        if (text.trim() !== '') yield { text: withoutMark(text, number), where: `${name}:${number}` };
      }
    }
  } catch (error) {
    throw signal?.aborted ? error : unreadable(file, error);
  }
  if (rest.trim() !== '') yield { text: withoutMark(rest, number + 1), where: `${name}:${number + 1}` };
}

/**
 * The object on a line.
 * @throws Error naming the line and what is wrong.
 */
export function parseObject({ text, where }: Line): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${where} is not JSON (${withoutText((error as Error).message)})`);
  }
  if (typeof value !== 'object' || value === null) throw new Error(`${where} is not an object`);
  return value as Record<string, unknown>;
}

/** Some editors begin a file with a byte order mark. */
const withoutMark = (text: string, number: number): string =>
  number === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text;

/** Some of what is said of JSON repeats what stands around the place, which is code. */
const withoutText = (said: string): string => (said.includes('"') ? 'unexpected token' : said);
