/** What is done to one memory: pinned, accepted, forgotten, edited in a document of its own. */
import * as vscode from 'vscode';
import { type CommandNeeds, sayDone } from './commands.ts';
import { addressOf } from './editDocuments.ts';
import type { ItemRef } from './stores.ts';
import { isEditable } from './tree.ts';
import { memories, oneLine } from './words.ts';

export type Change = 'pin' | 'unpin' | 'accept' | 'edit' | 'forget';

/** @param refs all of one store, at least one. */
export async function changeMemory(needs: CommandNeeds, change: Change, refs: readonly ItemRef[]): Promise<void> {
  const [first] = refs;
  if (!first) return;
  const { client, stores, changed, erased } = needs;
  const store = stores.named(first.store);
  const place = await store.place();
  const { id } = first;
  switch (change) {
    case 'pin':
    case 'unpin':
      for (const one of refs) await client.change({ place, id: one.id, pinned: change === 'pin' });
      return changed();
    case 'accept': {
      const item = await client.change({ place, id, accept: true });
      changed();
      return sayDone(needs, store, `Accepted: ${oneLine(item.title, 60)}. It is a fact now.`, item.change);
    }
    case 'edit': {
      const found = await client.get({ place, id });
      if (!found) throw new Error('This memory is forgotten.');
      if (!isEditable(found.item))
        throw new Error(
          'Only what you asked to be remembered can be edited: this follows the code, or what was said. Forget it, or remember a fact.',
        );
      await vscode.window.showTextDocument(addressOf(first, found.item.title), { preview: false });
      return;
    }
    case 'forget': {
      const title = refs.length === 1 ? (await client.get({ place, id }))?.item.title : undefined;
      const ids = refs.map((one) => one.id);
      const { forgotten, change: done } = await client.forget({ place, ids });
      changed();
      await erased(store, ids);
      const what = title === undefined ? memories(forgotten) : `“${oneLine(title, 50)}”`;
      return sayDone(needs, store, `Forgot ${what}.`, done);
    }
  }
}
