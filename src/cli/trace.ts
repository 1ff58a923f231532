/**
 * Traces of `quire replay`: what happened in an editor, one event a line, in order. Times are milliseconds of any one
 * clock, offsets UTF-16 code units from the start of the document.
 */
import type { ChatMessage, SpokenMessage } from '../engine/protocol/index.ts';
import { type Line, parseObject, readLines } from './lines.ts';

export type TraceEvent =
  | { t: number; type: 'open'; path: string; text: string }
  | { t: number; type: 'insert'; path: string; offset: number; text: string }
  | { t: number; type: 'delete'; path: string; offset: number; length: number }
  /** The editor asks for a suggestion at `offset`. */
  | { t: number; type: 'complete'; path: string; offset: number }
  /** It does not want it any more. */
  | { t: number; type: 'cancel'; path: string }
  | { t: number; type: 'chat'; messages: ChatMessage[]; maxTokens: number }
  | { t: number; type: 'close'; path: string };

/** An event, and the line that it stands on. */
export interface TracedEvent {
  event: TraceEvent;
  where: string;
}

/**
 * Reads a trace event by event.
 * @param file a path, or '-' for standard input.
 * @param signal ends the reading, with an AbortError.
 * @throws Error that names the line which is malformed or goes back in time, or the file that cannot be read.
 */
export async function* readTrace(file: string, signal?: AbortSignal): AsyncGenerator<TracedEvent> {
  let last = 0;
  for await (const line of readLines(file, signal)) {
    const event = parseEvent(line);
    if (event.t < last) throw new Error(`${line.where} goes back in time: t is ${event.t}, after ${last}`);
    last = event.t;
    yield { event, where: line.where };
  }
}

/** @throws Error naming the line and what is wrong. Fields that an event does not have are passed over. */
export function parseEvent(line: Line): TraceEvent {
  const fields = new Fields(parseObject(line), line.where);
  const t = fields.t();
  const type = fields.text('type');
  switch (type) {
    case 'open':
      return { t, type, path: fields.text('path'), text: fields.text('text') };
    case 'insert':
      return { t, type, path: fields.text('path'), offset: fields.count('offset'), text: fields.text('text') };
    case 'delete':
      return { t, type, path: fields.text('path'), offset: fields.count('offset'), length: fields.count('length') };
    case 'complete':
      return { t, type, path: fields.text('path'), offset: fields.count('offset') };
    case 'cancel':
    case 'close':
      return { t, type, path: fields.text('path') };
    case 'chat':
      return { t, type, messages: fields.messages(), maxTokens: fields.count('maxTokens', 1) };
    default:
      throw new Error(
        `${line.where} has the unknown type '${type}' (there are open, insert, delete, complete, cancel, chat, close)`,
      );
  }
}

/** Takes the fields of one event out of what the line holds. */
class Fields {
  readonly #value: Record<string, unknown>;
  readonly #where: string;

  constructor(value: Record<string, unknown>, where: string) {
    this.#value = value;
    this.#where = where;
  }

  t(): number {
    const { t } = this.#value;
    if (typeof t !== 'number') throw new Error(`${this.#where} has no t (milliseconds)`);
    if (t < 0 || !Number.isFinite(t)) throw new Error(`${this.#where}: t must be a time of at least 0 ms, not ${t}`);
    return t;
  }

  text(name: string): string {
    const value = this.#value[name];
    if (typeof value !== 'string') throw new Error(`${this.#where} has no ${name} (a string)`);
    return value;
  }

  count(name: string, least = 0): number {
    const value = this.#value[name];
    if (typeof value !== 'number') throw new Error(`${this.#where} has no ${name} (a number)`);
    if (!Number.isInteger(value) || value < least)
      throw new Error(`${this.#where}: ${name} must be a whole number of at least ${least}, not ${value}`);
    return value;
  }

  messages(): SpokenMessage[] {
    const { messages } = this.#value;
    if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isMessage))
      throw new Error(`${this.#where} has no messages ([{role: system, user or assistant, content}])`);
    return messages.map(({ role, content }) => ({ role, content }));
  }
}

const ROLES: readonly unknown[] = ['system', 'user', 'assistant'] satisfies SpokenMessage['role'][];

function isMessage(value: unknown): value is SpokenMessage {
  const { role, content } = (value ?? {}) as Record<string, unknown>;
  return ROLES.includes(role) && typeof content === 'string';
}
