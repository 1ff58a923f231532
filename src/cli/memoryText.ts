/** What `quire memory` says to people. */
import type {
  MemoryAudit,
  MemoryChange,
  MemoryHit,
  MemoryIndexing,
  MemoryItem,
  MemorySearchResult,
  MemoryStatus,
} from '../engine/protocol/index.ts';

/** Of a memory's text. */
const SHOWN_LINES = 4;
const MEGABYTE = 2 ** 20;

const lines = (...all: (string | false)[]): string => `${all.filter((line) => line !== false).join('\n')}\n`;
const plural = (count: number, noun: string): string => `${count} ${count === 1 ? noun : `${noun}s`}`;
const memories = (count: number): string => (count === 1 ? '1 memory' : `${count} memories`);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const when = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ');

/** One line: number, kind, and what became of it, then its beginning. */
export function itemText(item: MemoryItem): string {
  const { id, kind, made, path, pinned, supersededBy } = item;
  const marks = [
    kind,
    made,
    path !== null && path,
    pinned && 'pinned',
    supersededBy !== null && `superseded by ${supersededBy}`,
  ];
  return lines(`${id}  ${marks.filter((mark) => mark !== false).join(', ')}`, ...quoted(item.text));
}

export function listText({ items, total }: { items: MemoryItem[]; total: number }): string {
  if (total === 0) return 'Nothing is remembered.\n';
  const rest =
    total > items.length ? [`${items.length} of ${memories(total)}; --limit and --offset show others.\n`] : [];
  return [...items.map(itemText), ...rest].join('\n');
}

/** @param why with the parts of each score. */
export function searchText({ hits, stale, searched }: MemorySearchResult, why: boolean): string {
  const left = stale > 0 ? `${memories(stale)} left out: the code they are about has changed.\n` : '';
  if (hits.length === 0) return `Nothing of ${memories(searched)} is relevant.\n${left}`;
  const sure = hits.filter((hit) => hit.sure);
  const nearest = hits.slice(sure.length).map((hit) => hitText(hit, why));
  const said = sure.length > 0 ? 'Less sure:\n' : `Of ${memories(searched)} none is surely relevant. The nearest:\n`;
  const all = [...sure.map((hit) => hitText(hit, why)), ...(nearest.length > 0 ? [said, ...nearest] : [])];
  return [...all, ...(left ? [left] : [])].join('\n');
}

function hitText({ item, score, sentences, why }: MemoryHit, parts: boolean): string {
  const { total, words, vector, recency, ranking } = score;
  const split = `words ${words.toFixed(2)} + vector ${vector.toFixed(2)} + recency ${recency.toFixed(2)} + ranking ${ranking.toFixed(2)}`;
  const untrue = sentences.filter((sentence) => !sentence.isTrue).length;
  const place = item.path === null ? '' : `  ${item.path}`;
  return lines(
    `${item.id}  ${total.toFixed(2)}  ${item.kind}${place}  ${why.join(', ')}`,
    parts && `    = ${split}`,
    untrue > 0 && `    ${plural(untrue, 'sentence')} of ${sentences.length} no longer true, and not used`,
    ...quoted(
      sentences
        .filter((sentence) => sentence.isTrue)
        .map(({ text }) => text)
        .join('\n') || item.text,
    ),
  );
}

export function statusText({ on, items, bytes, embedder, unembedded, indexing, trouble }: MemoryStatus): string {
  const kinds = Object.entries(items).map(([kind, count]) => `${count} ${kind}`);
  return lines(
    on ? `On: ${kinds.join(', ') || 'nothing'} in ${(bytes / MEGABYTE).toFixed(1)} MB` : `Off: ${indexing.waits}`,
    on && `Vectors by ${embedder ?? 'nothing yet'}, ${unembedded} to be made`,
    on && indexingText(indexing).trimEnd(),
    trouble !== null && trouble,
  );
}

export function indexingText({ state, done, total, busyMs, budgetMs, waits }: MemoryIndexing): string {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const budget = `${seconds(busyMs)} of ${seconds(budgetMs)} used today`;
  return lines(`Indexing is ${state}: ${done} of ${plural(total, 'file')}, ${budget}${waits ? `. ${waits}` : ''}`);
}

export function auditText(audit: MemoryAudit): string {
  const { items, sentences, namesThatExist, stale, exactCopies, nearCopies, secrets, findings } = audit;
  return lines(
    `${memories(items)}, ${plural(sentences, 'sentence')}`,
    `names that exist  ${percent(namesThatExist)}`,
    `stale             ${percent(stale)}`,
    `exact copies      ${percent(exactCopies)}`,
    `near copies       ${percent(nearCopies)}`,
    `secrets           ${percent(secrets)}`,
    ...findings.map(({ id, what }) => `    ${id}  ${what}`),
  );
}

export function journalText(changes: readonly MemoryChange[]): string {
  if (changes.length === 0) return 'Nothing was written.\n';
  return lines(
    ...changes.map(({ id, at, what, undone, final }) => {
      const state = undone ? '  undone' : final ? '  for good' : '';
      return `${id}  ${when(at)}  ${what}${state}`;
    }),
  );
}

/** The first lines of a text, indented. */
function quoted(text: string): string[] {
  const all = text.split('\n');
  const more = all.length > SHOWN_LINES ? [`    … ${plural(all.length - SHOWN_LINES, 'line')} more`] : [];
  return [...all.slice(0, SHOWN_LINES).map((line) => `    ${line}`), ...more];
}
