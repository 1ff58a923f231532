/** The item in the status bar: what Quire is doing, and the menu behind it. */
import * as vscode from 'vscode';
import { offReason } from './enablement.ts';
import { readEnablement, toggleCurrentLanguage, toggleEverywhere } from './enablementSettings.ts';
import { statusMenu } from './menu.ts';
import type { Remedy } from './notices.ts';
import { type EngineCondition, initialState, type MonitorEvent, type MonitorState, reduce, view } from './state.ts';

/** A request that ends sooner is never shown as thinking: no flicker at each key. Milliseconds. */
const THINKING_DELAY_MS = 150;

/** The part of the engine client that the item watches. */
export interface EngineEvents {
  readonly state: EngineCondition;
  onStateChange(listener: (state: EngineCondition) => void): { dispose(): void };
}

export class StatusItem implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('quire.status', vscode.StatusBarAlignment.Right, 100);
  readonly #disposables: { dispose(): void }[];
  #state: MonitorState = initialState;
  #thinkingTimer: NodeJS.Timeout | undefined;

  constructor(engine: EngineEvents) {
    this.#item.name = 'Quire';
    this.#item.command = 'quire.showMenu';
    this.#disposables = [
      this.#item,
      engine.onStateChange((state) => this.dispatch({ type: 'engine', state })),
      vscode.window.onDidChangeActiveTextEditor(() => this.#refreshEnablement()),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('quire')) this.#refreshEnablement();
      }),
      vscode.commands.registerCommand('quire.showMenu', () => this.#showMenu()),
      vscode.commands.registerCommand('quire.openSettings', () => openSettings()),
      vscode.commands.registerCommand('quire.toggle', () => toggleEverywhere()),
      vscode.commands.registerCommand('quire.toggleLanguage', () => toggleCurrentLanguage()),
    ];
    this.dispatch({ type: 'engine', state: engine.state });
    this.#refreshEnablement();
    this.#item.show();
  }

  /** Takes in what happened and shows the result. */
  dispatch(event: MonitorEvent): void {
    this.#state = reduce(this.#state, event);
    this.#watchForThinking();
    const { kind, text, label, details, remedies } = view(this.#state);
    this.#item.text = text;
    this.#item.accessibilityInformation = { label, role: 'button' };
    this.#item.tooltip = tooltip(details, remedies);
    this.#item.backgroundColor =
      kind === 'error' ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
  }

  dispose(): void {
    clearTimeout(this.#thinkingTimer);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #watchForThinking(): void {
    if (this.#state.running === 0) {
      clearTimeout(this.#thinkingTimer);
      this.#thinkingTimer = undefined;
      return;
    }
    this.#thinkingTimer ??= setTimeout(() => this.dispatch({ type: 'waitNoticed' }), THINKING_DELAY_MS);
  }

  #refreshEnablement(): void {
    const document = vscode.window.activeTextEditor?.document;
    this.dispatch({ type: 'enablement', off: offReason(readEnablement(document), document?.languageId) });
  }

  async #showMenu(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    const settings = readEnablement(document);
    const entries = statusMenu({
      view: view(this.#state),
      everywhere: settings.everywhere,
      language: document && {
        id: document.languageId,
        off: offReason(settings, document.languageId) !== undefined,
      },
      modelName: this.#state.model?.name,
    });
    const [title] = view(this.#state).details;
    const chosen = await vscode.window.showQuickPick(entries, { title: 'Quire', placeHolder: title ?? 'Quire' });
    if (chosen !== undefined) await vscode.commands.executeCommand(chosen.command);
  }
}

async function openSettings(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openSettings', '@ext:quire.quire');
}

function tooltip(details: readonly string[], remedies: readonly Remedy[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.isTrusted = { enabledCommands: remedies.map(({ command }) => command) };
  text.appendMarkdown('**Quire**\n\n');
  for (const line of details) text.appendMarkdown(`${plain(line)}\n\n`);
  text.appendMarkdown(remedies.map(({ title, command }) => `[${plain(title)}](command:${command})`).join(' · '));
  return text;
}

/** Text as Markdown that shows it as it is. Unlike `appendText` it leaves spaces at which a long line can be wrapped. */
const plain = (text: string): string => text.replace(/[\\`*_{}[\]()<>#+\-.!~|&]/g, '\\$&');
