/** The output channel "Quire". Never contents of the user's code. */
import * as vscode from 'vscode';
import type { LogEvent } from '../engine/protocol/index.ts';

export class Log implements vscode.Disposable {
  readonly #channel = vscode.window.createOutputChannel('Quire', { log: true });

  /** A line of the engine, or of the extension itself. */
  write({ level, message }: LogEvent): void {
    this.#channel[level](message);
  }

  info(message: string): void {
    this.#channel.info(message);
  }

  warn(message: string): void {
    this.#channel.warn(message);
  }

  error(message: string): void {
    this.#channel.error(message);
  }

  show(): void {
    this.#channel.show(true);
  }

  dispose(): void {
    this.#channel.dispose();
  }
}
