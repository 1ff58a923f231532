/** Where the parts are wired together, and the only place that knows all of them. */
import path from 'node:path';
import * as vscode from 'vscode';
import { Completer, MAX_TOKENS } from './completion/completer.ts';
import type { Eagerness } from './completion/eagerness.ts';
import { whyNoCompletion } from './completion/fimLayouts.ts';
import { ProjectFeed } from './completion/projectFeed.ts';
import { CompletionProvider, type CompletionSettings } from './completion/provider.ts';
import type { Lines } from './completion/request.ts';
import { EngineClient, type EngineCommand } from './engine/client/client.ts';
import type { EngineStatus, GpuPreference } from './engine/protocol/index.ts';
import { ActiveModel } from './models/activeModel.ts';
import { ChooseModelCommand } from './models/chooseModelCommand.ts';
import { ModelLibrary } from './models/library.ts';
import { RecentModels, type Selection, selectModel } from './models/selection.ts';
import { isEnabled } from './monitor/enablementSettings.ts';
import { Log } from './monitor/log.ts';
import { NoticePresenter } from './monitor/noticePresenter.ts';
import { NoticeBoard } from './monitor/notices.ts';
import { problemOf } from './monitor/problems.ts';
import { StatusDocument } from './monitor/statusDocument.ts';
import { StatusItem } from './monitor/statusItem.ts';
import { version } from './version.ts';

/** What `activate` gives to whoever asks for the extension's exports (the tests do). */
export interface QuireApi {
  /** Resolves when the first model is open. */
  ready: Promise<void>;
  engineStatus(): Promise<EngineStatus>;
  onDidComplete: CompletionProvider['onDidComplete'];
}

/** The companion extension that brings CUDA, which is too large to ship. */
const CUDA_COMPANION = 'quire.quire-cuda';

export function activate(context: vscode.ExtensionContext): QuireApi {
  const log = new Log();
  const engine = new EngineClient(engineCommand(context), `VS Code (${vscode.workspace.name ?? 'no folder'})`);
  const notices = new NoticeBoard(new NoticePresenter(log));
  const status = new StatusItem(engine);
  const ready = Promise.withResolvers<void>();

  const report = (error: unknown) => {
    const { message, actions } = notices.report(problemOf(error));
    return { message, actions };
  };
  const model = new ActiveModel(engine, {
    opening: () => status.dispatch({ type: 'model', model: undefined }),
    opened: (info) => {
      notices.clear();
      completion.reset();
      status.dispatch({ type: 'model', model: info });
      log.info(`Model ${info.name} is open on ${info.device}, context ${info.contextTokens} tokens.`);
      const reason = whyNoCompletion(info);
      if (reason) status.dispatch({ type: 'problem', ...report(reason) });
      ready.resolve();
    },
    failed: (error) => status.dispatch({ type: 'problem', ...report(error) }),
  });
  const completion = new CompletionProvider({
    model: () => (model.info && !whyNoCompletion(model.info) ? model.info : undefined),
    completer: new Completer(engine),
    settings: completionSettings(),
    onError: (kind, error) => {
      report(error);
      // The engine lost the model (its file changed under a restart): open it again, or hear in words why not.
      if (kind === 'modelUnknown') model.select(selection(context));
    },
  });

  const feed = new ProjectFeed({
    engine,
    isPrivate: (uri) => completion.isPrivate(uri),
    isOn: () => completionSettings().usesProjectCode(),
  });

  context.subscriptions.push(
    log,
    feed,
    status,
    completion.register(),
    completion.onDidStartRequest(() => status.dispatch({ type: 'requestStarted' })),
    completion.onDidComplete(({ source, debounceMs, requestMs, firstTokenMs, shown, rejectedBy }) => {
      log.write({
        level: 'debug',
        message: `completion: ${source}, waited ${ms(debounceMs)}, took ${ms(requestMs)}, first token ${ms(firstTokenMs)}, ${shown ? 'shown' : `not shown (${rejectedBy})`}`,
      });
    }),
    completion.onDidEndRequest((usage) => status.dispatch({ type: 'requestEnded', usage })),
    new StatusDocument(engine, version),
    new ChooseModelCommand({
      engine,
      library: new ModelLibrary(vscode.Uri.joinPath(context.globalStorageUri, 'models').fsPath),
      recent: new RecentModels(context.globalState),
      current: () => selection(context),
      report,
    }),
    engine.onLog((event) => log.write(event)),
    engine.onModel((event) => model.reopened(event)),
    engine.onStateChange((state) => {
      if (state.kind === 'failed' && state.detail) log.error(`The engine's last words:\n${state.detail}`);
      if (state.kind === 'ready' && model.info) status.dispatch({ type: 'model', model: model.info });
    }),
    tellOpenDocuments(engine),
    vscode.commands.registerCommand('quire.showLog', () => log.show()),
    vscode.commands.registerCommand('quire.restartEngine', async () => {
      notices.clear();
      await engine.restart().catch(report);
      if (!model.info) await model.select(selection(context));
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('quire.engine')) engine.reconfigure(engineCommand(context)).catch(report);
      if (change.affectsConfiguration('quire.model')) model.select(selection(context));
      if (change.affectsConfiguration('quire.completion.useProjectCode')) void feed.tellAll();
      if (change.affectsConfiguration('quire')) completion.reset();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => model.select(selection(context))),
    { dispose: () => engine.dispose() },
  );
  // After activation, so that starting a process never counts against the editor's start.
  setImmediate(() => model.select(selection(context)));
  return { ready: ready.promise, engineStatus: () => engine.status(), onDidComplete: completion.onDidComplete };
}

