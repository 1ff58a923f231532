/** Runs commands of a model in a terminal that the person sees, and hears what they write by the shell integration. */
import * as vscode from 'vscode';
import { lastLines, MOST_KEPT, plainText } from './context/terminalText.ts';
import { commandRefusal } from './tools/command.ts';
import type { ToolRun } from './tools/loop.ts';

/** A shell that has not said by then that it is integrated is not going to. */
const INTEGRATES_MS = 10_000;
/** A command that nothing was heard of by then was lost on its way to the shell. */
const BEGINS_MS = 15_000;
const INTERRUPT = '\x03';
/**
 * A shell that is not yet listening throws the interrupt away, and the command with it, whose end is never told then. So it is
 * sent again, and at last nobody waits any more.
 */
const AGAIN_MS = 1_000;
const MOST_INTERRUPTS = 5;

export class CommandTerminal implements vscode.Disposable {
  #terminal: vscode.Terminal | undefined;
  readonly #closing = vscode.window.onDidCloseTerminal((closed) => {
    if (closed === this.#terminal) this.#terminal = undefined;
  });

  /** Whether the person can be asked about it at all. */
  static canAsk(command: string): boolean {
    return vscode.workspace.isTrusted && commandRefusal(command) === undefined;
  }

  dispose(): void {
    this.#closing.dispose();
    this.#terminal?.dispose();
  }

  /** @param signal interrupts the command. @returns its exit code and the end of what it wrote. */
  async run(command: string, signal: AbortSignal, say: (words: string) => void): Promise<ToolRun> {
    if (!vscode.workspace.isTrusted)
      return { ok: false, text: 'The workspace is not trusted: nothing is run in it.', words: 'refused' };
    this.#terminal ??= vscode.window.createTerminal({ name: 'Quire', iconPath: new vscode.ThemeIcon('comment') });
    const terminal = this.#terminal;
    terminal.show(true);
    say('The terminal is being opened');
    const shell = await integrated(terminal, signal);
    if (signal.aborted) return { ok: false, text: 'Stopped.', words: 'stopped' };
    if (!shell) {
      const why = "the terminal's shell has no integration with the editor, so nobody hears what a command writes";
      return { ok: false, text: `Not run: ${why}.`, words: `not run: ${why}` };
    }
    say('The command runs in the terminal');
    const execution = shell.executeCommand(command);
    const end = ended(execution, terminal);
    const giveUp = givingUp(execution, terminal, signal);
    let raw = '';
    const read = async (): Promise<string> => {
      for await (const piece of execution.read()) {
        giveUp.begun();
        raw += piece;
        if (raw.length > 2 * MOST_KEPT) raw = raw.slice(-MOST_KEPT);
      }
      const code = await end.promise;
      return code === undefined ? 'ended' : `exit code ${code}`;
    };
    try {
      const words = await Promise.race([read(), giveUp.promise]);
      const { text, left } = lastLines(plainText(raw));
      const cut = left > 0 ? `[the last lines, without the ${left} before them]\n` : '';
      return { ok: words === 'exit code 0', text: `${cut}${text}\n[${words}]`, words };
    } finally {
      giveUp.dispose();
      end.dispose();
    }
  }
}

/** Interrupts a command once the signal is aborted. Says in words that it did not end for that, or that it never began. */
function givingUp(
  execution: vscode.TerminalShellExecution,
  terminal: vscode.Terminal,
  signal: AbortSignal,
): { promise: Promise<string>; begun(): void; dispose(): void } {
  const { promise, resolve } = Promise.withResolvers<string>();
  const late = setTimeout(() => resolve('the terminal does not say that it began'), BEGINS_MS);
  const begun = (): void => clearTimeout(late);
  const starting = vscode.window.onDidStartTerminalShellExecution((started) => {
    if (started.execution === execution) begun();
  });
  let timer: NodeJS.Timeout | undefined;
  let sent = 0;
  const interrupt = (): void => {
    if (sent === MOST_INTERRUPTS) resolve('stopped, and the terminal does not say that it ended');
    else {
      sent += 1;
      terminal.sendText(INTERRUPT, false);
      timer = setTimeout(interrupt, AGAIN_MS);
    }
  };
  signal.addEventListener('abort', interrupt, { once: true });
  return {
    promise,
    begun,
    dispose() {
      begun();
      starting.dispose();
      clearTimeout(timer);
      signal.removeEventListener('abort', interrupt);
    },
  };
}

/** The terminal's shell once it is integrated; undefined where it never is. */
function integrated(
  terminal: vscode.Terminal,
  signal: AbortSignal,
): Promise<vscode.TerminalShellIntegration | undefined> {
  if (terminal.shellIntegration) return Promise.resolve(terminal.shellIntegration);
  const { promise, resolve } = Promise.withResolvers<vscode.TerminalShellIntegration | undefined>();
  const timer = setTimeout(() => resolve(undefined), INTEGRATES_MS);
  const subscriptions = [
    vscode.window.onDidChangeTerminalShellIntegration(({ terminal: changed, shellIntegration }) => {
      if (changed === terminal) resolve(shellIntegration);
    }),
    vscode.window.onDidCloseTerminal((closed) => {
      if (closed === terminal) resolve(undefined);
    }),
  ];
  signal.addEventListener('abort', () => resolve(undefined), { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    for (const one of subscriptions) one.dispose();
  });
}

/** The exit code; undefined where the shell does not tell it, or the terminal was closed. */
function ended(
  execution: vscode.TerminalShellExecution,
  terminal: vscode.Terminal,
): { promise: Promise<number | undefined>; dispose(): void } {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const subscriptions = [
    vscode.window.onDidEndTerminalShellExecution(({ execution: other, exitCode }) => {
      if (other === execution) resolve(exitCode);
    }),
    vscode.window.onDidCloseTerminal((closed) => {
      if (closed === terminal) resolve(undefined);
    }),
  ];
  return { promise, dispose: () => subscriptions.forEach((one) => void one.dispose()) };
}
