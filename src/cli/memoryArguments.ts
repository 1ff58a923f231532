/** What `quire memory` is told on the command line, and what of that makes sense. Everything here throws a UsageError. */
import { parseArgs } from 'node:util';
import { MEMORY_KINDS, type MemoryKind } from '../engine/protocol/index.ts';
import { numberOf } from './numbers.ts';
import { UsageError } from './usage.ts';

const OPTIONS = {
  db: { type: 'string' },
  folder: { type: 'string' },
  json: { type: 'boolean', default: false },
  text: { type: 'string' },
  kind: { type: 'string', multiple: true },
  source: { type: 'string' },
  about: { type: 'string', multiple: true },
  top: { type: 'string', default: '10' },
  all: { type: 'boolean', default: false },
  path: { type: 'string' },
  pinned: { type: 'boolean' },
  limit: { type: 'string', default: '200' },
  offset: { type: 'string', default: '0' },
  format: { type: 'string', default: 'json' },
  replace: { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
} as const;

export type Values = ReturnType<typeof parse>['values'];
export type Option = keyof typeof OPTIONS;

export function parse(argv: string[]) {
  return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true, tokens: true });
}

export function isQuestion({ top, kind }: Values, rest: string[]): void {
  if (rest.length !== 1) throw new UsageError('one QUERY is wanted, in quotes');
  countOf('top', top, 1, 50);
  kindsOf(kind);
}

export function areIds(_: Values, rest: string[]): void {
  if (rest.length === 0 || !rest.every((id) => /^[1-9]\d*$/.test(id)))
    throw new UsageError('the number of a memory is wanted, as memory list shows it');
}

export function nothingMore(rest: string[]): void {
  if (rest.length > 0) throw new UsageError(`'${rest[0]}' is one word too many`);
}

export function countOf(name: string, given: string, least: number, most = Number.MAX_SAFE_INTEGER): void {
  numberOf(name, given, { least, most });
}

export function kindsOf(given: readonly string[] = []): MemoryKind[] {
  const wrong = given.find((kind) => !(MEMORY_KINDS as readonly string[]).includes(kind));
  if (wrong !== undefined) throw new UsageError(`--kind must be one of ${MEMORY_KINDS.join(', ')}, not '${wrong}'`);
  return given as MemoryKind[];
}

/** `src/a.ts`, `src/a.ts:3`, `src/a.ts:3-9`. */
export function aboutOf(given: string): { path: string; lines?: [number, number] } {
  const [, path = given, first, last = first] = /^(.+?):(\d+)(?:-(\d+))?$/.exec(given) ?? [];
  if (first === undefined) return { path };
  const lines: [number, number] = [Number(first), Number(last)];
  if (lines[0] < 1 || lines[1] < lines[0]) throw new UsageError(`--about ${given} names no lines`);
  return { path, lines };
}
