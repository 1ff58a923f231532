/** `Memory Audit`: how true, fresh and clean what is remembered is. */
import * as vscode from 'vscode';
import { auditDocument } from './audit.ts';
import type { CommandNeeds } from './commands.ts';
import { moment } from './words.ts';

export async function auditMemory(needs: CommandNeeds): Promise<void> {
  const store = await needs.chooseStore();
  if (!store) return;
  const place = await store.place();
  const audit = await vscode.window.withProgress({ location: { viewId: 'quire.memory' }, title: 'Audit' }, () =>
    needs.client.audit({ place }),
  );
  if (!audit) return;
  const content = auditDocument(store.name, audit, await needs.client.status({ place }), moment(Date.now()));
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'markdown', content }));
}
