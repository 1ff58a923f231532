/** The last command of a terminal and what it wrote, told by the shell integration; in memory only, and only its end. */
import * as vscode from 'vscode';
import { attachmentOf } from './attachment.ts';
import type { Resolved } from './sources.ts';
import { commandText, lastOf, MOST_KEPT, plainText, type RanCommand } from './terminalText.ts';

interface Ran extends RanCommand {
  /** All of what it wrote has come. */
  heard?: Promise<void>;
}

/** What the value of a mention says, to take what is selected in the terminal. */
export const TERMINAL_SELECTION = 'selection';

export class EditorTerminal implements vscode.Disposable {
  /** Terminals that are gone take what they wrote with them. */
  readonly #last = new Map<vscode.Terminal, Ran>();
  readonly #running = new WeakMap<vscode.TerminalShellExecution, Ran>();
  readonly #subscriptions: vscode.Disposable[];

  constructor() {
    this.#subscriptions = [
      vscode.window.onDidStartTerminalShellExecution(({ terminal, execution }) => {
        const ran: Ran = { command: execution.commandLine.value, raw: '', ended: false };
        this.#running.set(execution, ran);
        this.#last.delete(terminal);
        this.#last.set(terminal, ran);
        ran.heard = this.#listen(execution, ran);
      }),
      vscode.window.onDidEndTerminalShellExecution(({ execution, exitCode }) => {
        const ran = this.#running.get(execution);
        if (ran === undefined) return;
        ran.ended = true;
        if (exitCode !== undefined) ran.exitCode = exitCode;
      }),
      vscode.window.onDidCloseTerminal((terminal) => this.#last.delete(terminal)),
    ];
  }

  dispose(): void {
    for (const one of this.#subscriptions) one.dispose();
    this.#last.clear();
  }

  async resolve(value: string): Promise<Resolved> {
    return value === TERMINAL_SELECTION ? selected() : this.#lastCommand();
  }

  /** Of the terminal that is shown, else of the one that ran something last. */
  async #lastCommand(): Promise<Resolved> {
    const shown = vscode.window.activeTerminal;
    const ran = (shown && this.#last.get(shown)) ?? [...this.#last.values()].at(-1);
    if (ran === undefined) {
      return {
        refused:
          'No command is known that ran in a terminal. Run one now, in a shell with integration; or select its output and attach @terminal:selection.',
      };
    }
    // That it ended is told before its last words.
    if (ran.ended) await ran.heard;
    return attached(commandText(ran), ran.command.split('\n')[0]!.slice(0, 40));
  }

  async #listen(execution: vscode.TerminalShellExecution, ran: Ran): Promise<void> {
    for await (const piece of execution.read()) {
      ran.raw += piece;
      if (ran.raw.length > 2 * MOST_KEPT) ran.raw = ran.raw.slice(-MOST_KEPT);
    }
  }
}

/** The editor tells extensions of it by the clipboard only, whose text comes back afterwards. */
async function selected(): Promise<Resolved> {
  const before = await vscode.env.clipboard.readText();
  await vscode.env.clipboard.writeText('');
  await vscode.commands.executeCommand('workbench.action.terminal.copySelection');
  const text = plainText(await vscode.env.clipboard.readText());
  await vscode.env.clipboard.writeText(before);
  if (text === '') return { refused: 'Nothing is selected in the terminal.' };
  return attached(lastOf(text), 'selection');
}

function attached({ text, ...cut }: { text: string; cut?: string }, label: string): Resolved {
  return { attachment: attachmentOf('terminal', `terminal: ${label}`, text, cut) };
}
