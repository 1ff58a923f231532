/** What becomes of an item's fields when it is put in or changed. */
import type { MemoryItem } from '../../../../protocol/index.ts';
import type { ItemFilter, NewItem, Store } from '../items.ts';
import { COLUMNS, estimateTokens, type ItemRow, itemOf } from './rows.ts';

type Item = Omit<MemoryItem, 'embedder'>;

/** @param before the item with its key. */
export function itemFrom(item: NewItem, before: ItemRow | undefined): Item {
  const now = Date.now();
  return counted({
    ...item,
    id: before?.id ?? 0,
    summary: item.summary ?? item.text,
    created: before?.created ?? item.created ?? now,
    changed: before ? now : (item.created ?? now),
    activated: before?.activated ?? null,
    activations: before?.activations ?? 0,
    pinned: item.pinned ?? before?.pinned === 1,
    supersededBy: null,
    recalled: item.recalled ?? [],
    tokens: 0,
    summaryTokens: 0,
  });
}

function counted(item: Item): Item {
  return { ...item, tokens: estimateTokens(item.text), summaryTokens: estimateTokens(item.summary) };
}

/** A new text takes the summary and the sentences of the old one away, where it does not bring its own. */
export function changedItem(before: ItemRow, fields: Parameters<Store['change']>[1]): Item {
  const item = itemOf(before, null);
  const changed = { ...item, ...fields };
  if (fields.text !== undefined && fields.text !== item.text) {
    changed.summary = fields.summary ?? fields.text;
    changed.sentences = fields.sentences ?? [];
  }
  return counted(changed);
}

/** All but when it was changed. */
export function sameContent(before: ItemRow, after: ItemRow): boolean {
  return COLUMNS.every((column) => column === 'changed' || before[column] === after[column]);
}

/** SQL for the items of a filter, and the values in it. */
export function whereOf({ kinds, path, pinned, superseded }: ItemFilter): { where: string; values: string[] } {
  const conditions: string[] = [];
  const values: string[] = [];
  if (kinds) {
    // With a path, its index is the one to use.
    conditions.push(`${path ? '+' : ''}kind IN (${kinds.map(() => '?').join(', ')})`);
    values.push(...kinds);
  }
  if (path) {
    // '0' is the sign behind '/'.
    conditions.push('(path = ? OR (path > ? AND path < ?))');
    values.push(path, `${path}/`, `${path}0`);
  }
  if (pinned !== undefined) conditions.push(`pinned = ${pinned ? 1 : 0}`);
  if (!superseded) conditions.push('superseded_by IS NULL');
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  return { where, values };
}
