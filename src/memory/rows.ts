/** Rows of the tree, as VS Code has them. */
import * as vscode from 'vscode';
import type { MemoryItem } from '../engine/protocol/index.ts';
import { contextOf, iconOf, lookOf, type MemoryNode, tooltipOf } from './tree.ts';
import { grouped, KIND_WORDS } from './words.ts';

export function rowOf(node: MemoryNode): vscode.TreeItem {
  const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
  const made = (label: string, state: vscode.TreeItemCollapsibleState, icon?: string, context: string = node.type) => {
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
