/** Symbols as the editor's language features know them: by name in the workspace, around the cursor, as an outline. */
import * as vscode from 'vscode';
import type { Suggestion } from '../view/protocol.ts';
import { attachmentOf, labelOf, namesInWords, withComment } from './attachment.ts';
import { type EditorGate, nameOf, placeOf } from './editorGate.ts';
import { rank } from './fuzzy.ts';
import type { Resolved } from './sources.ts';

const MOST_SUGGESTIONS = 30;
/** Kinds that have a body to be talked about. */
const DEFINITIONS = new Set([
  vscode.SymbolKind.Function,
  vscode.SymbolKind.Method,
  vscode.SymbolKind.Constructor,
  vscode.SymbolKind.Class,
  vscode.SymbolKind.Interface,
  vscode.SymbolKind.Enum,
  vscode.SymbolKind.Struct,
]);

interface Named {
  name: string;
  container: string;
  uri: vscode.Uri;
  /** From 0. */
  line: number;
}

/** `src/a.ts#name@12`: what stands for a symbol in {@link Suggestion.value}; the line, from 1, tells namesakes apart. */
const VALUE = /^(.+)#(.+)@(\d+)$/s;

export class EditorSymbols {
  readonly #gate: EditorGate;

  constructor(gate: EditorGate) {
    this.#gate = gate;
  }

