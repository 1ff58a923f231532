/** The memory, as the extension registers it: the inspector, commands, and what chat and completion are given of it. */
import * as vscode from 'vscode';
import type { ActivateParams, ActivateResult, MemoryItem, RecordTurnParams } from '../engine/protocol/index.ts';
import { memoryChangedNotification } from '../engine/protocol/index.ts';
import type { Host } from '../host.ts';
import { auditMemory } from './auditCommand.ts';
import { type Change, changeMemory } from './changeCommand.ts';
import type { MemoryClient } from './client.ts';
import type { CommandNeeds } from './commands.ts';
import { addressOf, EditDocuments, SCHEME } from './editDocuments.ts';
import { eraseMemory } from './eraseCommand.ts';
import { messageOf } from './indexing.ts';
import { IndexingFeed } from './indexingFeed.ts';
import { Inspector } from './inspector.ts';
import { showJournal } from './journalCommand.ts';
import { remember, rememberSelection } from './rememberCommand.ts';
import { searchMemory } from './searchCommand.ts';
import { type FolderStore, type ItemRef, isItemRef, Stores } from './stores.ts';
import { exportMemory, importMemory } from './transferCommand.ts';
import type { MemoryNode } from './tree.ts';
import type { Use } from './use.ts';

export interface MemoryFeatureNeeds {
  /** Secret or ignored: nothing of such a file is remembered. */
  isPrivate(uri: vscode.Uri): Promise<boolean>;
  /** The engine's id of the workspace that a document or folder belongs to. @throws EngineError */
  idOf(uri: vscode.Uri): Promise<string>;
  /** What was used for the last answer of the chat; undefined: nothing was asked yet. */
  lastAnswer(): Omit<Use, 'store'> | undefined;
  /** What was used for the last suggestion that was shown. */
  lastSuggestion(): UseOf | undefined;
  /** Memories of a folder are erased: what was recalled of them goes from its conversations. @param ids absent: all. */
  erased(folder: vscode.Uri, ids?: readonly number[]): Promise<void>;
}

/** What was used, of the first folder's memory where it does not say. */
export type UseOf = Omit<Use, 'store'> & Partial<Pick<Use, 'store'>>;

export interface MemoryFeature {
  inspector: Inspector;
  /** The memory of the first folder, for the chat of this window. */
  recall(
    asked: Omit<ActivateParams, 'place' | 'for' | 'paths'>,
    options: { signal: AbortSignal },
  ): Promise<ActivateResult | undefined>;
  record(turn: Omit<RecordTurnParams, 'place'>): Promise<void>;
  /** Ghost text was accepted there. */
  typed(uri: vscode.Uri, symbol: string | null): void;
  /** What helps to complete a file; undefined where it has no memory, or the signal was aborted. */
  notesOn(
    uri: vscode.Uri,
    asked: Pick<ActivateParams, 'query' | 'paths' | 'tokens'>,
    signal: AbortSignal,
  ): Promise<ActivateResult | undefined>;
  /** The memory of a workspace is another than before; undefined: any may be. */
  onDidChange: vscode.Event<string | undefined>;
  /** Of a memory of the first folder, as a document; undefined where that has none. */
  addressOf(item: Pick<MemoryItem, 'id' | 'title'>): vscode.Uri | undefined;
  /** Shows what was used. */
  openUse(use: UseOf): Promise<void>;
}

