/** References of a request as texts, through the gate that all text of files comes through. */
import * as vscode from 'vscode';
import { type EditorGate, nameOf } from '../context/editorGate.ts';
import type { Attachment } from './turns.ts';

/** @returns what a reference comes to; what may not be read is refused in words. */
export function referenceResolver(gate: EditorGate) {
  return async (value: string | vscode.Uri | vscode.Location): Promise<Attachment> => {
    if (typeof value === 'string') return { label: 'Attached', text: value };
    const [uri, range] = value instanceof vscode.Uri ? [value] : [value.uri, value.range];
    const name = nameOf(uri);
    const { document, refused } = await gate.open(uri);
    if (refused !== undefined) return { label: name, refused };
    if (!range) return { label: name, text: document.getText() };
    return { label: `${name}:${range.start.line + 1}-${range.end.line + 1}`, text: document.getText(range) };
  };
}
