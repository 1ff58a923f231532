/** Entries as lines of JSON. What cannot be read is told apart, and never stands in the way of the other lines. */
import type { Entry } from './entries.ts';

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const number: Check = (value) => Number.isFinite(value);
const record: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const oneOf =
  (...allowed: unknown[]): Check =>
  (value) =>
    allowed.includes(value);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const fields =
  (shape: Record<string, Check>): Check =>
  (value) =>
    record(value) && Object.entries(shape).every(([name, check]) => check((value as Record<string, unknown>)[name]));
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

const memory = fields({
  item: fields({ id: number, kind: text, source: text, path: orNull(text), changed: number, title: text }),
  text,
  tokens: number,
  score: fields({ total: number, words: number, vector: number, recency: number, ranking: number }),
  why: listOf(text),
});
const attachment = fields({
  id: text,
  kind: text,
  label: text,
  uri: maybe(text),
  lines: maybe((value) => listOf(number)(value) && (value as unknown[]).length === 2),
  language: maybe(text),
  text,
  cut: maybe(text),
  memories: maybe(listOf(memory)),
});
const placed = { id: text, parent: orNull(text), at: number };
const usage = fields({ promptTokens: number, cachedTokens: number, computedTokens: number, generatedTokens: number });

/** What later code relies on; what else a line holds is kept as it is. */
const SHAPES: Record<Entry['type'], Check> = {
  conversation: fields({ version: oneOf(1), id: text, at: number }),
  user: fields({
    ...placed,
    text,
    attachments: listOf(attachment),
    asked: maybe(text),
    decision: maybe(text),
    leftOut: maybe(listOf(fields({ id: number, title: text }))),
  }),
  assistant: fields({
    ...placed,
    text,
    reasoning: maybe(fields({ text, ms: number })),
    state: oneOf('whole', 'stopped', 'failed'),
    error: maybe(text),
    usage: maybe(usage),
    raw: maybe(text),
    calls: maybe(listOf(fields({ id: text, name: text, arguments: record }))),
  }),
  tool: fields({ ...placed, name: text, toolCallId: text, text, cut: maybe(text), words: maybe(text) }),
  tools: fields({ model: text, names: listOf(text), at: number }),
  piece: fields({ id: text, parent: text, at: number, text, reasoning: text }),
  compaction: fields({
    ...placed,
    keepsFrom: orNull(text),
    text,
    summary: maybe(text),
    resultCharacters: maybe(number),
    before: number,
    after: number,
  }),
  undo: fields({ compaction: text, at: number }),
  note: fields({ ...placed, text }),
  without: fields({ ...placed, memory: fields({ id: number, title: text }) }),
  head: fields({ id: orNull(text), at: number }),
  title: fields({ title: text, at: number }),
  block: fields({
    message: text,
    block: number,
    kind: oneOf('applied', 'undone', 'refused'),
    words: text,
    at: number,
  }),
};

/** Without a line break at its end. Type and time come first, so that a listing has to read no further. */
export function lineOf(entry: Entry): string {
  const { type, at, ...rest } = entry;
  return JSON.stringify({ type, at, ...rest });
}

/** @returns undefined where the line is torn, damaged, or of a later version. */
export function entryOf(line: string): Entry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!record(value)) return undefined;
  const { type } = value as { type?: unknown };
  if (typeof type !== 'string' || !Object.hasOwn(SHAPES, type)) return undefined;
  return SHAPES[type as Entry['type']](value) ? (value as Entry) : undefined;
}

/** What {@link lineOf} puts first; undefined where another hand wrote the line. */
export function headOf(line: string): { type: string; at: number } | undefined {
  const [, type, at] = /^\{"type":"(\w+)","at":(\d+)[,}]/.exec(line.slice(0, 80)) ?? [];
  return type === undefined ? undefined : { type, at: Number(at) };
}

export interface ReadEntries {
  entries: Entry[];
  /** Lines that could not be read. They stay in the file. */
  unread: number;
}

/** @param content of a whole file; its last line may be torn. */
export function entriesOf(content: string): ReadEntries {
  const entries: Entry[] = [];
  let unread = 0;
  for (const line of content.split('\n')) {
    if (line === '') continue;
    const entry = entryOf(line);
    if (entry) entries.push(entry);
    else unread++;
  }
  return { entries, unread };
}
