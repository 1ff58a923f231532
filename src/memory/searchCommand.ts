/** `Search Memory`: results as one types, each with why it was found. */
import * as vscode from 'vscode';
import type { MemoryHit, MemoryPlace } from '../engine/protocol/index.ts';
import type { CommandNeeds } from './commands.ts';
import type { Chosen } from './details.ts';
import { hitLook } from './hits.ts';
import { messageOf } from './indexing.ts';
import type { FolderStore, ItemRef } from './stores.ts';

export interface SearchNeeds extends Omit<CommandNeeds, 'open'> {
  open(ref: ItemRef, chosen?: Chosen): Promise<void>;
}

interface Row extends vscode.QuickPickItem {
  hit?: MemoryHit;
  id?: number;
}

/** After a key. */
const DEBOUNCE_MS = 120;
const MOST = 30;

export async function searchMemory(needs: SearchNeeds, given?: unknown): Promise<void> {
  const store = await needs.chooseStore();
  if (!store) return;
  const pick = vscode.window.createQuickPick<Row>();
  pick.title = `Quire: Search the Memory of ${store.name}`;
  pick.placeholder = 'Words, a name, a question; #12 for the memory of that number';
  // The order is the engine's: VS Code would sort by where the words stand in the label.
  Object.assign(pick, { sortByLabel: false });
  let search = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const fill = async (): Promise<void> => {
    search.abort();
    search = new AbortController();
    const { signal } = search;
    pick.busy = true;
    try {
      const rows = await rowsOf(needs, store, pick.value.trim(), signal);
      if (!signal.aborted) pick.items = rows;
    } catch (error) {
      if (!signal.aborted)
        pick.items = [{ label: '$(error) The search failed', detail: String(error), alwaysShow: true }];
    } finally {
      if (!signal.aborted) pick.busy = false;
    }
  };
  pick.onDidChangeValue(() => {
    clearTimeout(timer);
    search.abort();
    timer = setTimeout(() => void fill(), DEBOUNCE_MS);
  });
  pick.onDidAccept(() => {
    const [row] = pick.selectedItems;
    if (row?.id === undefined) return;
    pick.hide();
    void needs.open({ store: store.key, id: row.id }, row.hit).catch(needs.report);
  });
  pick.onDidHide(() => {
    clearTimeout(timer);
    search.abort();
    pick.dispose();
  });
  if (typeof given === 'string') pick.value = given;
  pick.show();
  await fill();
}

async function rowsOf(needs: SearchNeeds, store: FolderStore, query: string, signal: AbortSignal): Promise<Row[]> {
  const { client } = needs;
  const place = await store.place();
  const number = /^#(\d+)$/.exec(query);
  if (number) {
    const found = await client.get({ place, id: Number(number[1]) });
    if (!found) return [{ label: `There is no memory ${query}.`, alwaysShow: true }];
    return [{ label: found.item.title, description: query, id: found.item.id, alwaysShow: true }];
  }
  if (query === '') {
    const { items } = await client.list({ place, limit: MOST });
    if (items.length === 0) return nothing(needs, place, 'Nothing is remembered yet.');
    return [
      { label: 'Changed last', kind: vscode.QuickPickItemKind.Separator },
      ...items.map((item): Row => ({ ...hitLook(item), id: item.id, alwaysShow: true })),
    ];
  }
  const result = await client.search({ place, query, top: MOST, all: true }, { signal });
  const hits = result?.hits ?? [];
  if (hits.length === 0) return nothing(needs, place, 'Nothing that is remembered fits this.');
  const rowOf = (hit: MemoryHit): Row => ({ ...hitLook(hit.item, hit), id: hit.item.id, hit, alwaysShow: true });
  const sure = hits.filter((hit) => hit.sure);
  const nearest = hits.slice(sure.length);
  const label = sure.length > 0 ? 'Less sure' : 'Nothing fits well. The nearest';
  const heading = nearest.length > 0 ? [{ label, kind: vscode.QuickPickItemKind.Separator }] : [];
  return [...sure.map(rowOf), ...heading, ...nearest.map(rowOf)];
}

/** Not all may have been read. */
async function nothing({ client }: SearchNeeds, place: MemoryPlace, label: string): Promise<Row[]> {
  const detail = messageOf([await client.status({ place })]);
  return [{ label, ...(detail === undefined ? {} : { detail }), alwaysShow: true }];
}
