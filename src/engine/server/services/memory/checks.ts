/** What every request of a memory has to satisfy before it reaches the thread. */
import { MEMORY_KINDS, type MemoryPlace } from '../../../protocol/index.ts';
import { EngineFailure } from '../../core/failure.ts';
import type { MemoryCall } from './messages.ts';

/** UTF-16 units. A fact is a few sentences; a question may be what stands around a cursor; a turn may quote whole files. */
const LONGEST = { fact: 8_000, query: 20_000, turn: 1 << 20, import: 64 << 20, name: 4_096 };
const MOST_HITS = 50;
const MOST_LISTED = 1_000;
const MOST_IDS = 10_000;
const SOURCES = ['code', 'chat', 'typing', 'person', 'import'];

type Given = Record<string, unknown>;

const fault = (what: string) => new EngineFailure('memoryInvalid', `The request cannot be understood: ${what}.`);

/** @throws EngineFailure `memoryInvalid` */
export function checkPlace(place: MemoryPlace): void {
  const { workspace, database } = (place ?? {}) as Given;
  const named = [workspace, database].filter((each) => typeof each === 'string' && each !== '');
  if (named.length !== 1) throw fault('its place must be one workspace or one database');
}

/** @throws EngineFailure `memoryInvalid`, which names what is wrong. */
export function checkCall(method: MemoryCall, params: object): void {
  CHECKS[method](params as Given);
}

const CHECKS: Record<MemoryCall, (given: Given) => void> = {
  add: ({ text, kind, source, about }) => {
    isText('text', text, LONGEST.fact);
    isOneOf('kind', kind, ['fact', 'proposal']);
    isOneOf('source', source, SOURCES);
    optional(about, (list) =>
      each('about', list, MOST_HITS, (one) => {
        const { path, lines } = (one ?? {}) as Given;
        isPath('path', path);
        optional(lines, (range) => {
          const [first, last] = Array.isArray(range) ? range : [];
          isCount('lines', first, 1);
          isCount('lines', last, first as number);
        });
      }),
    );
  },
  search: ({ query, top, kinds, all }) => {
    isText('query', query, LONGEST.query);
    isCount('top', top, 1, MOST_HITS);
    areKinds(kinds);
    isFlag('all', all);
  },
  list: ({ kinds, path, pinned, offset, limit }) => {
    areKinds(kinds);
    optional(path, (one) => isPath('path', one));
    isFlag('pinned', pinned);
    optional(offset, (count) => isCount('offset', count, 0));
    optional(limit, (count) => isCount('limit', count, 1, MOST_LISTED));
  },
  get: ({ id }) => isCount('id', id, 1),
  change: ({ id, pinned, text, accept }) => {
    isCount('id', id, 1);
    isFlag('pinned', pinned);
    isFlag('accept', accept);
    optional(text, (words) => isText('text', words, LONGEST.turn));
  },
  forget: ({ ids }) => each('ids', ids, MOST_IDS, (id) => isCount('ids', id, 1)),
  journal: ({ limit }) => optional(limit, (count) => isCount('limit', count, 1, MOST_LISTED)),
  undo: ({ change }) => isCount('change', change, 1),
  activate: ({ query, without, conversation, tokens, leaveOut, peek, for: whom, paths, at }) => {
    isFlag('peek', peek);
    isString('query', query, LONGEST.query);
    optional(without, (keys) => each('without', keys, MOST_IDS, (key) => isString('without', key, LONGEST.name)));
    optional(conversation, (id) => isText('conversation', id, LONGEST.name));
    isCount('tokens', tokens, 0);
    optional(leaveOut, (ids) => each('leaveOut', ids, MOST_IDS, (id) => isCount('leaveOut', id, 1)));
    isOneOf('for', whom ?? '', ['chat', 'completion']);
    optional(paths, (list) => each('paths', list, MOST_IDS, (path) => isPath('paths', path)));
    optional(at, (path) => isPath('at', path));
  },
  recordTurn: ({ conversation, message, question, answer, recalled, attached }) => {
    isText('conversation', conversation, LONGEST.name);
    isText('message', message, LONGEST.name);
    isString('question', question, LONGEST.turn);
    isString('answer', answer, LONGEST.turn);
    optional(attached, (list) => each('attached', list, MOST_HITS, (text) => isString('attached', text, LONGEST.turn)));
    each('recalled', recalled, MOST_IDS, (id) => isCount('recalled', id, 1));
  },
  recordTyping: ({ path, symbol }) => {
    isPath('path', path);
    if (symbol !== null) isText('symbol', symbol, LONGEST.name);
  },
  export: ({ format }) => isOneOf('format', format ?? '', ['json', 'markdown']),
  import: ({ text, mode }) => {
    isText('text', text, LONGEST.import);
    isOneOf('mode', mode, ['merge', 'replace']);
  },
  index: ({ folder }) => optional(folder, (one) => isText('folder', one, LONGEST.name)),
  pause: ({ paused }) => isFlag('paused', paused, true),
  status: () => undefined,
  audit: () => undefined,
};

function optional(value: unknown, check: (value: unknown) => void): void {
  if (value !== undefined) check(value);
}

function isString(name: string, value: unknown, longest: number): asserts value is string {
  if (typeof value !== 'string') throw fault(`${name} must be a text`);
  if (value.length > longest) throw fault(`${name} has ${value.length} characters, and may have ${longest}`);
}

function isText(name: string, value: unknown, longest: number): void {
  isString(name, value, longest);
  if (value.trim() === '') throw fault(`${name} is empty`);
}

/** Relative and inside: what comes from here names files to be read. */
function isPath(name: string, value: unknown): void {
  isString(name, value, LONGEST.name);
  const inside = !/^(?:\/|[A-Za-z]:)|\\|\0/.test(value) && !value.split('/').includes('..');
  if (!inside) throw fault(`${name} must be inside the workspace's folder, with '/'`);
}

function isCount(name: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw fault(`${name} must be a whole number ${range}`);
}

function isFlag(name: string, value: unknown, needed = false): void {
  if (typeof value === 'boolean' || (value === undefined && !needed)) return;
  throw fault(`${name} must be true or false`);
}

function isOneOf(name: string, value: unknown, allowed: readonly string[]): void {
  optional(value, (one) => {
    if (!allowed.includes(one as string)) throw fault(`${name} must be one of ${allowed.join(', ')}`);
  });
}

function areKinds(kinds: unknown): void {
  optional(kinds, (list) => each('kinds', list, MOST_HITS, (kind) => isOneOf('kinds', kind ?? '', MEMORY_KINDS)));
}

function each(name: string, value: unknown, most: number, check: (one: unknown) => void): void {
  if (!Array.isArray(value)) throw fault(`${name} must be a list`);
  if (value.length > most) throw fault(`${name} has more than ${most} entries`);
  value.forEach(check);
}
