/** `Export Memory…` and `Import Memory…`: Markdown to be read, JSON with everything. */
import * as vscode from 'vscode';
import { type CommandNeeds, sayDone } from './commands.ts';
import { grouped, memories } from './words.ts';

/** @param given where to, where it was not asked for. */
export async function exportMemory(needs: CommandNeeds, given?: unknown): Promise<void> {
  const store = await needs.chooseStore();
  if (!store) return;
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.toString() === store.key)?.uri;
  const target =
    given instanceof vscode.Uri
      ? given
      : await vscode.window.showSaveDialog({
          title: `Export the memory of ${store.name}`,
          filters: { 'JSON, with everything': ['json'], 'Markdown, to be read': ['md'] },
          ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, '..', `${store.name}-memory.json`) } : {}),
        });
  if (!target) return;
  const format = /\.(?:md|markdown)$/i.test(target.path) ? 'markdown' : 'json';
  const { text } = await needs.client.export({ place: await store.place(), format });
  await vscode.workspace.fs.writeFile(target, Buffer.from(text));
  const open = 'Open';
  void needs
    .say(`The memory of ${store.name} is written to ${vscode.workspace.asRelativePath(target)}.`, open)
    .then((pressed) => (pressed === open ? vscode.window.showTextDocument(target) : undefined), needs.report);
}

/** @param given from where, where it was not asked for; what is there stays then. */
export async function importMemory(needs: CommandNeeds, given?: unknown): Promise<void> {
  const store = await needs.chooseStore();
  if (!store) return;
  const [source] =
    given instanceof vscode.Uri
      ? [given]
      : ((await vscode.window.showOpenDialog({
          title: `Import into the memory of ${store.name}`,
          filters: { 'Exported memory': ['json', 'md'] },
          canSelectMany: false,
        })) ?? []);
  if (!source) return;
  const mode = given instanceof vscode.Uri ? 'merge' : await chooseMode();
  if (!mode) return;
  const text = Buffer.from(await vscode.workspace.fs.readFile(source)).toString('utf8');
  const { added, same, refused, change } = await needs.client.import({ place: await store.place(), text, mode });
  needs.changed();
  const parts = [`Added ${memories(added)}.`];
  if (same > 0) parts.push(`${grouped(same)} were there already.`);
  if (refused.length > 0) parts.push(`${grouped(refused.length)} were refused: ${refused.slice(0, 3).join('; ')}.`);
  sayDone(needs, store, parts.join(' '), change);
}

async function chooseMode(): Promise<'merge' | 'replace' | undefined> {
  const rows = [
    { label: 'Add', detail: 'What is there stays; what is the same is one memory.', mode: 'merge' as const },
    { label: 'Replace', detail: 'What is there is forgotten first. It can be undone.', mode: 'replace' as const },
  ];
  const chosen = await vscode.window.showQuickPick(rows, { title: 'Quire: Import Memory' });
  return chosen?.mode;
}
