/** Shows notices as VS Code messages with buttons, and in the output channel. */
import * as vscode from 'vscode';
import type { LogEvent } from '../engine/protocol/index.ts';
import { ACTIONS, type Action, type NoticeSink } from './notices.ts';

export class NoticePresenter implements NoticeSink {
  readonly #log: { write(event: LogEvent): void };

  constructor(log: { write(event: LogEvent): void }) {
    this.#log = log;
  }

  popup(message: string, actions: readonly Action[]): void {
    const buttons = actions.map((action) => ({ title: ACTIONS[action].title, action }));
    vscode.window.showErrorMessage(`Quire: ${message}`, ...buttons).then((chosen) => {
      if (chosen !== undefined) vscode.commands.executeCommand(ACTIONS[chosen.action].command);
    });
  }

  log(message: string): void {
    this.#log.write({ level: 'error', message });
  }
}
