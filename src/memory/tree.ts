/** The memory as a tree: kinds, the folders of what they are about, items; what is pinned first. */
import type { MemoryItem, MemoryKind, MemoryStatus } from '../engine/protocol/index.ts';
import { ago, grouped, KIND_ORDER, KIND_WORDS, MADE_WORDS, oneLine, SOURCE_WORDS, tokensInWords } from './words.ts';

export type MemoryNode =
  /** Where several folders are open. */
  | { type: 'store'; store: string; name: string }
  | { type: 'pinned'; store: string; count: number }
  | { type: 'kind'; store: string; kind: MemoryKind; count: number }
  /** A folder of the project, with what is remembered of what lies in it. */
  | { type: 'folder'; store: string; kind: MemoryKind; path: string; label: string; count: number }
  | { type: 'item'; store: string; item: MemoryItem }
  /** Not all of them are listed. */
  | { type: 'more'; store: string; left: number };

/** Kinds that are about places in the project. */
const PLACED: ReadonlySet<MemoryKind> = new Set(['file', 'symbol', 'session']);

/** The first level: what is pinned, then the kinds that there are. */
export function rootsOf(store: string, status: Pick<MemoryStatus, 'items' | 'pinned'>): MemoryNode[] {
  const kinds = KIND_ORDER.flatMap((kind): MemoryNode[] => {
    const count = status.items[kind] ?? 0;
    return count > 0 ? [{ type: 'kind', store, kind, count }] : [];
  });
  return status.pinned > 0 ? [{ type: 'pinned', store, count: status.pinned }, ...kinds] : kinds;
}

/**
 * What lies right in `folder` ('' is the whole project): folders first, chains of folders with nothing else in them as one.
 * @param items of one kind, in the order of the engine.
 */
export function childrenOf(store: string, kind: MemoryKind, items: readonly MemoryItem[], folder = ''): MemoryNode[] {
  if (!PLACED.has(kind)) return sorted(items).map((item) => ({ type: 'item', store, item }));
  const prefix = folder === '' ? '' : `${folder}/`;
  const here: MemoryItem[] = [];
  const below = new Map<string, MemoryItem[]>();
  for (const item of items) {
    const path = item.path ?? '';
    if (folder !== '' && !path.startsWith(prefix)) continue;
    const rest = path.slice(prefix.length);
    const slash = rest.indexOf('/');
    if (slash < 0) here.push(item);
    else below.set(rest.slice(0, slash), [...(below.get(rest.slice(0, slash)) ?? []), item]);
  }
  const folders = [...below].map(([name, inside]): MemoryNode => {
    const path = deepest(`${prefix}${name}`, inside);
    return { type: 'folder', store, kind, path, label: path.slice(prefix.length), count: inside.length };
  });
  folders.sort((a, b) => ('label' in a && 'label' in b ? compare(a.label, b.label) : 0));
  return [...folders, ...sorted(here).map((item): MemoryNode => ({ type: 'item', store, item }))];
}

/** The folder that all of them lie in, at or below `path`. */
function deepest(path: string, items: readonly MemoryItem[]): string {
  const rests = items.map((item) => (item.path ?? '').slice(path.length + 1));
  const [first = ''] = rests;
  const slash = first.indexOf('/');
  if (slash < 0) return path;
  const name = first.slice(0, slash + 1);
  return rests.every((rest) => rest.startsWith(name)) ? deepest(`${path}/${name.slice(0, -1)}`, items) : path;
}

/** Pinned first, superseded last; within that by place where it is about one, else as they came: the newest first. */
function sorted(items: readonly MemoryItem[]): MemoryItem[] {
  const rank = (item: MemoryItem) => (item.pinned ? 0 : item.supersededBy === null ? 1 : 2);
  return [...items].sort(
    (a, b) => rank(a) - rank(b) || (PLACED.has(a.kind) && a.kind === b.kind ? compare(a.path ?? '', b.path ?? '') : 0),
  );
}

const compare = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

/** How an item stands in a list. */
export interface ItemLook {
  label: string;
  description: string;
  /** A codicon. */
  icon: string;
  /** For screen readers, where icon and colour say more than the words. */
  spoken: string;
}

const ICONS: Record<MemoryKind, string> = {
  proposal: 'lightbulb',
  fact: 'note',
  turn: 'comment-discussion',
  session: 'history',
  workspace: 'project',
  folder: 'folder',
  file: 'file',
  symbol: 'symbol-method',
};

export const iconOf = (kind: MemoryKind): string => ICONS[kind];

export function lookOf(item: MemoryItem, now: number): ItemLook {
  const marks = [
    ...(item.pinned ? ['pinned'] : []),
    ...(item.kind === 'proposal' ? ['not accepted yet'] : []),
    ...(item.supersededBy === null ? [] : ['superseded']),
  ];
  const place = item.path !== null && !item.title.includes(item.path) && item.kind !== 'file' ? [item.path] : [];
  const used = item.activations > 0 ? [`used ${times(item.activations)}`] : [];
  const when = PLACED.has(item.kind) && item.kind !== 'session' ? [] : [ago(item.changed, now)];
  const label = oneLine(item.kind === 'file' ? (item.title.split('/').at(-1) ?? item.title) : item.title);
  return {
    label,
    description: [...marks, ...place, ...used, ...when].join(' · '),
    icon: item.supersededBy !== null ? 'circle-slash' : item.pinned ? 'pinned' : iconOf(item.kind),
    spoken: [KIND_WORDS[item.kind].one, label, ...marks, ...place, ...used].join(', '),
  };
}

/** Markdown of no markup but its own: what is remembered is shown as text. */
export function tooltipOf(item: MemoryItem, now: number): string[] {
  return [
    oneLine(item.summary, 400),
    `${KIND_WORDS[item.kind].one} · ${MADE_WORDS[item.made]}, from ${SOURCE_WORDS[item.source]}`,
    `${tokensInWords(item.tokens)} · changed ${ago(item.changed, now)} · ${
      item.activated === null ? 'never used yet' : `used ${times(item.activations)}, last ${ago(item.activated, now)}`
    }`,
  ];
}

export const times = (count: number): string => (count === 1 ? 'once' : `${grouped(count)} times`);

/** What a person said, or decides on, can be edited; what is said of code or was said in a chat follows that. */
export const isEditable = ({ kind }: Pick<MemoryItem, 'kind'>): boolean => kind === 'fact' || kind === 'proposal';

/** What an item can be done to, for `when` clauses: `fact pinned`, `proposal`, …. */
export const contextOf = ({ kind, pinned }: MemoryItem): string => `${kind}${pinned ? ' pinned' : ' unpinned'}`;

export function countsInWords(status: MemoryStatus): string {
  const total = Object.values(status.items).reduce((sum, count) => sum + count, 0);
  return total === 1 ? '1 memory' : `${grouped(total)} memories`;
}
