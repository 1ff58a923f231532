/** The files and folders of the workspace as suggestions: listed once, and anew when some came or went. */
import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { Suggestion } from '../view/protocol.ts';
import { type EditorGate, nameOf } from './editorGate.ts';
import { rank } from './fuzzy.ts';

/** Nobody attaches what is in these, and there may be a hundred thousand of them. */
const NEVER = '**/{node_modules,bower_components,.git,.hg,.svn,__pycache__,.venv}/**';
/** More than this is more than is ranked between two keys. */
const MOST_FILES = 50_000;
/** While files come and go all the time, as in a build, they are listed at most this often, in ms. */
const SETTLES_MS = 1_000;
const MOST_SUGGESTIONS = 50;

interface Listed {
  uri: vscode.Uri;
  name: string;
}

export class EditorFileList implements vscode.Disposable {
  readonly #gate: EditorGate;
  readonly #subscriptions: vscode.Disposable[] = [];
  #files: Promise<Listed[]> | undefined;
  #listedAt = 0;
  #stale = false;

  constructor(gate: EditorGate) {
    this.#gate = gate;
    const watcher = vscode.workspace.createFileSystemWatcher('**/*', false, true, false);
    const stale = () => {
      this.#stale = true;
    };
    this.#subscriptions.push(
      watcher,
      watcher.onDidCreate(stale),
      watcher.onDidDelete(stale),
      vscode.workspace.onDidChangeWorkspaceFolders(stale),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('files.exclude')) stale();
      }),
    );
  }

  dispose(): void {
    for (const one of this.#subscriptions) one.dispose();
  }

  /** Files by name and path, those open in the editor first among equals; none that is private. */
  async files(query: string, signal: AbortSignal): Promise<Suggestion[]> {
    const open = new Set(openFiles().map(String));
    const files = await this.#list(signal);
    const first = files.filter(({ uri }) => open.has(uri.toString()));
    const others = files.filter(({ uri }) => !open.has(uri.toString()));
    const best = rank(query, [...first, ...others], ({ name }) => name).map(({ item }) => item);
    const shown = await this.#allowed(best, signal);
    return shown.map(({ name }) => suggestionOf('file', name));
  }

  /** Folders that hold files, by name and path. */
  async folders(query: string, signal: AbortSignal): Promise<Suggestion[]> {
    const found = new Map<string, Listed>();
    for (const { uri, name } of await this.#list(signal)) {
      let folder = uri;
      for (let above = posix.dirname(name); above !== '.' && !found.has(above); above = posix.dirname(above)) {
        folder = vscode.Uri.joinPath(folder, '..');
        found.set(above, { uri: folder, name: above });
      }
    }
    const shallowFirst = [...found.values()].sort((a, b) => depth(a.name) - depth(b.name));
    const best = rank(query, shallowFirst, ({ name }) => name).map(({ item }) => item);
    return (await this.#allowed(best, signal)).map(({ name }) => suggestionOf('folder', name));
  }

  /** Whether they are private is asked of the best ones only: that takes longer than ranking. */
  async #allowed(best: readonly Listed[], signal: AbortSignal): Promise<Listed[]> {
    const allowed: Listed[] = [];
    for (let at = 0; at < best.length && allowed.length < MOST_SUGGESTIONS; at += MOST_SUGGESTIONS) {
      signal.throwIfAborted();
      const some = best.slice(at, at + MOST_SUGGESTIONS);
      const secret = await Promise.all(some.map(({ uri }) => this.#gate.isPrivate(uri)));
      allowed.push(...some.filter((_, index) => !secret[index]));
    }
    return allowed.slice(0, MOST_SUGGESTIONS);
  }

  async #list(signal: AbortSignal): Promise<Listed[]> {
    if (this.#files === undefined || (this.#stale && performance.now() - this.#listedAt > SETTLES_MS)) {
      this.#stale = false;
      this.#listedAt = performance.now();
      const found = vscode.workspace.findFiles('**/*', NEVER, MOST_FILES);
      this.#files = Promise.resolve(found).then((uris) => uris.map((uri) => ({ uri, name: nameOf(uri) })));
      // A search that failed is not remembered.
      this.#files.catch(() => {
        this.#files = undefined;
      });
    }
    const files = await this.#files;
    signal.throwIfAborted();
    return files;
  }
}

/** Files in tabs, each once, those that are seen first. */
export function openFiles(): vscode.Uri[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const inTabs = tabs
    .map(({ input }) => (input instanceof vscode.TabInputText ? input.uri : undefined))
    .filter((uri) => uri !== undefined);
  const seen = vscode.window.visibleTextEditors.map(({ document }) => document.uri);
  const known = new Set(inTabs.map(String));
  const all = [...seen.filter((uri) => known.has(uri.toString())), ...inTabs];
  return [...new Map(all.map((uri) => [uri.toString(), uri])).values()];
}

function suggestionOf(kind: 'file' | 'folder', name: string): Suggestion {
  const folder = posix.dirname(name);
  return { kind, value: name, label: posix.basename(name), ...(folder === '.' ? {} : { detail: folder }) };
}

const depth = (name: string) => name.split('/').length;
