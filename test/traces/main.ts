/** Command line of the trace generator; `scripts/trace.mjs` starts it. Events on standard output, a summary on standard error. */
import { globSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { generateSession, type SourceFile } from './generate.ts';

const USAGE = `node scripts/trace.mjs --files GLOB_OR_FOLDER [--seed N] [--minutes M] [--open K] [--chats-per-minute C] > trace.jsonl
  Makes a session of typing in the files for quire replay: K of them are open at a time (3), for about M minutes (1).
  The same files and options give the same session; another seed (1) gives another one.
`;
const SOURCES =
  /\.(?:[cm]?[jt]sx?|py|go|rs|java|kt|cs?|cpp|cc|hh?|hpp|rb|php|swift|scala|lua|sh|sql|vue|svelte|css|html)$/;
const SKIPPED = /^(?:\.|node_modules$|dist$|build$|out$|target$|vendor$)/;
/** Longer files are generated, or data. */
const LARGEST_BYTES = 200_000;

class UsageError extends Error {}

function main(): void {
  const { values } = parseArgs({
    options: {
      files: { type: 'string', multiple: true, default: [] },
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string', default: '1' },
      open: { type: 'string', default: '3' },
      'chats-per-minute': { type: 'string', default: '0' },
    },
  });
  if (values.files.length === 0) throw new UsageError('--files is missing');
  const files = values.files.flatMap(find).filter(({ text }) => text.includes('\n') && !text.includes('\0'));
  if (files.length === 0) throw new Error(`there is no source file in ${values.files.join(', ')}`);
  const { events } = generateSession(files, {
    seed: amount('seed', values.seed, Number.isInteger),
    minutes: amount('minutes', values.minutes, (minutes) => minutes > 0),
    open: amount('open', values.open, (open) => Number.isInteger(open) && open > 0),
    chatsPerMinute: amount('chats-per-minute', values['chats-per-minute'], (chats) => chats >= 0),
  });
  for (const event of events) process.stdout.write(`${JSON.stringify(event)}\n`);
  const count = (type: string) => events.filter((event) => event.type === type).length;
  const seconds = (events.at(-1)!.t / 1000).toFixed(0);
  process.stderr.write(
    `${events.length} events in ${seconds} s: ${count('open')} files, ${count('complete')} completions, ${count('chat')} chats\n`,
  );
}

/** Source files of a folder, under their paths in it, or those that a pattern matches. */
function find(pattern: string): SourceFile[] {
  const folder = statSync(pattern, { throwIfNoEntry: false })?.isDirectory() === true;
  const root = folder ? pattern : '.';
  const names = folder ? walk(pattern) : globSync(pattern);
  return names
    .map((name) => ({ name, full: path.resolve(root, name) }))
    .filter(({ full }) => statSync(full).isFile() && statSync(full).size <= LARGEST_BYTES)
    .map(({ name, full }) => ({ path: name.replaceAll(path.sep, '/'), text: readFileSync(full, 'utf8') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function walk(folder: string, inside = ''): string[] {
  return readdirSync(path.join(folder, inside), { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(inside, entry.name);
    if (SKIPPED.test(entry.name)) return [];
    if (entry.isDirectory()) return walk(folder, name);
    return SOURCES.test(entry.name) ? [name] : [];
  });
}

function amount(name: string, text: string, fits: (value: number) => boolean): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || !fits(value))
    throw new UsageError(`--${name} cannot be '${text}'`);
  return value;
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
try {
  main();
} catch (error) {
  const wrongUse =
    error instanceof UsageError || String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`quire: ${(error as Error).message}\n${wrongUse ? USAGE : ''}`);
  process.exitCode = wrongUse ? 2 : 1;
}
