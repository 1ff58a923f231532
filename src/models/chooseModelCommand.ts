/** `Quire: Choose Model…`: for a role, what is used by default, a file of the user's, a downloaded one, or one to download. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { ModelRole } from '../engine/protocol/index.ts';
import { SMALLEST_MODEL } from './bundled.ts';
import { type Choice, modelChoices, roleChoices } from './choices.ts';
import type { Downloader } from './download.ts';
import { downloadAsAgreed } from './downloadDialog.ts';
import { type ModelReader, unfitFiles, whyFileUnfit } from './fitness.ts';
import type { ModelLibrary } from './library.ts';
import { pick } from './picker.ts';
import type { RecentModels } from './recentModels.ts';
import { ROLE_WORDS, ROLES } from './roles.ts';
import type { Selection } from './selection.ts';
import { useModel } from './settings.ts';

export interface ChooseModelServices {
  engine: Downloader & ModelReader;
  library: ModelLibrary;
  recent: RecentModels;
  /** The selection in force. */
  current(role: ModelRole): Selection;
  /** Takes an error that the user must hear of. */
  report(error: unknown): void;
}

type FileChoice = Extract<Choice, { kind: 'file' }>;

const REMOVE: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('trash'), tooltip: 'Delete the file' };
const FORGET: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('close'), tooltip: 'Remove from the list' };

/** The file that was browsed for cannot fill the role. */
class UnfitError extends Error {
  readonly kind = 'modelUnfit';
}

export class ChooseModelCommand implements vscode.Disposable {
  readonly #services: ChooseModelServices;
  readonly #commands: vscode.Disposable[];

  constructor(services: ChooseModelServices) {
    this.#services = services;
    this.#commands = [
      // With a role as its argument it asks for the model only.
      vscode.commands.registerCommand('quire.chooseModel', (role?: unknown) =>
        this.#guard(() => this.#choose(ROLES.find((known) => known === role))),
      ),
      vscode.commands.registerCommand('quire.useBundledModel', () => this.#guard(() => useModel('completion', ''))),
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

  async #choose(wanted: ModelRole | undefined): Promise<void> {
    const role = wanted ?? (await this.#pickRole());
    if (role === undefined) return;
    const choice = await this.#pickModel(role);
    switch (choice?.kind) {
      case 'default':
        return useModel(role, '');
      case 'smallest':
        return useModel(role, SMALLEST_MODEL.keyword);
      case 'file':
        return this.#useFile(role, choice.path);
      case 'browse': {
        const path = await askForFile();
        return path === undefined ? undefined : this.#useOwn(role, path);
      }
      case 'download': {
        const { engine, library } = this.#services;
        const path = await downloadAsAgreed(engine, choice.entry, library.folder);
        return path === undefined ? undefined : this.#useFile(role, path);
      }
    }
  }

  #pickRole(): Promise<ModelRole | undefined> {
    return pick({
      title: 'Quire: Choose Model',
      placeholder: 'What for? Models for several roles can be open at once',
      groups: async () => [{ rows: roleChoices(this.#services.current) }],
    });
  }

  #pickModel(role: ModelRole): Promise<Choice | undefined> {
    return pick<Choice>({
      title: `Quire: Choose Model for ${ROLE_WORDS[role].title}`,
      placeholder: 'Everything runs on this machine; only a download uses the network',
      groups: () => this.#groups(role),
      canChoose: (choice) => choice.kind !== 'file' || !choice.unfit,
      buttons: (choice) => (choice.kind === 'file' ? [choice.removable ? REMOVE : FORGET] : []),
      pressed: async (choice) => {
        if (choice.kind === 'file') await this.#remove(choice);
      },
    });
  }

  async #groups(role: ModelRole) {
    const { engine, library, recent, current } = this.#services;
    const facts = { role, current: current(role), downloaded: await library.list(), recent: recent.list() };
    const paths = [...facts.downloaded.map(({ path }) => path), ...facts.recent];
    if (facts.current.kind === 'asCompletion') paths.push(facts.current.spec.path);
    return modelChoices({ ...facts, unfit: await unfitFiles(engine, paths, role) });
  }

  /** A file that was not in the list: nobody has looked yet whether it is fit. */
  async #useOwn(role: ModelRole, path: string): Promise<void> {
    const why = await whyFileUnfit(this.#services.engine, path, role);
    const { title, needs } = ROLE_WORDS[role];
    if (why === undefined) return this.#useFile(role, path);
    throw new UnfitError(`${basename(path)} is not for ${title.toLowerCase()}: ${why}. Choose ${needs}.`);
  }

  async #useFile(role: ModelRole, path: string): Promise<void> {
    await this.#services.recent.add(path);
    await useModel(role, path);
  }

  async #remove({ path, removable }: FileChoice): Promise<void> {
    if (!removable) return this.#services.recent.remove(path);
    const answer = await vscode.window.showWarningMessage(
      `Delete ${basename(path)} from this machine?`,
      { modal: true },
      'Delete',
    );
    if (answer !== 'Delete') return;
    await this.#services.library.remove(path);
    await this.#services.recent.remove(path);
    for (const role of ROLES) {
      const selection = this.#services.current(role);
      if (selection.kind === 'file' && selection.spec.path === path) await useModel(role, '');
    }
  }
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
