/** The conversations of the workspace in a list: searched, opened, renamed, exported, deleted for good. */
import * as vscode from 'vscode';
import type { ConversationStore } from './conversation/store.ts';

export interface HistoryNeeds {
  store: ConversationStore;
  /** The one that is shown. */
  current(): string;
  open(id: string): Promise<void>;
  /** It has another title. */
  renamed(): void;
  /** It is deleted: shows another where it was shown, and forgets its pages. */
  removed(id: string): Promise<void>;
}

/** What deleting a conversation does, told before it is done. */
export const DELETED =
  'Its text is overwritten on the disk, and with it all computed pages of this workspace, which may hold parts of it: they are computed again when they are needed. The index of the project stays. There is no way back.';

interface Row extends vscode.QuickPickItem {
  id: string;
}

const RENAME: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('edit'), tooltip: 'Rename' };
const EXPORT: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('save-as'), tooltip: 'Export as Markdown' };
const REMOVE: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('trash'), tooltip: 'Delete for good' };

export async function showHistory(needs: HistoryNeeds): Promise<void> {
  const pick = vscode.window.createQuickPick<Row>();
  pick.title = 'Quire: Conversations of This Workspace';
  pick.placeholder = 'Search in titles, questions and answers. They are kept on this machine only.';
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  let search = new AbortController();
  const fill = async (): Promise<void> => {
    search.abort();
    search = new AbortController();
    const { signal } = search;
    pick.busy = true;
    const query = pick.value.trim();
    const rows = query === '' ? await listed(needs) : await found(needs, query, signal);
    if (signal.aborted) return;
    pick.items = rows;
    pick.busy = false;
  };
  pick.onDidChangeValue(() => void fill());
  pick.onDidAccept(async () => {
    const [row] = pick.selectedItems;
    pick.hide();
    if (row) await needs.open(row.id);
  });
  pick.onDidTriggerItemButton(async ({ button, item }) => {
    pick.ignoreFocusOut = true;
    if (button === RENAME) await rename(needs, item);
    else if (button === EXPORT) await exportOne(needs, item);
    else if (await confirmed(item)) {
      await needs.store.remove(item.id);
      await needs.removed(item.id);
    }
    pick.show();
    await fill();
    pick.ignoreFocusOut = false;
  });
  pick.onDidHide(() => {
    if (!pick.ignoreFocusOut) pick.dispose();
  });
  pick.show();
  await fill();
}

async function listed({ store, current }: HistoryNeeds): Promise<Row[]> {
  return (await store.list()).map(({ id, title, changed, messages }) => ({
    id,
    label: id === current() ? `$(comment-discussion) ${title}` : title,
    description: `${when(changed)}, ${messages} ${messages === 1 ? 'message' : 'messages'}`,
    buttons: [RENAME, EXPORT, REMOVE],
  }));
}

async function found({ store }: HistoryNeeds, query: string, signal: AbortSignal): Promise<Row[]> {
  return (await store.search(query, signal)).map(({ id, title, changed, excerpts }) => ({
    id,
    label: title,
    description: when(changed),
    detail: excerpts[0]?.text ?? '',
    alwaysShow: true,
    buttons: [RENAME, EXPORT, REMOVE],
  }));
}

async function rename({ store, renamed }: HistoryNeeds, { id, label }: Row): Promise<void> {
  const title = await vscode.window.showInputBox({
    title: 'Rename Conversation',
    value: label.replace(/^\$\([\w-]+\) /, ''),
    prompt: 'Empty: the first question is its title.',
  });
  if (title === undefined) return;
  await store.rename(id, title);
  renamed();
}

async function exportOne({ store }: HistoryNeeds, { id }: Row): Promise<void> {
  const document = await vscode.workspace.openTextDocument({
    language: 'markdown',
    content: await store.exportMarkdown(id),
  });
  await vscode.window.showTextDocument(document, { preview: false });
}

async function confirmed({ label }: Row): Promise<boolean> {
  const answer = await vscode.window.showWarningMessage(
    `Delete the conversation "${label.replace(/^\$\([\w-]+\) /, '')}" for good?`,
    { modal: true, detail: DELETED },
    'Delete',
  );
  return answer === 'Delete';
}

function when(time: number): string {
  const days = Math.floor((Date.now() - time) / 86_400_000);
  if (days === 0) return new Date(time).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  return days < 7 ? `${days} d ago` : new Date(time).toLocaleDateString();
}
