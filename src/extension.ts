/**
 * The door: the editor's start waits for nothing but this. The features are compiled and registered in a turn of their own
 * behind it; a command that is asked for before waits for them.
 */
import type { ExtensionContext } from 'vscode';
import type { QuireApi } from './features.ts';

export async function activate(context: ExtensionContext): Promise<QuireApi> {
  await new Promise(setImmediate);
  const { register } = await import('./features.ts');
  return register(context);
}
