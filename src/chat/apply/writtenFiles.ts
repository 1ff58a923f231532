/** Files whose lines have different ends. The editor would make them alike when it saves: such a file is written past it. */
import * as vscode from 'vscode';
import { applyEdits, linesOf } from './lines.ts';
import type { planEdit } from './plan.ts';
import type { ApplyOptions, ApplyResult } from './reviewEditor.ts';

export class WrittenFiles {
  readonly #written = new Map<string, { before: string; after: string }>();

  has(target: vscode.Uri): boolean {
    return this.#written.has(target.toString());
  }

  /** Writes a file at once, where the person agrees, and reads it back. @param text what it holds. */
  async write(
    target: vscode.Uri,
    text: string,
    plan: ReturnType<typeof planEdit>,
    { ask }: Pick<ApplyOptions, 'ask'>,
  ): Promise<ApplyResult> {
    const name = vscode.workspace.asRelativePath(target);
    if (plan.kind === 'refused') return { kind: 'refused', words: plan.words };
    if (plan.edits.length === 0) return { kind: 'applied', words: plan.words };
    const why = `${name} has mixed line ends, which the editor would make alike: the file is written at once, and can be undone here.`;
    if (!(await ask(plan.asks ? `${why} ${plan.words}` : `${why} Apply it?`)))
      return { kind: 'refused', words: 'Not applied.' };
    const after = applyEdits(text, plan.edits);
    if ((await readText(target)) !== text)
      return { kind: 'refused', words: `${name} was changed meanwhile: apply it again.` };
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(after));
    if ((await readText(target)) !== after)
      return { kind: 'refused', words: `${name} does not hold what was written: look at it.` };
    this.#written.set(target.toString(), { before: text, after });
    return { kind: 'applied', words: `Applied to ${name}.` };
  }

  /** Writes back what was there, where nobody has changed the file since. */
  async undo(target: vscode.Uri): Promise<{ kind: 'undone' | 'refused'; words: string }> {
    const { before, after } = this.#written.get(target.toString())!;
    const name = vscode.workspace.asRelativePath(target);
    if ((await readText(target)) !== after)
      return { kind: 'refused', words: `${name} was changed since: use its local history.` };
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(before));
    if ((await readText(target)) !== before) return { kind: 'refused', words: `${name} could not be written.` };
    this.#written.delete(target.toString());
    return { kind: 'undone', words: `Undone in ${name}.` };
  }
}

/** The text of a file on disk whose lines have different ends, where the document is no other; else undefined. */
export async function mixedText(document: vscode.TextDocument): Promise<string | undefined> {
  if (document.isDirty || document.isUntitled) return undefined;
  const text = await readText(document.uri);
  if (text === undefined) return undefined;
  const endings = new Set(linesOf(text).map(({ ending }) => ending));
  endings.delete('');
  const isSame = text.replace(/\r\n?/g, '\n').replace(/^\uFEFF/, '') === document.getText().replace(/\r\n?/g, '\n');
  return endings.size > 1 && isSame ? text : undefined;
}

/** A file as UTF-8, with its byte order mark; undefined where it is none, or not there. */
async function readText(uri: vscode.Uri): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return undefined;
  }
}
