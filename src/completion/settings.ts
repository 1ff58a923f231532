/** The settings of completion, read once and again after a change: every key asks for several. */
import * as vscode from 'vscode';
import { MAX_TOKENS } from './completer.ts';
import type { Eagerness } from './eagerness.ts';
import type { Lines } from './request.ts';

export interface CompletionSettings {
  lines: Lines;
  maxTokens: number;
  /** Milliseconds; null: learned. */
  debounceMs: number | null;
  /** How sure a suggestion has to be before it is shown. */
  eagerness: Eagerness;
  /** The project's code has a say. */
  usesProjectCode: boolean;
  enabled: boolean;
}

export class SettingsCache {
  readonly #isEnabled: (document: vscode.TextDocument) => boolean;
  /** By folder and language: settings may differ between them. */
  readonly #known = new Map<string, CompletionSettings>();

  /** @param isEnabled suggestions are wanted in a document. */
  constructor(isEnabled: (document: vscode.TextDocument) => boolean) {
    this.#isEnabled = isEnabled;
  }

  of(document: vscode.TextDocument): CompletionSettings {
    const folder = vscode.workspace.getWorkspaceFolder(document.uri)?.uri.toString() ?? '';
    const key = `${document.languageId}\n${folder}`;
    const known = this.#known.get(key) ?? this.#read(document);
    this.#known.set(key, known);
    return known;
  }

  forget(): void {
    this.#known.clear();
  }

  #read(document: vscode.TextDocument): CompletionSettings {
    const settings = vscode.workspace.getConfiguration('quire', document);
    return {
      lines: settings.get<Lines>('completion.lines', 'auto'),
      maxTokens: settings.get<number | null>('completion.maxTokens', null) ?? MAX_TOKENS.many,
      debounceMs: settings.get<number | null>('completion.debounceMs', null),
      eagerness: settings.get<Eagerness>('completion.eagerness', 'balanced'),
      usesProjectCode: settings.get('completion.useProjectCode', true),
      enabled: this.#isEnabled(document),
    };
  }
}
