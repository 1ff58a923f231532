/** `quire memory`: what is remembered of a folder, or in a database by itself: the same memory as the editor's. */
import { readFile } from 'node:fs/promises';
import { text as textFrom } from 'node:stream/consumers';
import { redactChats } from '../chat/conversation/forget.ts';
import type { EngineClient } from '../engine/client/client.ts';
import type { MemoryPlace, MemorySource } from '../engine/protocol/index.ts';
import {
  aboutOf,
  areIds,
  countOf,
  isQuestion,
  kindsOf,
  nothingMore,
  type Option,
  parse,
  type Values,
} from './memoryArguments.ts';
import { folderAt, withMemory } from './memoryPlace.ts';
import { auditText, indexingText, itemText, journalText, listText, searchText, statusText } from './memoryText.ts';
import { print, say } from './output.ts';
import { unreadable } from './unreadable.ts';
import { UsageError } from './usage.ts';

/** What a command is given. */
interface Given {
  client: EngineClient;
  place: MemoryPlace;
  values: Values;
  rest: string[];
  signal: AbortSignal;
}

interface Command {
  /** Its options, besides --db, --folder and --json. */
  options?: readonly Option[];
  /** Files of the folder are read. */
  reads?: boolean;
  /** @throws UsageError before an engine is started. */
  check?(values: Values, rest: string[]): void;
  /** @returns what is printed: as JSON, or as text for people. */
  run(given: Given): Promise<{ value: object; text: string }>;
}

/** Others ask or change what is there: of a database that is not, its name was mistyped. */
const BEGINS: ReadonlySet<string> = new Set(['add', 'import', 'index', 'on', 'off']);
/** Tells it itself; has none any more. */
const TELLS_TROUBLE: ReadonlySet<string> = new Set(['status', 'erase']);

/** Progress is told no more often. */
const TOLD_MS = 1_000;

const COMMANDS: Record<string, Command> = {
  add: {
    options: ['text', 'kind', 'source', 'about'],
    reads: true,
    check: ({ text, kind = [], about = [] }, rest) => {
      nothingMore(rest);
      if (text === undefined) throw new UsageError('memory add wants --text');
      if (kind.length > 1 || !['fact', 'proposal'].includes(kind[0] ?? 'fact'))
        throw new UsageError('--kind of what is added is fact or proposal');
      about.map(aboutOf);
    },
    run: async ({ client, place, values: { text, kind = [], source, about = [] } }) => {
      const item = await client.memory.add({
        place,
        text: text!,
        ...(kind[0] === undefined ? {} : { kind: kind[0] as 'fact' | 'proposal' }),
        ...(source === undefined ? {} : { source: source as MemorySource }),
        ...(about.length > 0 ? { about: about.map(aboutOf) } : {}),
      });
      return { value: item, text: itemText(item) };
    },
  },
  search: { options: ['top', 'kind', 'all'], reads: true, check: isQuestion, run: (given) => found(given, false) },
  why: { options: ['top', 'kind', 'all'], reads: true, check: isQuestion, run: (given) => found(given, true) },
  list: {
    options: ['kind', 'path', 'pinned', 'limit', 'offset'],
    check: ({ kind, limit, offset }, rest) => {
      nothingMore(rest);
      kindsOf(kind);
      countOf('limit', limit, 1, 1000);
      countOf('offset', offset, 0);
    },
    run: async ({ client, place, values: { kind = [], path, pinned, limit, offset } }) => {
      const listed = await client.memory.list({
        place,
        ...(kind.length > 0 ? { kinds: kindsOf(kind) } : {}),
        ...(path === undefined ? {} : { path }),
        ...(pinned === undefined ? {} : { pinned }),
        limit: Number(limit),
        offset: Number(offset),
      });
      return { value: listed, text: listText(listed) };
    },
  },
  pin: { check: areIds, run: (given) => pin(given, true) },
  unpin: { check: areIds, run: (given) => pin(given, false) },
  forget: {
    check: areIds,
    run: async ({ client, place, values: { folder }, rest }) => {
      const ids = rest.map(Number);
      const value = await client.memory.forget({ place, ids });
      if (folder !== undefined) await redactChats(await folderAt(folder), new Set(ids));
      return { value, text: `Forgot ${value.forgotten} of ${rest.length}.\n` };
    },
  },
  export: {
    options: ['format'],
    check: ({ format }, rest) => {
      nothingMore(rest);
      if (!['json', 'markdown'].includes(format)) throw new UsageError('--format is json or markdown');
    },
    run: async ({ client, place, values: { format } }) => {
      const value = await client.memory.export({ place, format: format as 'json' | 'markdown' });
      return { value, text: value.text };
    },
  },
  import: {
    options: ['replace'],
    check: (_, rest) => {
      if (rest.length !== 1) throw new UsageError("memory import takes one file, or '-' for stdin");
    },
    run: async ({ client, place, values: { replace }, rest: [file] }) => {
      const text = file === '-' ? await textFrom(process.stdin) : await contentOf(file!);
      const value = await client.memory.import({ place, text, mode: replace ? 'replace' : 'merge' });
      for (const why of value.refused) say(why);
      const { added, same, refused } = value;
      return { value, text: `${added} added, ${same} there already, ${refused.length} refused.\n` };
    },
  },
  erase: {
    options: ['yes'],
    check: ({ yes }, rest) => {
      nothingMore(rest);
      if (!yes) throw new UsageError('memory erase removes everything for good; --yes says that this is meant');
    },
    run: async ({ client, place, values: { folder } }) => {
      const value = await client.memory.erase({ place });
      if (folder !== undefined) await redactChats(await folderAt(folder));
      const pages = value.pages ? ', and the computed pages of prompts that it stood in' : '';
      return { value, text: `Erased ${value.items} memories, ${value.bytes} bytes on disk${pages}.\n` };
    },
  },
  index: {
    reads: true,
    check: ({ db }, rest) => {
      if (rest.length > 1) throw new UsageError('memory index takes one folder');
      if (db === undefined && rest.length > 0) throw new UsageError('memory index --folder F takes no other folder');
    },
    run: async ({ client, place, rest: [given], signal }) => {
      const folder = given === undefined ? {} : { folder: await folderAt(given) };
      let told = -1;
      let due = 0;
      const onProgress = ({ done, total, waits }: { done: number; total: number; waits: string | null }) => {
        if (done === told || (performance.now() < due && done < total)) return;
        told = done;
        due = performance.now() + TOLD_MS;
        say(`${done} of ${total} files${waits === null ? '' : `; ${waits}`}`);
      };
      const value = await client.memory.index({ place, ...folder }, { signal, onProgress });
      if (!value) throw new Error('interrupted; the next call goes on from here');
      return { value, text: indexingText(value) };
    },
  },
  audit: {
    reads: true,
    check: (_, rest) => nothingMore(rest),
    run: async ({ client, place, signal }) => {
      const value = await client.memory.audit({ place }, { signal });
      if (!value) throw new Error('interrupted');
      return { value, text: auditText(value) };
    },
  },
  status: {
    check: (_, rest) => nothingMore(rest),
    run: async ({ client, place }) => {
      const value = await client.memory.status({ place });
      return { value, text: statusText(value) };
    },
  },
  journal: {
    options: ['limit'],
    check: ({ limit }, rest) => {
      nothingMore(rest);
      countOf('limit', limit, 1, 1000);
    },
    run: async ({ client, place, values: { limit } }) => {
      const value = await client.memory.journal({ place, limit: Number(limit) });
      return { value, text: journalText(value.changes) };
    },
  },
  undo: {
    check: (_, rest) => {
      areIds(_, rest);
      if (rest.length > 1) throw new UsageError('memory undo takes the number of one change');
    },
    run: async ({ client, place, rest }) => {
      const value = await client.memory.undo({ place, change: Number(rest[0]) });
      return { value, text: journalText([value]) };
    },
  },
  on: { check: (_, rest) => nothingMore(rest), run: (given) => turn(given, true) },
  off: { check: (_, rest) => nothingMore(rest), run: (given) => turn(given, false) },
};

