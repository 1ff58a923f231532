/** The page of one memory, or of what was used: what it shows, and what a person does in it. */
import type * as vscode from 'vscode';
import type { MemoryClient } from './client.ts';
import { type Chosen, shownMemory } from './details.ts';
import { DetailsPanel } from './detailsPanel.ts';
import { type ItemRef, isItemRef, type Stores } from './stores.ts';
import { shownUse, type Use } from './use.ts';
import type { DetailsAsked } from './view/protocol.ts';
import { oneLine } from './words.ts';

export interface PagesNeeds {
  extensionUri: vscode.Uri;
  client: MemoryClient;
  stores: Stores;
  /** Does what a command does, with the item; what goes wrong is reported by it. */
  run(command: 'pin' | 'unpin' | 'accept' | 'edit' | 'forget', ref: ItemRef): PromiseLike<unknown>;
  /** Opens a place of a folder's file. @throws Error in words. */
  openPlace(store: string, path: string, lines: [number, number] | null): Promise<void>;
  report(error: unknown): void;
}

type Shown = { ref: ItemRef; chosen?: Chosen } | { use: Use };

export class Pages implements vscode.Disposable {
  readonly #needs: PagesNeeds;
  readonly #panel: DetailsPanel;
  #shown: Shown | undefined;

  constructor(needs: PagesNeeds) {
    this.#needs = needs;
    this.#panel = new DetailsPanel({
      extensionUri: needs.extensionUri,
      handle: (asked) => void this.#handle(asked).catch((error) => needs.report(error)),
      closed: () => {
        this.#shown = undefined;
      },
    });
  }

  /** What is shown now. */
  get now(): DetailsPanel['shown'] {
    return this.#panel.shown;
  }

  /** The page of one memory. */
  async open(ref: ItemRef, chosen?: Chosen, focus = true): Promise<void> {
    this.#shown = chosen ? { ref, chosen } : { ref };
    await this.#draw(focus);
  }

  /** The page of what was used. */
  async openUse(use: Use): Promise<void> {
    this.#shown = { use };
    await this.#draw(true);
  }

  /** Something in a store is another now. */
  changed(): void {
    if (this.#panel.isOpen) void this.#draw(undefined).catch((error) => this.#needs.report(error));
  }

  dispose(): void {
    this.#panel.dispose();
  }

  /** @param focus undefined: it is open, and stays as it is. */
  async #draw(focus: boolean | undefined): Promise<void> {
    const shown = this.#shown;
    if (!shown) return;
    const { client, stores } = this.#needs;
    const key = 'use' in shown ? shown.use.store : shown.ref.store;
    const place = await stores.named(key).place();
    const titles = async (ids: readonly number[]) => {
      const found = await Promise.all(ids.map((id) => client.get({ place, id })));
      return new Map(found.flatMap((one) => (one ? [[one.item.id, one.item.title] as const] : [])));
    };
    const say = (message: Parameters<DetailsPanel['update']>[0], title: string): void => {
      // Another one was opened meanwhile.
      if (this.#shown !== shown) return;
      if (focus === undefined) this.#panel.update(message);
      else this.#panel.show(message, title, focus);
    };
    if ('use' in shown) {
      const there = await titles(shown.use.used.map(({ id }) => id));
      return say({ type: 'use', use: shownUse(shown.use, new Set(there.keys())) }, 'Used Memories');
    }
    const found = await client.get({ place, id: shown.ref.id });
    if (!found) return say({ type: 'none', words: 'This memory is forgotten.' }, 'Memory');
    const { item } = found;
    const names = await titles([...item.recalled, ...(item.supersededBy === null ? [] : [item.supersededBy])]);
    const memory = shownMemory(found, (id) => names.get(id), Date.now(), shown.chosen);
    say({ type: 'memory', memory }, oneLine(item.title, 30));
  }

  async #handle(asked: DetailsAsked): Promise<void> {
    const shown = this.#shown;
    if (!shown) return;
    const store = 'use' in shown ? shown.use.store : shown.ref.store;
    const ref = 'id' in asked ? { store, id: Number(asked.id) } : undefined;
    if (ref && !isItemRef(ref)) return;
    switch (asked.type) {
      case 'pin':
        await this.#needs.run(asked.pinned === true ? 'pin' : 'unpin', ref!);
        return;
      case 'accept':
      case 'edit':
      case 'forget':
        await this.#needs.run(asked.type, ref!);
        return;
      case 'open': {
        const used = 'use' in shown ? shown.use.used.find(({ id }) => id === ref!.id) : undefined;
        return this.open(ref!, used && !used.flash ? used : undefined);
      }
      case 'without':
        if ('use' in shown) shown.use.without?.(ref!.id);
        return;
      case 'file':
      case 'source':
        if ('ref' in shown) return this.#openSource(shown.ref, asked);
    }
  }

  /** What the page names is looked up anew: it is a stranger's. */
  async #openSource(ref: ItemRef, asked: Extract<DetailsAsked, { type: 'file' | 'source' }>): Promise<void> {
    const { client, stores, openPlace } = this.#needs;
    const found = await client.get({ place: await stores.named(ref.store).place(), id: ref.id });
    if (!found) return;
    if (asked.type === 'file') {
      if (found.item.path !== null) await openPlace(ref.store, found.item.path, null);
      return;
    }
    const anchor = found.sentences[Number(asked.sentence)]?.anchors[Number(asked.anchor)];
    if (anchor) await openPlace(ref.store, anchor.path, anchor.lines);
  }
}
