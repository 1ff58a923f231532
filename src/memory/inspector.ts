/** The inspector: the tree of what is remembered, with its page beside it. */
import * as vscode from 'vscode';
import type { MemoryItem, MemoryKind, MemoryStatus } from '../engine/protocol/index.ts';
import { Browsing } from './browsing.ts';
import { Pages, type PagesNeeds } from './pages.ts';
import { rowOf } from './rows.ts';
import type { ItemRef } from './stores.ts';
import { childrenOf, countsInWords, type MemoryNode, rootsOf } from './tree.ts';
import { bytesInWords } from './words.ts';

export interface InspectorNeeds extends PagesNeeds {
  /** What the view says under its title, of the state of a store: indexing, trouble. */
  message(statuses: readonly MemoryStatus[]): string | undefined;
}

/** Listed at once, which is all that the engine gives at once; what is beyond is found by search. */
const MOST = 1_000;
/** Changes that come together are drawn together. */
const GATHER_MS = 200;

export class Inspector implements vscode.TreeDataProvider<MemoryNode>, vscode.Disposable {
  static readonly viewType = 'quire.memory';
  readonly #needs: InspectorNeeds;
  readonly #view: vscode.TreeView<MemoryNode>;
  readonly pages: Pages;
  readonly #changes = new vscode.EventEmitter<MemoryNode | undefined>();
  readonly onDidChangeTreeData = this.#changes.event;
  /** Lists by store and kind, as long as nothing has changed. */
  #lists = new Map<string, Promise<{ items: MemoryItem[]; total: number }>>();
  #statuses = new Map<string, MemoryStatus>();
  readonly #browsing = new Browsing();
  #gathering: NodeJS.Timeout | undefined;

  constructor(needs: InspectorNeeds) {
    this.#needs = needs;
    this.pages = new Pages(needs);
    this.#view = vscode.window.createTreeView(Inspector.viewType, { treeDataProvider: this, showCollapseAll: true });
    this.#view.onDidChangeVisibility(({ visible }) => {
      if (visible) this.changed();
    });
    this.#view.onDidExpandElement(({ element }) => this.#browsing.unfolds(element));
    this.#view.onDidCollapseElement(({ element }) => {
      this.#browsing.folds(element);
      this.#catchUp();
    });
  }

  /** What the page shows now. */
  get details(): Pages['now'] {
    return this.pages.now;
  }

  /** What is chosen in the tree. */
  get selected(): ItemRef | undefined {
    const [node] = this.#view.selection;
    return node?.type === 'item' ? { store: node.store, id: node.item.id } : undefined;
  }

  async show(): Promise<void> {
    await vscode.commands.executeCommand(`${Inspector.viewType}.focus`);
  }

  /** Something in a store is another now. */
  changed(): void {
    this.#lists.clear();
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#changes.fire(undefined);
      this.pages.changed();
    }, GATHER_MS);
  }

  /** The engine has other items than before. */
  news(): void {
    if (this.#browsing.news(this.#statuses.values())) this.changed();
  }

  /** The status of a store is known anew. */
  statusIs(key: string, status: MemoryStatus): void {
    this.#statuses.set(key, status);
    this.#describe();
    this.#catchUp();
  }

  #catchUp(): void {
    if (this.#browsing.isDue(this.#statuses.values())) this.changed();
  }

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
    const roots = rootsOf(key, status);
    this.#browsing.shows(key, roots);
    return roots;
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
    return rowOf(node);
  }

  dispose(): void {
    clearTimeout(this.#gathering);
    this.#view.dispose();
    this.pages.dispose();
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
}
