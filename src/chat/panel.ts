/** The chat panel as VS Code has it: a webview that shows what the controller tells, and can be made anew at any time. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { chatHtml } from './view/html.ts';
import type { HostMessage, ViewMessage } from './view/protocol.ts';

export interface PanelNeeds {
  extensionUri: vscode.Uri;
  /** What the person does. */
  handle(message: ViewMessage): void;
}

export class ChatPanel implements vscode.WebviewViewProvider {
  static readonly viewType = 'quire.chat';
  readonly #needs: PanelNeeds;
  #view: vscode.WebviewView | undefined;
  /** Told once the view can listen. */
  #waiting: HostMessage[] = [];
  #listening = false;

  constructor(needs: PanelNeeds) {
    this.#needs = needs;
  }

  get visible(): boolean {
    return this.#view?.visible ?? false;
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    this.#listening = false;
    const { webview } = view;
    const root = vscode.Uri.joinPath(this.#needs.extensionUri, 'dist', 'webview');
    webview.options = { enableScripts: true, localResourceRoots: [root], enableCommandUris: false, enableForms: false };
    webview.onDidReceiveMessage((message: ViewMessage) => {
      if (message?.type === 'ready') {
        this.#listening = true;
        this.#needs.handle(message);
        for (const one of this.#waiting.splice(0)) void webview.postMessage(one);
      } else this.#needs.handle(message);
    });
    view.onDidDispose(() => {
      if (this.#view === view) this.#view = undefined;
      this.#listening = false;
    });
    const uriOf = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
    webview.html = chatHtml({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('hex'),
      scriptUri: uriOf('chat.js'),
      styleUri: uriOf('chat.css'),
      title: 'Quire Chat',
    });
  }

  /** What is told while no view listens is not kept: a view that comes asks for all. */
  tell(message: HostMessage): void {
    if (this.#listening) void this.#view?.webview.postMessage(message);
  }

  /** Shows the panel, and puts the cursor into the draft. */
  async show(): Promise<void> {
    await vscode.commands.executeCommand(`${ChatPanel.viewType}.focus`);
    const focus: HostMessage = { type: 'focus', what: 'draft' };
    if (this.#listening) this.tell(focus);
    else this.#waiting.push(focus);
  }
}