export function registerMemory(host: Host, needs: MemoryFeatureNeeds): MemoryFeature {
  const { engine, subscriptions } = host;
  const client: MemoryClient = engine.memory;
  const report = (error: unknown) => host.report(inWords(error));
  const log = (words: string) => host.log({ level: 'info', message: `memory: ${words}` });
  const stores = new Stores({
    folders: () => foldersNow().filter(isOn).map(namesOf),
    idOf: (key) => needs.idOf(vscode.Uri.parse(key, true)),
  });
  const kept = new Stores({
    folders: () => foldersNow().map(namesOf),
    idOf: (key) => needs.idOf(vscode.Uri.parse(key, true)),
  });
  const first = (): FolderStore | undefined => {
    const [folder] = foldersNow();
    return folder && stores.all().find(({ key }) => key === folder.uri.toString());
  };
  const commands: CommandNeeds & { isPrivate: typeof needs.isPrivate } = {
    client,
    stores,
    isPrivate: needs.isPrivate,
    chooseStore: () => chooseStore(stores),
    say: (words, ...buttons) => vscode.window.showInformationMessage(`Quire: ${words}`, ...buttons),
    open: (ref) => inspector.pages.open(ref),
    changed: () => inspector.changed(),
    erased: ({ key }, ids) => needs.erased(vscode.Uri.parse(key, true), ids),
    report,
  };
  const run = async (change: Change, refs: readonly ItemRef[]) => {
    try {
      await changeMemory(commands, change, refs);
    } catch (error) {
      report(error);
    }
  };
  const inspector = new Inspector({
    extensionUri: host.context.extensionUri,
    client,
    stores,
    run: (change, ref) => run(change, [ref]),
    openPlace: async (key, path, lines) => {
      const uri = vscode.Uri.joinPath(vscode.Uri.parse(key, true), path);
      const [from, to] = lines ?? [1, 1];
      const selection = new vscode.Range(from - 1, 0, to - 1, lines ? Number.MAX_SAFE_INTEGER : 0);
      try {
        await vscode.window.showTextDocument(uri, { selection, preview: true, viewColumn: vscode.ViewColumn.Beside });
      } catch {
        throw new Error(`${path} is not there any more.`);
      }
    },
    message: messageOf,
    report,
  });
  const documents = new EditDocuments(client, stores, () => inspector.changed());
  const indexing = new IndexingFeed({
    client,
    folders: () =>
      (vscode.workspace.isTrusted ? foldersNow() : []).map((folder) => ({
        store: { ...namesOf(folder), place: async () => ({ workspace: await needs.idOf(folder.uri) }) },
        on: isOn(folder),
      })),
    statusIs: (key, status) => inspector.statusIs(key, status),
    switched: () => inspector.changed(),
    log,
  });
  const openUse = async (use: UseOf): Promise<void> => {
    const store = use.store ?? first()?.key;
    if (store === undefined) throw new Error(OFF);
    await inspector.pages.openUse({ ...use, store });
  };
  const command = (name: string, work: (...given: unknown[]) => unknown) =>
    vscode.commands.registerCommand(`quire.memory.${name}`, async (...given: unknown[]) => {
      try {
        return await work(...given);
      } catch (error) {
        report(error);
        return undefined;
      }
    });
  /** What a command works on: what it was given, by the tree or by others, or what is chosen in the tree. */
  const refsOf = (given: unknown[]): ItemRef[] => {
    const [one, many] = given;
    const refs = (Array.isArray(many) && many.length > 0 ? many : [one]).flatMap(refOf);
    const { selected } = inspector;
    if (refs.length > 0) return refs;
    if (selected) return [selected];
    throw new Error('Choose a memory first: in the Memory view, or by Search Memory.');
  };
  const changes = (['pin', 'unpin', 'accept', 'edit', 'forget'] as const).map((change) =>
    command(change, (...given) => changeMemory(commands, change, refsOf(given))),
  );
  const changed = new vscode.EventEmitter<string | undefined>();
  engine.listen(memoryChangedNotification, ({ workspace }) => {
    changed.fire(workspace);
    inspector.news();
    void indexing.look();
  });
  subscriptions.push(
    inspector,
    indexing,
    changed,
    ...changes,
    vscode.workspace.registerFileSystemProvider(SCHEME, documents, { isCaseSensitive: true }),
    command('inspect', () => inspector.show()),
    command('open', (...given) => inspector.pages.open(refsOf(given)[0]!)),
    command('search', (query) =>
      searchMemory({ ...commands, open: (ref, chosen) => inspector.pages.open(ref, chosen) }, query),
    ),
    command('remember', (text) => remember(commands, text)),
    command('rememberSelection', (note) => rememberSelection(commands, note)),
    command('why', () => why(openUse, needs)),
    command('audit', () => auditMemory(commands)),
    command('export', (target) => exportMemory(commands, target)),
    command('import', (source) => importMemory(commands, source)),
    // What was kept before goes also where the memory is off now.
    command('erase', (agreed) => eraseMemory({ ...commands, chooseStore: () => chooseStore(kept) }, agreed)),
    command('changes', () => showJournal(commands)),
    command('pause', () => indexing.pause(true)),
    command('resume', () => indexing.pause(false)),
    command('refresh', async () => {
      await indexing.index();
      inspector.changed();
    }),
    command('turnOn', () =>
      vscode.workspace.getConfiguration('quire.memory').update('enabled', true, vscode.ConfigurationTarget.Workspace),
    ),
    engine.onStateChange(({ kind }) => {
      changed.fire(undefined);
      void indexing.serving(kind === 'ready');
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void indexing.tellAll()),
    vscode.workspace.onDidChangeWorkspaceFolders(() => void indexing.tellAll()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('quire.memory')) void indexing.tellAll();
    }),
  );
  return {
    inspector,
    async recall(asked, { signal }) {
      const store = first();
      if (!store) return undefined;
      const open = vscode.window.visibleTextEditors.flatMap(({ document: { uri } }) => pathIn(store, uri) ?? []);
      const paths = [...new Set(open)];
      return client.activate({ place: await store.place(), for: 'chat', paths, ...asked }, { signal });
    },
    async record(turn) {
      const store = first();
      if (store) await client.recordTurn({ place: await store.place(), ...turn });
    },
    typed(uri, symbol) {
      const store = stores.of(uri.toString());
      const path = store && pathIn(store, uri);
      if (store && path !== undefined)
        void store.place().then(
          (place) => client.recordTyping({ place, path, symbol }),
          () => undefined,
        );
    },
    async notesOn(uri, asked, signal) {
      const store = stores.of(uri.toString());
      const at = store && pathIn(store, uri);
      if (!store || at === undefined) return undefined;
      return client.activate({ place: await store.place(), for: 'completion', at, ...asked }, { signal });
    },
    onDidChange: changed.event,
    addressOf({ id, title }) {
      const store = first();
      return store && addressOf({ store: store.key, id }, title);
    },
    openUse,
  };
}