/** Keeps the engine told which documents are open, under the keys of their completions: it holds their pages longer. */
function tellOpenDocuments(engine: EngineClient): vscode.Disposable {
  const tell = (): void => {
    const byWorkspace = new Map(
      (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => [uri.toString(), [] as string[]]),
    );
    for (const { input } of vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs)) {
      if (!(input instanceof vscode.TabInputText)) continue;
      const folder = vscode.workspace.getWorkspaceFolder(input.uri);
      if (folder) byWorkspace.get(folder.uri.toString())?.push(input.uri.toString());
    }
    for (const [workspace, keys] of byWorkspace) engine.openDocuments(workspace, keys);
  };
  tell();
  return vscode.window.tabGroups.onDidChangeTabs(tell);
}

function engineCommand(context: vscode.ExtensionContext): EngineCommand {
  const settings = vscode.workspace.getConfiguration('quire.engine');
  const companion = vscode.extensions.getExtension(CUDA_COMPANION);
  return {
    executable: process.execPath,
    entry: context.asAbsolutePath(path.join('dist', 'engine', 'main.mjs')),
    version,
    gpu: settings.get<GpuPreference>('gpu', 'auto'),
    idleMs: settings.get('idleMinutes', 5) * 60_000,
    moduleFolders: companion ? [path.join(companion.extensionPath, 'modules')] : [],
    cache: {
      folder: vscode.Uri.joinPath(context.globalStorageUri, 'cache').fsPath,
      ramMegabytes: settings.get('cacheMemory', 512),
      diskMegabytes: settings.get('cacheDisk', 1024),
    },
  };
}

function selection(context: vscode.ExtensionContext): Selection {
  const settings = vscode.workspace.getConfiguration('quire.model');
  return selectModel(
    { path: settings.get('path', ''), contextTokens: settings.get('contextTokens', 0) },
    {
      extensionRoot: context.extensionPath,
      workspaceFolder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
      trusted: vscode.workspace.isTrusted,
    },
  );
}

function completionSettings(): CompletionSettings {
  const of = (document?: vscode.TextDocument) => vscode.workspace.getConfiguration('quire', document);
  return {
    enabled: isEnabled,
    lines: (document) => of(document).get<Lines>('completion.lines', 'auto'),
    maxTokens: (document) => of(document).get<number | null>('completion.maxTokens', null) ?? MAX_TOKENS.many,
    debounceMs: () => of().get<number | null>('completion.debounceMs', null),
    eagerness: (document) => of(document).get<Eagerness>('completion.eagerness', 'balanced'),
    usesProjectCode: () => of().get('completion.useProjectCode', true),
  };
}

const ms = (value: number | null): string => (value === null ? 'none' : `${value.toFixed(1)} ms`);
