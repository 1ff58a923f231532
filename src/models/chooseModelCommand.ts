/** `Quire: Choose Model…`: the bundled model, a file of the user's, a downloaded one, or one to download. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { type CatalogueEntry, originOf } from './catalogue.ts';
import { type Choice, modelChoices } from './choices.ts';
import { type Downloader, downloadModel } from './download.ts';
import type { ModelLibrary } from './library.ts';
import type { RecentModels, Selection } from './selection.ts';
import { formatBytes } from './units.ts';

export interface ChooseModelServices {
  engine: Downloader;
  library: ModelLibrary;
  recent: RecentModels;
  /** The selection in force, to mark it in the list. */
  current(): Selection;
  /** Takes an error that the user must hear of. */
  report(error: unknown): void;
}

interface Item extends vscode.QuickPickItem {
  choice?: Choice;
}

const REMOVE: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('trash'), tooltip: 'Delete the file' };
const FORGET: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('close'), tooltip: 'Remove from the list' };

export class ChooseModelCommand implements vscode.Disposable {
  readonly #services: ChooseModelServices;
  readonly #commands: vscode.Disposable[];

  constructor(services: ChooseModelServices) {
    this.#services = services;
    this.#commands = [
      vscode.commands.registerCommand('quire.chooseModel', () => this.#guard(() => this.#choose())),
      vscode.commands.registerCommand('quire.useBundledModel', () => this.#guard(() => useModel(''))),
    ];
  }

  dispose(): void {
    for (const command of this.#commands) command.dispose();
  }

  async #guard(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#services.report(error);
    }
  }

  async #choose(): Promise<void> {
    const choice = await this.#pick();
    switch (choice?.kind) {
      case 'bundled':
        return useModel('');
      case 'file':
        return this.#useFile(choice.path);
      case 'browse': {
        const path = await askForFile();
        return path === undefined ? undefined : this.#useFile(path);
      }
      case 'download':
        return this.#download(choice.entry);
    }
  }

  async #pick(): Promise<Choice | undefined> {
    const picker = vscode.window.createQuickPick<Item>();
    picker.title = 'Quire: Choose Model';
    picker.placeholder = 'Everything runs on this machine; only a download uses the network';
    picker.matchOnDetail = true;
    const refresh = async () => {
      picker.items = await this.#items();
    };
    const chosen = new Promise<Choice | undefined>((resolve) => {
      picker.onDidAccept(() => {
        resolve(picker.selectedItems[0]?.choice);
        picker.hide();
      });
      picker.onDidHide(() => resolve(undefined));
      picker.onDidTriggerItemButton(({ item: { choice } }) => {
        if (choice?.kind !== 'file') return;
        this.#guard(async () => {
          picker.ignoreFocusOut = true;
          await this.#remove(choice);
          await refresh();
          picker.ignoreFocusOut = false;
        });
      });
    });
    picker.show();
    picker.busy = true;
    try {
      await refresh();
      picker.busy = false;
      return await chosen;
    } finally {
      picker.dispose();
    }
  }

  async #items(): Promise<Item[]> {
    const selection = this.#services.current();
    const groups = modelChoices({
      current: selection.kind === 'file' ? selection.spec.path : undefined,
      downloaded: await this.#services.library.list(),
      recent: this.#services.recent.list(),
    });
    return groups.flatMap(({ title, rows }): Item[] => [
      { label: title, kind: vscode.QuickPickItemKind.Separator },
      ...rows.map((row) => ({ ...row, buttons: buttonsOf(row.choice) })),
    ]);
  }

  async #useFile(path: string): Promise<void> {
    await this.#services.recent.add(path);
    await useModel(path);
  }

  async #remove({ path, removable }: Extract<Choice, { kind: 'file' }>): Promise<void> {
    if (!removable) return this.#services.recent.remove(path);
    const answer = await vscode.window.showWarningMessage(
      `Delete ${basename(path)} from this machine?`,
      { modal: true },
      'Delete',
    );
    if (answer !== 'Delete') return;
    await this.#services.library.remove(path);
    await this.#services.recent.remove(path);
    const selection = this.#services.current();
    if (selection.kind === 'file' && selection.spec.path === path) await useModel('');
  }

  async #download(entry: CatalogueEntry): Promise<void> {
    if (!(await confirmDownload(entry, this.#services.library.folder))) return;
    const outcome = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: `Quire: ${entry.title}`, cancellable: true },
      (progress, token) => {
        const abort = new AbortController();
        token.onCancellationRequested(() => abort.abort());
        return downloadModel(this.#services.engine, entry, this.#services.library.folder, {
          signal: abort.signal,
          onProgress: (report) => progress.report(report),
        });
      },
    );
    if (outcome.kind === 'done') return this.#useFile(outcome.path);
    vscode.window.showInformationMessage(
      `Quire: the download of ${entry.title} was cancelled. Choose it again to go on where it stopped.`,
    );
  }
}

function buttonsOf(choice: Choice): vscode.QuickInputButton[] {
  if (choice.kind !== 'file') return [];
  return [choice.removable ? REMOVE : FORGET];
}

/** Names what will be fetched, from where, and under which licence, before anything is sent. */
async function confirmDownload(entry: CatalogueEntry, folder: string): Promise<boolean> {
  const { host, repository } = originOf(entry.uri);
  const licence = entry.nonCommercial ? `${entry.licence} (not for commercial use)` : entry.licence;
  const answer = await vscode.window.showInformationMessage(
    `Download ${entry.title}?`,
    {
      modal: true,
      detail: [
        `${formatBytes(entry.sizeBytes)} from ${host}, repository ${repository}.`,
        `Licence: ${licence}. It is kept in ${folder}.`,
        'Your code is not sent anywhere: this fetches one file, and its checksum is verified.',
      ].join('\n\n'),
    },
    'Download',
  );
  return answer === 'Download';
}

async function askForFile(): Promise<string | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: 'Quire: Choose a GGUF Model',
    openLabel: 'Use Model',
    canSelectMany: false,
    filters: { 'GGUF models': ['gguf'] },
  });
  return chosen?.[0]?.fsPath;
}

/**
 * Writes the setting where it is in force: a workspace's value would hide the user's.
 * @param path empty for the bundled model.
 */
async function useModel(path: string): Promise<void> {
  const settings = vscode.workspace.getConfiguration('quire');
  const inWorkspace = settings.inspect('model.path')?.workspaceValue !== undefined;
  if (inWorkspace) await settings.update('model.path', path, vscode.ConfigurationTarget.Workspace);
  else await settings.update('model.path', path === '' ? undefined : path, vscode.ConfigurationTarget.Global);
}
