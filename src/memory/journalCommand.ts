/** `Recent Memory Changes`: all that was written, and each taken back in one action. */
import * as vscode from 'vscode';
import type { MemoryChange } from '../engine/protocol/index.ts';
import type { CommandNeeds } from './commands.ts';
import type { FolderStore } from './stores.ts';
import { ago } from './words.ts';

interface Row extends vscode.QuickPickItem {
  change?: MemoryChange;
}

const BACK: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('discard'), tooltip: 'Undo' };

export async function showJournal(needs: CommandNeeds): Promise<void> {
  const store = await needs.chooseStore();
  if (!store) return;
  const pick = vscode.window.createQuickPick<Row>();
  pick.title = `Quire: Recent Memory Changes of ${store.name}`;
  pick.placeholder = 'Enter undoes a change';
  const fill = async (): Promise<void> => {
    pick.busy = true;
    pick.items = await rowsOf(needs, store);
    pick.busy = false;
  };
  const undo = async (change: MemoryChange | undefined): Promise<void> => {
    if (!change || change.undone || change.final) return;
    await needs.client.undo({ place: await store.place(), change: change.id });
    needs.changed();
    await fill();
  };
  pick.onDidAccept(() => void undo(pick.selectedItems[0]?.change).catch(needs.report));
  pick.onDidTriggerItemButton(({ item }) => void undo(item.change).catch(needs.report));
  pick.onDidHide(() => pick.dispose());
  pick.show();
  await fill();
}

async function rowsOf({ client }: CommandNeeds, store: FolderStore): Promise<Row[]> {
  const { changes } = await client.journal({ place: await store.place(), limit: 200 });
  if (changes.length === 0) return [{ label: 'Nothing was written yet.' }];
  const now = Date.now();
  return changes.map((change) => {
    const { what, at, undone, final } = change;
    const state = undone ? 'undone' : final ? 'cannot be undone' : '';
    return {
      label: `$(${undone ? 'discard' : final ? 'trash' : 'history'}) ${what}`,
      description: [ago(at, now), state].filter(Boolean).join(' · '),
      change,
      ...(undone || final ? {} : { buttons: [BACK] }),
    };
  });
}
