/** The inspector: the tree of what is remembered, and the page of one memory or of what was used. */
import * as vscode from 'vscode';
import type { MemoryItem, MemoryKind, MemoryStatus } from '../engine/protocol/index.ts';
import type { MemoryClient } from './client.ts';
import { type Chosen, shownMemory } from './details.ts';
import { DetailsPanel } from './detailsPanel.ts';
import { type ItemRef, isItemRef, type Stores } from './stores.ts';
import { childrenOf, contextOf, countsInWords, iconOf, lookOf, type MemoryNode, rootsOf, tooltipOf } from './tree.ts';
import { shownUse, type Use } from './use.ts';
import type { DetailsAsked } from './view/protocol.ts';
import { bytesInWords, grouped, KIND_WORDS, oneLine } from './words.ts';

export interface InspectorNeeds {
  extensionUri: vscode.Uri;
  client: MemoryClient;
  stores: Stores;
  /** Does what a command does, with the item; what goes wrong is reported by it. */
  run(command: 'pin' | 'unpin' | 'accept' | 'edit' | 'forget', ref: ItemRef): PromiseLike<unknown>;
  /** Opens a place of a folder's file. @throws Error in words. */
  openPlace(store: string, path: string, lines: [number, number] | null): Promise<void>;
  /** What the view says under its title, of the state of a store: indexing, trouble. */
  message(statuses: readonly MemoryStatus[]): string | undefined;
  report(error: unknown): void;
}

/** Listed at once; what is beyond is found by search. */
const MOST = 2_000;
/** Changes that come together are drawn together. */
const GATHER_MS = 200;

type Shown = { ref: ItemRef; chosen?: Chosen } | { use: Use };

export class Inspector implements vscode.TreeDataProvider<MemoryNode>, vscode.Disposable {
  static readonly viewType = 'quire.memory';
  readonly #needs: InspectorNeeds;
  readonly #view: vscode.TreeView<MemoryNode>;
  readonly #panel: DetailsPanel;
  readonly #changes = new vscode.EventEmitter<MemoryNode | undefined>();
  readonly onDidChangeTreeData = this.#changes.event;
  /** Lists by store and kind, as long as nothing has changed. */
  #lists = new Map<string, Promise<{ items: MemoryItem[]; total: number }>>();
  #statuses = new Map<string, MemoryStatus>();
  #shown: Shown | undefined;
  #gathering: NodeJS.Timeout | undefined;

