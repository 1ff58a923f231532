/** The statistics as VS Code shows them: one panel, made anew each time that it is looked at. */
import * as vscode from 'vscode';
import { statisticsPage } from './page.ts';
import type { StatisticsStore } from './store.ts';

export const SHOW_COMMAND = 'quire.showStatistics';
export const ERASE_COMMAND = 'quire.eraseStatistics';

export class StatisticsPanel implements vscode.Disposable {
  static readonly viewType = 'quire.statistics';
  readonly #store: StatisticsStore;
  readonly #extensionUri: vscode.Uri;
  #panel: vscode.WebviewPanel | undefined;

  constructor(store: StatisticsStore, extensionUri: vscode.Uri) {
    this.#store = store;
    this.#extensionUri = extensionUri;
  }

  /** Opens it, or brings it to the front. */
  async show(): Promise<void> {
    this.#panel ??= this.#open();
    this.#panel.reveal();
    await this.update();
  }

  /** Draws it anew, where it is open. */
  async update(): Promise<void> {
    const panel = this.#panel;
    if (!panel) return;
    const days = await this.#store.read();
    const { webview } = panel;
    const style = vscode.Uri.joinPath(this.#extensionUri, 'media', 'statistics.css');
    webview.html = statisticsPage(days, {
      cspSource: webview.cspSource,
      styleUri: webview.asWebviewUri(style).toString(),
      today: new Date(),
      eraseCommand: ERASE_COMMAND,
    });
  }

  dispose(): void {
    this.#panel?.dispose();
  }

  #open(): vscode.WebviewPanel {
    const panel = vscode.window.createWebviewPanel(
      StatisticsPanel.viewType,
      'Suggestion Statistics',
      vscode.ViewColumn.Active,
      {
        enableScripts: false,
        enableForms: false,
        enableCommandUris: [ERASE_COMMAND],
        localResourceRoots: [vscode.Uri.joinPath(this.#extensionUri, 'media')],
      },
    );
    panel.iconPath = new vscode.ThemeIcon('graph');
    panel.onDidDispose(() => {
      this.#panel = undefined;
    });
    panel.onDidChangeViewState(() => {
      if (panel.visible) void this.update();
    });
    return panel;
  }
}
