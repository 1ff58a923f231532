/** The problems of the editor: of the workspace, of a file, or of a part of one. */
import * as vscode from 'vscode';
import { attachmentOf } from './attachment.ts';
import { type EditorGate, nameOf } from './editorGate.ts';
import { MOST_PROBLEMS, type Problem, problemsText } from './problems.ts';
import { refusal } from './refusals.ts';
import type { Resolved } from './sources.ts';

/** @param uri undefined: of the whole workspace. @param within lines that they touch; undefined: all. */
export async function problemsOf(gate: EditorGate, uri?: vscode.Uri, within?: vscode.Range): Promise<Resolved> {
  if (uri && (await gate.isPrivate(uri))) return { refused: refusal.secret(nameOf(uri)) };
  const all: [vscode.Uri, readonly vscode.Diagnostic[]][] = uri
    ? [[uri, vscode.languages.getDiagnostics(uri)]]
    : vscode.languages.getDiagnostics();
  const problems: Problem[] = [];
  for (const [file, diagnostics] of all) {
    const wrong = diagnostics.filter(
      ({ severity, range }) =>
        severity <= vscode.DiagnosticSeverity.Warning && (within === undefined || range.intersection(within)),
    );
    if (wrong.length === 0 || (await gate.isPrivate(file))) continue;
    // Beyond what is shown their lines are not read.
    const document = problems.length < MOST_PROBLEMS ? (await gate.open(file)).document : undefined;
    problems.push(...wrong.map((diagnostic) => problemOf(file, diagnostic, document)));
  }
  if (problems.length === 0) return { refused: `The editor knows no problem${uri ? ` in ${nameOf(uri)}` : ''}.` };
  const { text, left } = problemsText(problems);
  const label = uri ? `problems of ${nameOf(uri)}` : 'problems';
  return {
    attachment: attachmentOf('problems', label, text, {
      ...(uri ? { uri: uri.toString() } : {}),
      ...(left > 0 ? { cut: `the first ${MOST_PROBLEMS}, errors before warnings; ${left} more are left out` } : {}),
    }),
  };
}

function problemOf(uri: vscode.Uri, diagnostic: vscode.Diagnostic, document?: vscode.TextDocument): Problem {
  const { range, severity, message, source = '', code } = diagnostic;
  const number = typeof code === 'object' ? code.value : code;
  const who = number === undefined ? source : `${source}(${number})`;
  const { line } = range.start;
  return {
    name: nameOf(uri),
    line: line + 1,
    severity: severity === vscode.DiagnosticSeverity.Error ? 'error' : 'warning',
    message,
    ...(who === '' ? {} : { source: who }),
    ...(document && line < document.lineCount ? { text: document.lineAt(line).text } : {}),
  };
}