  constructor(needs: InspectorNeeds) {
    this.#needs = needs;
    this.#panel = new DetailsPanel({
      extensionUri: needs.extensionUri,
      handle: (asked) => void this.#handle(asked).catch((error) => needs.report(error)),
      closed: () => {
        this.#shown = undefined;
      },
    });
    this.#view = vscode.window.createTreeView(Inspector.viewType, { treeDataProvider: this, showCollapseAll: true });
    this.#view.onDidChangeVisibility(({ visible }) => {
      if (visible) this.changed();
    });
  }

  /** What the page shows now. */
  get details(): DetailsPanel['shown'] {
    return this.#panel.shown;
  }

  /** What is chosen in the tree. */
  get selected(): ItemRef | undefined {
    const [node] = this.#view.selection;
    return node?.type === 'item' ? { store: node.store, id: node.item.id } : undefined;
  }

  async show(): Promise<void> {
    await vscode.commands.executeCommand(`${Inspector.viewType}.focus`);
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
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#lists.clear();
      this.#changes.fire(undefined);
      if (this.#panel.isOpen) void this.#draw(undefined).catch((error) => this.#needs.report(error));
    }, GATHER_MS);
  }

  /** The status of a store is known anew. */
  statusIs(key: string, status: MemoryStatus): void {
    this.#statuses.set(key, status);
    this.#describe();
  }

  /** Ids of a tree's nodes. */
  async getChildren(node?: MemoryNode): Promise<MemoryNode[]> {
    try {
      return await this.#children(node);
    } catch (error) {
      this.#view.message = error instanceof Error ? error.message : String(error);
      return [];
    }
  }

  async #children(node?: MemoryNode): Promise<MemoryNode[]> {
    const { stores } = this.#needs;
    if (!node) {
      const all = stores.all();
      for (const key of [...this.#statuses.keys()]) if (!all.some((one) => one.key === key)) this.#statuses.delete(key);
      if (all.length > 1) return all.map(({ key, name }) => ({ type: 'store', store: key, name }));
      const roots = await Promise.all(all.map(({ key }) => this.#roots(key)));
      this.#describe();
      return roots.flat();
    }
    switch (node.type) {
      case 'store':
        return this.#roots(node.store);
      case 'pinned': {
        const { items } = await this.#list(node.store, 'pinned');
        return items.map((item) => ({ type: 'item', store: node.store, item }));
      }
      case 'kind':
      case 'folder': {
        const { items, total } = await this.#list(node.store, node.kind);
        const children = childrenOf(node.store, node.kind, items, node.type === 'folder' ? node.path : '');
        const left = total - items.length;
        return left > 0 && node.type === 'kind' ? [...children, { type: 'more', store: node.store, left }] : children;
      }
      default:
        return [];
    }
  }

  async #roots(key: string): Promise<MemoryNode[]> {
    const { client, stores } = this.#needs;
    const status = await client.status({ place: await stores.named(key).place() });
    this.statusIs(key, status);
    return rootsOf(key, status);
  }

  #list(key: string, what: MemoryKind | 'pinned'): Promise<{ items: MemoryItem[]; total: number }> {
    const name = `${what} ${key}`;
    const known = this.#lists.get(name);
    if (known) return known;
    const { client, stores } = this.#needs;
    const asked = stores
      .named(key)
      .place()
      .then((place) =>
        client.list({ place, limit: MOST, ...(what === 'pinned' ? { pinned: true } : { kinds: [what] }) }),
      );
    this.#lists.set(name, asked);
    asked.catch(() => this.#lists.delete(name));
    return asked;
  }

  getTreeItem(node: MemoryNode): vscode.TreeItem {
    const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
    const made = (
      label: string,
      state: vscode.TreeItemCollapsibleState,
      icon?: string,
      context: string = node.type,
    ) => {
      const item = new vscode.TreeItem(label, state);
      item.contextValue = context;
      if (icon) item.iconPath = new vscode.ThemeIcon(icon);
      return item;
    };
    switch (node.type) {
      case 'store':
        return Object.assign(made(node.name, Expanded, 'root-folder'), { id: node.store });
      case 'pinned': {
        const item = made('Pinned', Expanded, 'pinned');
        return Object.assign(item, { id: `${node.store} pinned`, description: grouped(node.count) });
      }
      case 'kind': {
        const open = node.kind === 'proposal' || node.kind === 'fact';
        const item = made(KIND_WORDS[node.kind].many, open ? Expanded : Collapsed, iconOf(node.kind));
        return Object.assign(item, { id: `${node.store} ${node.kind}`, description: grouped(node.count) });
      }
      case 'folder': {
        const item = made(node.label, Collapsed, 'folder');
        return Object.assign(item, {
          id: `${node.store} ${node.kind} ${node.path}`,
          description: grouped(node.count),
        });
      }
      case 'more': {
        const item = made(`${grouped(node.left)} more: search for them`, None, 'search');
        item.command = { command: 'quire.memory.search', title: 'Search' };
        return item;
      }
      case 'item':
        return itemOf(node.store, node.item, made);
    }
  }

  dispose(): void {
    clearTimeout(this.#gathering);
    this.#view.dispose();
    this.#panel.dispose();
    this.#changes.dispose();
  }

  #describe(): void {
    const statuses = [...this.#statuses.values()];
    this.#view.message = this.#needs.message(statuses) ?? '';
    this.#view.description = statuses
      .map((status) => `${countsInWords(status)}, ${bytesInWords(status.bytes)}`)
      .join(' · ');
    const proposals = statuses.reduce((sum, { items }) => sum + (items.proposal ?? 0), 0);
    this.#view.badge =
      proposals === 0
        ? undefined
        : {
            value: proposals,
            tooltip: proposals === 1 ? '1 proposal to decide on' : `${proposals} proposals to decide on`,
          };
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

function itemOf(
  store: string,
  item: MemoryItem,
  made: (label: string, state: vscode.TreeItemCollapsibleState, icon?: string, context?: string) => vscode.TreeItem,
): vscode.TreeItem {
  const now = Date.now();
  const { label, description, icon, spoken } = lookOf(item, now);
  const row = made(label, vscode.TreeItemCollapsibleState.None, icon, `item ${contextOf(item)}`);
  const tooltip = new vscode.MarkdownString();
  for (const line of tooltipOf(item, now)) tooltip.appendText(line).appendMarkdown('\n\n');
  return Object.assign(row, {
    description,
    tooltip,
    accessibilityInformation: { label: spoken },
    command: { command: 'quire.memory.open', title: 'Open', arguments: [{ store, id: item.id }] },
  });
}