  async suggest(query: string, signal: AbortSignal): Promise<Suggestion[]> {
    const found = await this.#named(query);
    signal.throwIfAborted();
    const suggestions: Suggestion[] = [];
    for (const { item } of rank(query, found, ({ name }) => name)) {
      if (suggestions.length === MOST_SUGGESTIONS) break;
      if (await this.#gate.isPrivate(item.uri)) continue;
      const file = nameOf(item.uri);
      suggestions.push({
        kind: 'symbol',
        value: `${file}#${item.name}@${item.line + 1}`,
        label: item.container === '' ? item.name : `${item.container}.${item.name}`,
        detail: labelOf(file, [item.line + 1, item.line + 1]),
      });
    }
    signal.throwIfAborted();
    return suggestions;
  }

  /** @param value of a suggestion, or a name as typed, `increment` or `Counter.increment`. */
  async resolve(value: string, signal: AbortSignal): Promise<Resolved> {
    const [, file, name, line] = VALUE.exec(value) ?? [];
    if (file !== undefined && name !== undefined) return this.#definition(placeOf(file), name, Number(line) - 1);
    const parts = value.split('.');
    const wanted = parts.at(-1)!;
    const named = (await this.#named(wanted)).filter(
      (one) => one.name === wanted && (parts.length === 1 || one.container.split('.').at(-1) === parts.at(-2)),
    );
    signal.throwIfAborted();
    const secret = await Promise.all(named.map(({ uri }) => this.#gate.isPrivate(uri)));
    const open = named.filter((_, index) => !secret[index]);
    const [only] = open;
    if (only === undefined)
      return { refused: `No symbol ${value} was found. Open a file of its language, or attach the file.` };
    if (open.length > 1) {
      const places = open.map((one) => labelOf(nameOf(one.uri), [one.line + 1, one.line + 1]));
      return { refused: `There are several symbols ${value}: ${namesInWords(places)}. Choose one from the list.` };
    }
    return this.#definition(only.uri, wanted, only.line);
  }

  /** The innermost definition around a place; undefined where there is none. */
  async around(document: vscode.TextDocument, at: vscode.Position): Promise<vscode.Range | undefined> {
    const holding = (await symbolsOf(document.uri)).filter(({ range }) => range.contains(at));
    const innermost = holding.filter(({ kind }) => DEFINITIONS.has(kind)).at(-1);
    return (innermost ?? holding[0])?.range;
  }

  /** What a file defines, two levels deep; empty where nobody knows. */
  async outline(uri: vscode.Uri, most: number): Promise<string[]> {
    const symbols = await symbolsOf(uri);
    const kinds = new Set([...DEFINITIONS, vscode.SymbolKind.Constant, vscode.SymbolKind.Variable]);
    const lines = symbols
      .filter(({ kind, depth }) => (depth === 0 ? kinds.has(kind) : depth === 1 && DEFINITIONS.has(kind)))
      .map(({ name, kind, depth }) => `${'  '.repeat(depth)}${vscode.SymbolKind[kind].toLowerCase()} ${name}`);
    return lines.length > most ? [...lines.slice(0, most), `${lines.length - most} more`] : lines;
  }

  async #definition(uri: vscode.Uri, name: string, line: number): Promise<Resolved> {
    const opened = await this.#gate.open(uri);
    if (opened.refused !== undefined) return { refused: opened.refused };
    const { document } = opened;
    const near = (symbol: Flat) => Math.abs(symbol.selection.start.line - line);
    const [symbol] = (await symbolsOf(uri)).filter((one) => one.name === name).sort((a, b) => near(a) - near(b));
    if (symbol === undefined) return { refused: `${nameOf(uri)} has no symbol ${name} any more.` };
    return { attachment: partOf('symbol', document, symbol.range, name) };
  }

  /** In the workspace, and in the open files, which some languages do not tell of in the workspace. */
  async #named(query: string): Promise<Named[]> {
    const everywhere = await vscode.commands.executeCommand<vscode.SymbolInformation[] | undefined>(
      'vscode.executeWorkspaceSymbolProvider',
      query,
    );
    const found = (everywhere ?? []).map(({ name, containerName, location }) => ({
      name: name.replace(/\(.*\)$/s, ''),
      container: containerName,
      uri: location.uri,
      line: location.range.start.line,
    }));
    for (const { document } of vscode.window.visibleTextEditors) {
      for (const { name, container, selection, kind } of await symbolsOf(document.uri)) {
        if (DEFINITIONS.has(kind)) found.push({ name, container, uri: document.uri, line: selection.start.line });
      }
    }
    return [...new Map(found.map((one) => [`${one.uri}#${one.name}@${one.line}`, one])).values()];
  }
}

/** A part of a document as whole lines; a definition with what is written above it. */
export function partOf(
  kind: 'selection' | 'symbol',
  document: vscode.TextDocument,
  range: vscode.Range,
  symbol?: string,
) {
  const all = Array.from({ length: range.start.line + 1 }, (_, line) => document.lineAt(line).text);
  const first = kind === 'symbol' ? withComment(all, range.start.line) : range.start.line;
  // A selection that ends at the beginning of a line has nothing of it.
  const last = Math.max(
    first,
    range.end.character === 0 && range.end.line > first ? range.end.line - 1 : range.end.line,
  );
  const whole = new vscode.Range(first, 0, last, document.lineAt(last).text.length);
  const lines: [number, number] = [first + 1, last + 1];
  const label = labelOf(nameOf(document.uri), lines);
  return attachmentOf(kind, symbol === undefined ? label : `${symbol} in ${label}`, document.getText(whole), {
    uri: document.uri.toString(),
    lines,
    language: document.languageId,
  });
}

interface Flat {
  name: string;
  kind: vscode.SymbolKind;
  container: string;
  depth: number;
  range: vscode.Range;
  selection: vscode.Range;
}

/** All symbols of a file, outer ones before those in them. */
async function symbolsOf(uri: vscode.Uri): Promise<Flat[]> {
  const found = await vscode.commands.executeCommand<(vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined>(
    'vscode.executeDocumentSymbolProvider',
    uri,
  );
  const flat: Flat[] = [];
  const add = (symbol: vscode.DocumentSymbol | vscode.SymbolInformation, container: string, depth: number) => {
    const { name, kind } = symbol;
    const range =
      'location' in symbol && !('range' in symbol) ? symbol.location.range : (symbol as vscode.DocumentSymbol).range;
    const selection = 'selectionRange' in symbol ? symbol.selectionRange : range;
    flat.push({ name, kind, container, depth, range, selection });
    const inside = 'children' in symbol ? symbol.children : [];
    for (const child of inside) add(child, container === '' ? name : `${container}.${name}`, depth + 1);
  };
  for (const symbol of found ?? []) add(symbol, '', 0);
  return flat;
}