const OFF =
  'The memory of this folder is off. It works in trusted folders on this machine, where quire.memory.enabled is on.';

const foldersNow = () => (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');

const isOn = ({ uri }: vscode.WorkspaceFolder): boolean =>
  vscode.workspace.isTrusted && vscode.workspace.getConfiguration('quire.memory', uri).get('enabled', true);

const namesOf = ({ uri, name }: vscode.WorkspaceFolder) => ({ key: uri.toString(), name });

/** The path of a file in a store's folder, with '/'; undefined where it lies elsewhere. */
function pathIn({ key }: FolderStore, uri: vscode.Uri): string | undefined {
  const folder = vscode.Uri.parse(key, true);
  const prefix = folder.path.endsWith('/') ? folder.path : `${folder.path}/`;
  return uri.scheme === folder.scheme && uri.path.startsWith(prefix) ? uri.path.slice(prefix.length) : undefined;
}

function refOf(given: unknown): ItemRef[] {
  if (isItemRef(given)) return [given];
  const node = given as MemoryNode | undefined;
  return node?.type === 'item' ? [{ store: node.store, id: node.item.id }] : [];
}

async function chooseStore(stores: Stores): Promise<FolderStore | undefined> {
  const all = stores.all();
  const [only] = all;
  if (!only) throw new Error(OFF);
  if (all.length === 1) return only;
  const rows = all.map((store) => ({ label: store.name, store }));
  return (await vscode.window.showQuickPick(rows, { title: "Quire: Which Folder's Memory?" }))?.store;
}

async function why(open: MemoryFeature['openUse'], needs: MemoryFeatureNeeds): Promise<void> {
  const uses = [needs.lastAnswer(), needs.lastSuggestion()].filter((use) => use !== undefined);
  const [only] = uses;
  if (!only) throw new Error('No answer was given and no suggestion made in this window yet.');
  if (uses.length === 1) return open(only);
  const rows = uses.map((use) => ({ label: use.what, description: use.asked, use }));
  const chosen = await vscode.window.showQuickPick(rows, { title: 'Quire: Why Did Quire Use This?' });
  if (chosen) await open(chosen.use);
}

/** Errors of our own are in words for the user already; others are not for showing. */
function inWords(error: unknown): unknown {
  return error instanceof Error && error.constructor === Error && !('kind' in error)
    ? Object.assign(error, { kind: 'told' })
    : error;
}
