/** `Quire: Show Status`: the engine's own account of itself, as a read-only page. */
import * as vscode from 'vscode';
import type { EngineStatus } from '../engine/protocol/index.ts';
import { renderStatus, type StatusFacts } from './statusText.ts';

const SCHEME = 'quire-status';
const PAGE = vscode.Uri.from({ scheme: SCHEME, path: 'Quire Status' });

/** The part of the engine client that reports. */
export interface StatusSource {
  status(): Promise<EngineStatus>;
}

export class StatusDocument implements vscode.Disposable, vscode.TextDocumentContentProvider {
  readonly #engine: StatusSource;
  readonly #version: string;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #disposables: vscode.Disposable[];
  readonly onDidChange = this.#changed.event;

  /** @param version of the extension. */
  constructor(engine: StatusSource, version: string) {
    this.#engine = engine;
    this.#version = version;
    this.#disposables = [
      this.#changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.commands.registerCommand('quire.showStatus', () => this.#show()),
    ];
  }

  async provideTextDocumentContent(): Promise<string> {
    const engine: StatusFacts['engine'] = await this.#engine.status().catch((error: unknown) => ({
      error: error instanceof Error ? error.message : String(error),
    }));
    return renderStatus({ engine, version: this.#version });
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #show(): Promise<void> {
    this.#changed.fire(PAGE);
    const document = await vscode.workspace.openTextDocument(PAGE);
    await vscode.window.showTextDocument(document, { preview: true });
  }
}
