/** Quire's own tools at work: what a call gives the model, and what the person is told of it in a line. */
import type { ToolFiles } from '../context/sources.ts';
import { code } from '../conversation/markdown.ts';
import { commandRefusal } from './command.ts';
import type { LoopTool, ToolRun } from './loop.ts';
import { EDIT, READ, RUN, SEARCH } from './specs.ts';

export interface FoundLines {
  /** Relative to the project. */
  path: string;
  /** From 1, both included. */
  lines: [number, number];
  text: string;
}

/** Where the tools reach what they work on. */
export interface ToolPlaces {
  files: ToolFiles;
  /** The best first; nothing of private files. */
  search(query: string, signal: AbortSignal): Promise<FoundLines[]>;
  /**
   * Proposes a change, and waits until the person has decided on it.
   * @returns what really came of it; never rejects but for the signal.
   */
  edit(
    path: string,
    blocks: string,
    signal: AbortSignal,
    say: (words: string) => void,
  ): Promise<{ kind: 'applied' | 'undone' | 'refused'; words: string }>;
  /** Runs a command that the person has agreed to. @returns what it wrote, for the model. */
  run(command: string, signal: AbortSignal, say: (words: string) => void): Promise<ToolRun>;
}

/** Of names, and of reasons, in the line for the person. */
const LONGEST_NAME = 80;
const LONGEST_REASON = 300;

/** In the order in which a model is told of them. */
export function quireTools({ files, search, edit, run }: ToolPlaces): LoopTool[] {
  return [
    { spec: READ, confirm: false, run: (args, signal) => read(files, args, signal) },
    {
      spec: SEARCH,
      confirm: false,
      async run({ query }, signal) {
        const places = await search(String(query), signal);
        const words = `search ${named(String(query))}: ${places.length === 0 ? 'nothing' : counted(places.length, 'place')}`;
        if (places.length === 0)
          return { ok: false, text: 'Nothing in the project is about that. Search for another word.', words };
        const text = places.map(({ path, lines: [from, to], text }) => `${path}, lines ${from}-${to}:\n${text}`);
        return { ok: true, text: text.join('\n\n'), words };
      },
    },
    {
      spec: EDIT,
      confirm: false, // by the review, in the file itself
      async run({ path, blocks }, signal, say) {
        const { kind, words } = await edit(String(path), String(blocks), signal, say);
        const text = {
          applied: `The user has accepted this. ${words}`,
          undone: `The user has rejected this. ${words} Ask what they want instead.`,
          refused: `Nothing was changed. ${words}`,
        }[kind];
        const outcome = { applied: 'applied', undone: 'rejected', refused: `refused: ${plain(words)}` }[kind];
        return { ok: kind === 'applied', text, words: `edit ${named(String(path))}: ${outcome}` };
      },
    },
    {
      spec: RUN,
      confirm: true,
      async run({ command }, signal, say) {
        const refused = commandRefusal(String(command));
        const done = refused === undefined ? await run(String(command), signal, say) : { ok: false, text: refused };
        return { ...done, words: `run ${named(String(command))}: ${done.words ?? 'refused'}` };
      },
    },
  ];
}

async function read(files: ToolFiles, args: Record<string, unknown>, signal: AbortSignal): Promise<ToolRun> {
  const path = String(args.path).trim();
  const isFolder = /^\.?\/?$|\/$/.test(path);
  const given = isFolder ? await list(files, path, signal) : await files.readForTool(path, signal);
  if (given.refused !== undefined) {
    // It may be a folder, whose names help as well.
    const listed = isFolder ? given : await list(files, path, signal);
    if (listed.refused === undefined) return { ok: true, text: listed.text, words: `list ${named(path)}` };
    return { ok: false, text: given.refused, words: `read ${named(path)}: refused: ${plain(given.refused)}` };
  }
  if (isFolder) return { ok: true, text: given.text, words: `list ${named(path === '' ? '.' : path)}` };
  const lines = given.text.replace(/\n$/, '').split(/\r?\n/);
  const from = Math.max(1, whole(args.from) ?? 1);
  const to = Math.min(lines.length, Math.max(from, whole(args.to) ?? lines.length));
  if (from > lines.length) {
    const text = `${path} has ${counted(lines.length, 'line')} only.`;
    return { ok: false, text, words: `read ${named(path)} from ${from}: it has ${counted(lines.length, 'line')} only` };
  }
  const text = `${path}, lines ${from}-${to} of ${lines.length}:\n${lines.slice(from - 1, to).join('\n')}`;
  return { ok: true, text, words: `read ${named(path)} ${from}-${to}` };
}

const list = (files: ToolFiles, path: string, signal: AbortSignal) =>
  files.listForTool(path.replace(/^\.?\/?$|\/+$/g, ''), signal);

const whole = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : undefined;
const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** A name that a model wrote, as code: nothing in it is taken for Markdown. */
const named = (name: string): string => code(oneLine(name, LONGEST_NAME) || '.');

/** Words that may hold names, as plain text of Markdown. */
const plain = (words: string): string => oneLine(words, LONGEST_REASON).replace(/[\\`*_[\]<>#|~]/g, '\\$&');

function oneLine(text: string, longest: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest).toWellFormed()}…` : line;
}
