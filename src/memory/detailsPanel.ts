/** The page of details as VS Code has it: one panel, beside the editor, that shows what it is told. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { pageHtml } from '../webview/page.ts';
import type { DetailsAsked, DetailsMessage } from './view/protocol.ts';

export interface DetailsNeeds {
  extensionUri: vscode.Uri;
  /** What the person does. */
  handle(asked: DetailsAsked): void;
  /** The person closed it. */
  closed(): void;
}

export class DetailsPanel implements vscode.Disposable {
  static readonly viewType = 'quire.memory.details';
  readonly #needs: DetailsNeeds;
  #panel: vscode.WebviewPanel | undefined;
  #last: DetailsMessage | undefined;

  constructor(needs: DetailsNeeds) {
    this.#needs = needs;
  }

  get isOpen(): boolean {
    return this.#panel !== undefined;
  }

  /** What it shows; undefined while it is closed. */
  get shown(): DetailsMessage | undefined {
    return this.#panel && this.#last;
  }

  /** Opens it, where it is not. @param focus puts the keys into it. */
  show(message: DetailsMessage, title: string, focus = true): void {
    this.#last = message;
    const panel = this.#panel ?? this.#open();
    panel.title = title;
    if (focus || !panel.visible) panel.reveal(undefined, !focus);
    void panel.webview.postMessage(message);
  }

  /** Draws it anew, where it is open. */
  update(message: DetailsMessage): void {
    this.#last = message;
    void this.#panel?.webview.postMessage(message);
  }

  dispose(): void {
    this.#panel?.dispose();
  }

  #open(): vscode.WebviewPanel {
    const root = vscode.Uri.joinPath(this.#needs.extensionUri, 'dist', 'webview');
    const panel = vscode.window.createWebviewPanel(
      DetailsPanel.viewType,
      'Memory',
      { viewColumn: vscode.ViewColumn.Active, preserveFocus: true },
      { enableScripts: true, localResourceRoots: [root], enableCommandUris: false, enableForms: false },
    );
    this.#panel = panel;
    const { webview } = panel;
    panel.iconPath = new vscode.ThemeIcon('library');
    webview.onDidReceiveMessage((asked: DetailsAsked) => {
      if (asked?.type === 'ready') {
        if (this.#last) void webview.postMessage(this.#last);
      } else this.#needs.handle(asked);
    });
    panel.onDidDispose(() => {
      this.#panel = undefined;
      this.#needs.closed();
    });
    const uriOf = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
    webview.html = pageHtml({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('hex'),
      scriptUri: uriOf('memory.js'),
      styleUri: uriOf('memory.css'),
      title: 'Memory',
      element: 'quire-memory',
    });
    return panel;
  }
}
