/** What is known of memories, as people are told it. */
import type { AnchorState, MemoryItem, MemoryKind, MemoryScore } from '../engine/protocol/index.ts';

export const KIND_WORDS: Record<MemoryKind, { one: string; many: string }> = {
  proposal: { one: 'Proposal', many: 'Proposals' },
  fact: { one: 'Fact', many: 'Facts' },
  turn: { one: 'Chat turn', many: 'Chat turns' },
  session: { one: 'Session', many: 'Sessions' },
  workspace: { one: 'Project summary', many: 'Project' },
  folder: { one: 'Folder summary', many: 'Folders' },
  file: { one: 'File summary', many: 'Files' },
  symbol: { one: 'Symbol summary', many: 'Symbols' },
};

/** What waits for a person first, then what a person said, what was said and done, and what was read, from large to small. */
export const KIND_ORDER: readonly MemoryKind[] = [
  'proposal',
  'fact',
  'turn',
  'session',
  'workspace',
  'folder',
  'file',
  'symbol',
];

export const STATE_WORDS: Record<AnchorState, { short: string; long: string }> = {
  holds: { short: 'holds', long: 'The code is as it was when this was written.' },
  moved: { short: 'moved', long: 'The same code stands elsewhere now; what is said still holds.' },
  changed: { short: 'changed', long: 'The code has changed since: this is not used.' },
  gone: { short: 'gone', long: 'The code is not there any more: this is not used.' },
  unread: { short: 'not readable', long: 'The file may not be read, or cannot: this is not used.' },
};

export const MADE_WORDS: Record<MemoryItem['made'], string> = {
  extracted: 'Taken from the text',
  model: 'Written by a model, checked',
  person: 'Written by a person',
};

export const SOURCE_WORDS: Record<MemoryItem['source'], string> = {
  code: 'the code',
  chat: 'the chat',
  typing: 'what was typed',
  person: 'you',
  import: 'an import',
};

export const grouped = (number: number): string => Math.round(number).toLocaleString('en-US');

/** `1 memory`, `3 memories`. */
export const memories = (count: number): string => (count === 1 ? '1 memory' : `${grouped(count)} memories`);

export const tokensInWords = (tokens: number): string => (tokens === 1 ? '1 token' : `${grouped(tokens)} tokens`);

/** `12 kB`, `3.4 MB`; decimal, as disks are sold. */
export function bytesInWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${Math.round(bytes / 1000)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** `just now`, `5 minutes ago`, `yesterday`, else the date. @param at @param now milliseconds since 1970. */
export function ago(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return minutes === 1 ? '1 minute ago' : `${minutes} minutes ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return hours === 1 ? '1 hour ago' : `${hours} hours ago`;
  const days = Math.floor(hours / 24);
  if (days === 1) return 'yesterday';
  return days < 30 ? `${days} days ago` : new Date(at).toISOString().slice(0, 10);
}

/** `2026-11-27 14:05`, in the zone of this machine. */
export function moment(at: number): string {
  const date = new Date(at);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

export const SCORE_PARTS = [
  ['words', 'Words'],
  ['vector', 'Meaning'],
  ['recency', 'Recency'],
  ['ranking', 'Ranking'],
] as const;

/** `0.71 = words 0.40 + meaning 0.21 + recency 0.05 + ranking 0.05`. */
export function scoreInWords(score: MemoryScore): string {
  const parts = SCORE_PARTS.map(([part, name], at) => {
    const value = score[part];
    const sign = value < 0 ? (at === 0 ? '−' : ' − ') : at === 0 ? '' : ' + ';
    return `${sign}${name.toLowerCase()} ${Math.abs(value).toFixed(2)}`;
  });
  return `${score.total.toFixed(2)} = ${parts.join('')}`;
}

/** In one line, shortened at a word. */
export function oneLine(text: string, most = 90): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= most) return line;
  const cut = line.slice(0, most).toWellFormed();
  const space = cut.lastIndexOf(' ');
  return `${space > most / 3 ? cut.slice(0, space) : cut}…`;
}