export async function memory([name = '', ...argv]: string[]): Promise<void> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new UsageError(`memory wants one of ${Object.keys(COMMANDS).join(', ')}`);
  const { values, positionals: rest, tokens } = parse(argv);
  const allowed: readonly string[] = ['db', 'folder', 'json', ...(command.options ?? [])];
  for (const token of tokens) {
    if (token.kind === 'option' && !allowed.includes(token.name))
      throw new UsageError(`memory ${name} takes no --${token.name}`);
  }
  command.check?.(values, rest);
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort(new Error('interrupted'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  const { value, text } = await withMemory(
    values,
    { reads: command.reads ?? false, begins: BEGINS.has(name) },
    async (client, place) => {
      // A damaged file was put aside when it was opened: who is not told takes an empty memory for the whole of it.
      const trouble = TELLS_TROUBLE.has(name) ? null : (await client.memory.status({ place })).trouble;
      if (trouble !== null) say(trouble);
      return command.run({ client, place, values, rest, signal: interrupted.signal });
    },
  );
  if (values.json) await print(value);
  else process.stdout.write(text);
}

async function found({ client, place, values: { top, kind = [], all }, rest: [query], signal }: Given, why: boolean) {
  const asked = { place, query: query!, top: Number(top), all, ...(kind.length > 0 ? { kinds: kindsOf(kind) } : {}) };
  const value = await client.memory.search(asked, { signal });
  if (!value) throw new Error('interrupted');
  // A script that takes what it gets takes nothing that is only near.
  const [hits, nearest] = [value.hits.filter(({ sure }) => sure), value.hits.filter(({ sure }) => !sure)];
  return { value: { ...value, hits, nearest }, text: searchText(value, why) };
}

async function pin({ client, place, rest }: Given, pinned: boolean) {
  const items = [];
  for (const id of rest) items.push(await client.memory.change({ place, id: Number(id), pinned }));
  return { value: items, text: items.map(itemText).join('') };
}

async function turn({ client, place }: Given, on: boolean) {
  const value = await client.memory.switch({ place, on });
  return { value, text: statusText(value) };
}

async function contentOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error) => {
    throw unreadable(file, error);
  });
}
