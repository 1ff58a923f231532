/** Files of a workspace folder as the sources read them: open ones as they are, others from disk; none that is private. */
import { LRUCache } from 'lru-cache';
import * as vscode from 'vscode';
import { toLf } from '../text.ts';
import type { Definition } from './definitions.ts';
import type { NearName } from './names.ts';
import type { ContextFile } from './piece.ts';

/** Larger files are not read, in bytes. */
const LARGEST = 300_000;
/** What was read counts for so long, in ms: it is asked again and again while one types. */
const FRESH_MS = 30_000;
const KEPT = 100;
/** Places that are looked at of all that a name is defined in. */
const PLACES = 2;

export class EditorFiles {
  readonly #isPrivate: (uri: vscode.Uri) => Promise<boolean>;
  readonly #read = new LRUCache<string, Promise<ContextFile | undefined>>({ max: KEPT, ttl: FRESH_MS });
  readonly #defined = new LRUCache<string, Promise<Definition[]>>({ max: KEPT, ttl: FRESH_MS });

  constructor(isPrivate: (uri: vscode.Uri) => Promise<boolean>) {
    this.#isPrivate = isPrivate;
  }

  /** The first of some paths in a folder that is a file; undefined where none is, or it is private. */
  async first(folder: vscode.WorkspaceFolder, paths: readonly string[]): Promise<ContextFile | undefined> {
    for (const path of paths) {
      const file = await this.#open(vscode.Uri.joinPath(folder.uri, path), folder);
      if (file) return file;
    }
    return undefined;
  }

  /**
   * Where the language's features say that a name of a document is defined, and where what it is of is defined if it is
   * itself defined near the cursor. Slow ones are answered next time.
   * @param from where the text begins that the name was found in, as an offset in the document.
   * @param isNear lines of the document that the prompt has anyway.
   */
  definitionsOf(
    document: vscode.TextDocument,
    folder: vscode.WorkspaceFolder,
    { name, at }: NearName,
    { from, isNear }: { from: number; isNear(line: number): boolean },
  ): Promise<Definition[]> {
    const key = `${document.uri}\n${name}`;
    let known = this.#defined.get(key);
    if (known === undefined) {
      const position = document.positionAt(from + at);
      known = this.#find(document, folder, position, isNear).catch(() => []);
      this.#defined.set(key, known);
    }
    return known;
  }

  forget(): void {
    this.#read.clear();
    this.#defined.clear();
  }

  async #find(
    { uri }: vscode.TextDocument,
    folder: vscode.WorkspaceFolder,
    position: vscode.Position,
    isNear: (line: number) => boolean,
  ): Promise<Definition[]> {
    const elsewhere = (place: Place) => place.uri.toString() !== uri.toString() || !isNear(place.range.start.line);
    let places = (await placesOf('vscode.executeDefinitionProvider', uri, position)).filter(elsewhere);
    if (places.length === 0)
      places = (await placesOf('vscode.executeTypeDefinitionProvider', uri, position)).filter(elsewhere);
    const found = await Promise.all(
      places.slice(0, PLACES).map(async (place): Promise<Definition[]> => {
        const file = await this.#open(place.uri, folder);
        if (file === undefined) return [];
        return [{ file, start: offsetIn(file.text, place.range.start), end: offsetIn(file.text, place.range.end) }];
      }),
    );
    return found.flat();
  }

  /** @returns undefined where it lies outside of the folder, is private, too large, or no text. */
  async #open(uri: vscode.Uri, folder: vscode.WorkspaceFolder): Promise<ContextFile | undefined> {
    if (vscode.workspace.getWorkspaceFolder(uri) !== folder || (await this.#isPrivate(uri))) return undefined;
    const key = uri.toString();
    const path = vscode.workspace.asRelativePath(uri, false);
    const open = vscode.workspace.textDocuments.find((one) => one.uri.toString() === key);
    if (open) return { path, text: toLf(open.getText()), languageId: open.languageId };
    let known = this.#read.get(key);
    if (known === undefined) {
      known = textOf(uri).then((text) => (text === undefined ? undefined : { path, text }));
      this.#read.set(key, known);
    }
    return known;
  }
}

interface Place {
  uri: vscode.Uri;
  range: vscode.Range;
}

async function placesOf(command: string, uri: vscode.Uri, position: vscode.Position): Promise<Place[]> {
  const found = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(command, uri, position);
  return (found ?? []).map((one) =>
    'targetUri' in one ? { uri: one.targetUri, range: one.targetSelectionRange ?? one.targetRange } : one,
  );
}

/** LF. */
async function textOf(uri: vscode.Uri): Promise<string | undefined> {
  try {
    if ((await vscode.workspace.fs.stat(uri)).size > LARGEST) return undefined;
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    return text.includes('\0') ? undefined : toLf(text);
  } catch {
    return undefined;
  }
}

/** @param text LF. */
function offsetIn(text: string, { line, character }: vscode.Position): number {
  let at = 0;
  for (let row = 0; row < line; row++) {
    const next = text.indexOf('\n', at);
    if (next < 0) return text.length;
    at = next + 1;
  }
  return Math.min(text.length, at + character);
}
