/** What `activate` gives to every feature that registers itself. */
import type * as vscode from 'vscode';
import type { EngineClient } from './engine/client/client.ts';
import type { LogEvent } from './engine/protocol/index.ts';

export interface Host {
  context: vscode.ExtensionContext;
  engine: EngineClient;
  /** Everything that ends with the extension. */
  subscriptions: vscode.Disposable[];
  /** Writes to the output channel; never the user's code. */
  log(event: LogEvent): void;
  /** Tells the user once what went wrong, in words, with what helps. */
  report(error: unknown): void;
  /** All is well again, or the user changed something: what goes wrong next is told again. */
  clearReports(): void;
}
