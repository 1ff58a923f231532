/** What `activate` gives to every feature that registers itself. */
import type * as vscode from 'vscode';
import type { EngineClient } from './engine/client/client.ts';
import type { LogEvent, ModelInfo, ModelRole } from './engine/protocol/index.ts';

export interface Host {
  context: vscode.ExtensionContext;
  engine: EngineClient;
  models: HostModels;
  /** Everything that ends with the extension. */
  subscriptions: vscode.Disposable[];
  /** Writes to the output channel; never the user's code. */
  log(event: LogEvent): void;
  /** Tells the user once what went wrong, in words, with what helps. */
  report(error: unknown): void;
  /** All is well again, or the user changed something: what goes wrong next is told again. */
  clearReports(): void;
}

/** A model for each role, as the settings name them. */
export interface HostModels {
  /** The open model; undefined while there is none. */
  info(role: ModelRole): ModelInfo | undefined;
  /** Why there is none; undefined where nobody has asked for it yet, it is being opened, or is open. */
  error(role: ModelRole): unknown;
  /**
   * The model, which is opened where nobody has asked for it yet.
   * @throws Error in words for the user: none is chosen, it cannot fill the role, there is no memory, ….
   */
  ready(role: ModelRole): Promise<ModelInfo>;
  /** The model of a role is another one now, or there is none any more. */
  onDidChange(listener: (role: ModelRole) => void): vscode.Disposable;
  /** Models that are worth downloading for a role, smallest first. */
  offers(role: ModelRole): ModelOffer[];
  /**
   * Downloads an offered model once the user has agreed, and uses it for the role.
   * @returns false where the user did not want it, or stopped it.
   */
  download(role: ModelRole, id: string, options: DownloadOptions): Promise<boolean>;
}

export interface ModelOffer {
  id: string;
  title: string;
  /** For whom it is. */
  why: string;
  /** Size, memory and licence, in words. */
  facts: string;
  /** The largest that this machine runs at a pace to read along. */
  best: boolean;
}

export interface DownloadOptions {
  signal: AbortSignal;
  /** @param share 0 to 1. @param words how much has come, how fast, and how long it will take. */
  onProgress(share: number, words: string): void;
}
