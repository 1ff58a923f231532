/** The prompt files of the workspace, read anew when they change. A workspace that is not trusted has none. */
import * as vscode from 'vscode';
import { type EditorGate, nameOf } from '../context/editorGate.ts';
import { type PromptFile, promptName, readPrompt } from './promptFile.ts';
import { commandNamed } from './slashCommands.ts';

const PLACES = ['.github/prompts/*.prompt.md', '.quire/prompts/*.md'];
/** A folder that comes or goes is told without what is in it. */
const FOLDERS = '**/{.github,.quire,.github/prompts,.quire/prompts}';
const MOST_FILES = 200;

export class EditorPrompts implements vscode.Disposable {
  readonly #gate: EditorGate;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[] = [this.#changed];
  readonly onDidChange = this.#changed.event;
  #prompts: PromptFile[] = [];
  #problems: string[] = [];
  #round = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(gate: EditorGate) {
    this.#gate = gate;
    const soon = () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#read(), 100);
    };
    for (const place of PLACES) {
      const watcher = vscode.workspace.createFileSystemWatcher(`**/${place}`);
      this.#subscriptions.push(
        watcher,
        watcher.onDidChange(soon),
        watcher.onDidCreate(soon),
        watcher.onDidDelete(soon),
      );
    }
    const folders = vscode.workspace.createFileSystemWatcher(FOLDERS, false, true, false);
    this.#subscriptions.push(
      folders,
      folders.onDidCreate(soon),
      folders.onDidDelete(soon),
      vscode.workspace.onDidChangeWorkspaceFolders(soon),
      vscode.workspace.onDidGrantWorkspaceTrust(soon),
    );
    soon();
  }

  dispose(): void {
    this.#round++;
    clearTimeout(this.#timer);
    for (const one of this.#subscriptions) one.dispose();
  }

  /** By name; those of `.quire` go before those of `.github`. */
  get all(): readonly PromptFile[] {
    return this.#prompts;
  }

  /** Files that are there and are no commands, each in words. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  named(name: string): PromptFile | undefined {
    return this.#prompts.find((prompt) => prompt.name === name.toLowerCase());
  }

  async #read(): Promise<void> {
    const round = ++this.#round;
    const prompts = new Map<string, PromptFile>();
    const problems: string[] = [];
    const folders = vscode.workspace.isTrusted ? (vscode.workspace.workspaceFolders ?? []) : [];
    for (const folder of folders) {
      for (const place of PLACES) {
        const pattern = new vscode.RelativePattern(folder, place);
        const files = await vscode.workspace.findFiles(pattern, null, MOST_FILES);
        for (const uri of files.sort((a, b) => (a.path < b.path ? -1 : 1))) {
          const path = uri.path.slice(folder.uri.path.length).replace(/^\/+/, '');
          if (promptName(path) === undefined) continue;
          const found = await this.#readOne(uri, path);
          if (found.refused !== undefined) problems.push(found.refused);
          else if (commandNamed(found.prompt.name))
            problems.push(
              `${path} is not used as a command: /${found.prompt.name} is one of Quire's own. Rename the file.`,
            );
          else prompts.set(found.prompt.name, found.prompt);
        }
      }
    }
    if (round !== this.#round) return;
    this.#prompts = [...prompts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#problems = problems;
    this.#changed.fire();
  }

  /** Its words go to a model: a link that leads elsewhere is refused as everywhere. */
  async #readOne(uri: vscode.Uri, path: string) {
    const place = await this.#gate.inside(nameOf(uri));
    if (place.refused !== undefined) return { refused: place.refused };
    const opened = await this.#gate.open(uri);
    return opened.refused === undefined ? readPrompt(path, opened.document.getText()) : { refused: opened.refused };
  }
}
