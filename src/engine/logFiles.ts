/**
 * The engine's log and stderr: appended to from run to run and rotated by size, so that what a lost engine wrote is there
 * when the next one runs. Each process begins its part with a line of its own.
 */
import { appendFileSync, closeSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';

const ROTATE_BYTES = 1 << 20;
/** Files that are kept besides the present one. */
const KEPT = 2;
const TAIL_BYTES = 64 << 10;
const TAIL_LINES = 20;

/** First line of a process's part. */
const heading = (pid: number): string => `--- process ${pid}, `;

/** Moves a file that has grown large to `<file>.1`, and that to `<file>.2`. Never throws: another may be at it. */
export function rotate(file: string, limitBytes = ROTATE_BYTES): void {
  if (sizeOf(file) <= limitBytes) return;
  try {
    for (let n = KEPT; n > 1; n--) if (sizeOf(`${file}.${n - 1}`) > 0) renameSync(`${file}.${n - 1}`, `${file}.${n}`);
    renameSync(file, `${file}.1`);
  } catch {
    // It goes on growing until the next start.
  }
}

/** Begins the part of this process. */
export function beginPart(file: string): void {
  appendFileSync(file, `${heading(process.pid)}${new Date().toISOString()}\n`, { mode: 0o600 });
}

/** @returns bytes; 0 where there is no such file. */
export function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** @returns the last lines that a process wrote; empty where nothing is known of it. */
export function lastLinesOf(file: string, pid: number): string {
  const lines = tail(file, 0).split('\n');
  const start = lines.findLastIndex((line) => line.startsWith(heading(pid)));
  if (start < 0) return '';
  const next = lines.findIndex((line, at) => at > start && line.startsWith('--- process '));
  return lastOf(lines.slice(start + 1, next < 0 ? undefined : next));
}

/** @returns the last lines behind a place, in bytes. */
export function lastLinesFrom(file: string, start: number): string {
  return lastOf(tail(file, start).split('\n'));
}

function lastOf(lines: string[]): string {
  return lines
    .filter((line) => line.trim() !== '')
    .slice(-TAIL_LINES)
    .join('\n');
}

function tail(file: string, start: number): string {
  let opened: number | undefined;
  try {
    opened = openSync(file, 'r');
    const { size } = fstatSync(opened);
    const from = Math.max(Math.min(start, size), size - TAIL_BYTES);
    const bytes = Buffer.alloc(size - from);
    return bytes.toString('utf8', 0, readSync(opened, bytes, 0, bytes.length, from));
  } catch {
    return '';
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
}
