/** `Erase All Memory`: to the last byte, once a person has read what goes. */
import * as vscode from 'vscode';
import type { CommandNeeds } from './commands.ts';
import { bytesInWords, memories } from './words.ts';

/** What erasing does, told before it is done. */
const ERASED =
  'Its database, the log of it, what is held in memory, and the computed pages of prompts that held memories are overwritten and removed from this machine. Your files stay, and so do your conversations, without what was recalled in them. This cannot be undone; Export Memory… makes a copy first.';

/** @param agreed true: the person has agreed elsewhere. */
export async function eraseMemory(needs: CommandNeeds, agreed?: unknown): Promise<void> {
  const store = await needs.chooseStore();
  if (!store) return;
  const place = await store.place();
  const erase = 'Erase';
  const pressed =
    agreed === true
      ? erase
      : await vscode.window.showWarningMessage(
          `Erase all memory of ${store.name}?`,
          { modal: true, detail: ERASED },
          erase,
        );
  if (pressed !== erase) return;
  const { items, bytes, pages } = await needs.client.erase({ place });
  needs.changed();
  await needs.erased(store);
  const also = pages ? ', and the saved pages of prompts' : '';
  void needs.say(`Erased ${memories(items)} of ${store.name}: ${bytesInWords(bytes)} overwritten${also}.`);
}
