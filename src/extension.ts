/** Where the features register themselves, and the only place that knows all of them. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { EditReviews } from './chat/apply/reviewEditor.ts';
import type { ChatController } from './chat/controller.ts';
import { registerChat } from './chat/feature.ts';
import { registerNativeChat } from './chat/native/feature.ts';
import { ReasoningSplitter } from './chat/prompt/reasoning.ts';
import { registerCompletion, whyNoCompletion } from './completion/feature.ts';
import type { CompletionProvider, ShownNotes } from './completion/provider.ts';
import { registerStatistics } from './completion/statistics/feature.ts';
import type { StatisticsStore } from './completion/statistics/store.ts';
import { EngineClient, type EngineCommand } from './engine/client/client.ts';
import { dataFolder } from './engine/dataFolder.ts';
import type { EngineStatus, GpuPreference, LogEvent } from './engine/protocol/index.ts';
import type { Host, HostModels } from './host.ts';
import { type MemoryFeature, registerMemory, type UseOf } from './memory/feature.ts';
import { usedOf } from './memory/use.ts';
import { registerModels } from './models/feature.ts';
import { isEnabled, registerMonitor } from './monitor/feature.ts';
import { Grammars } from './syntax/grammars.ts';
import { version } from './version.ts';
import { registerSample } from './welcome/openSampleCommand.ts';
import { registerWorkspace } from './workspace/feature.ts';

/** What `activate` gives to whoever asks for the extension's exports (the tests do). */
export interface QuireApi {
  /** Resolves when the first model is open. */
  ready: Promise<void>;
  models: HostModels;
  engineStatus(): Promise<EngineStatus>;
  onDidComplete: CompletionProvider['onDidComplete'];
  onDidAnswer: CompletionProvider['onDidAnswer'];
  statistics: StatisticsStore;
  reviews: EditReviews;
  chat: ChatController;
  memory: MemoryFeature;
}

/** The companion extension that brings CUDA, which is too large to ship. */
const CUDA_COMPANION = 'quire.quire-cuda';

export function activate(context: vscode.ExtensionContext): QuireApi {
  const { subscriptions } = context;
  const engine = new EngineClient(engineCommand(context), `VS Code (${vscode.workspace.name ?? 'no folder'})`);
  const ready = Promise.withResolvers<void>();

  const monitor = registerMonitor(engine, subscriptions, version);
  const base = {
    context,
    engine,
    subscriptions,
    log: (event: LogEvent) => monitor.log.write(event),
    report: monitor.report,
    clearReports: monitor.clearReports,
  };
  const models = registerModels(base, {
    opening: () => monitor.dispatch({ type: 'model', model: undefined }),
    opened(info) {
      monitor.clearReports();
      completion.reset();
      monitor.dispatch({ type: 'model', model: info });
      monitor.log.info(`Model ${info.name} is open on ${info.device}, context ${info.contextTokens} tokens.`);
      const reason = whyNoCompletion(info);
      if (reason) monitor.problem(reason);
      ready.resolve();
    },
    failed: monitor.problem,
  });
  const host: Host = { ...base, models };
  const workspace = registerWorkspace(host, {
    forgetChats(folder) {
      completion.reset();
      return chat.forget(folder);
    },
  });
  // One runtime of tree-sitter, whoever asks for a grammar.
  const grammars = new Grammars(context.asAbsolutePath('dist/extension.cjs'));
  const memory = registerMemory(host, {
    isPrivate: (uri) => workspace.isPrivate(uri),
    idOf: (uri) => workspace.idOf(uri),
    lastAnswer: () => chat.controller.lastUse,
    erased: (folder, ids) => chat.redact(folder, ids),
    lastSuggestion: () => completion.lastShown && ofSuggestion(completion.lastShown),
  });
  const completion = registerCompletion(host, {
    grammars,
    model: () => models.info('completion'),
    documents: workspace,
    isEnabled,
    memory,
    onModelLost: () => void models.select('completion'),
    onSilence: (silence) => monitor.dispatch({ type: 'silence', silence }),
  });

  const statistics = registerStatistics(host, {
    onDidHappen: completion.onDidHappen,
    model: () => models.info('completion')?.name,
  });

  const chat = registerChat(host, {
    isPrivate: (uri) => workspace.isPrivate(uri),
    idOf: (uri) => workspace.idOf(uri),
    grammars,
    memory,
  });
  registerNativeChat(host, { workspace, reasoning: () => new ReasoningSplitter(), memory });
  registerSample(host);

  subscriptions.push(
    completion.onDidAccept((uri) => memory.typed(uri, null)),
    completion.onDidStartRequest(() => monitor.dispatch({ type: 'requestStarted' })),
    completion.onDidEndRequest((usage) => monitor.dispatch({ type: 'requestEnded', usage })),
    engine.onStateChange((state) => {
      if (state.kind === 'failed' && state.detail) monitor.log.error(`The engine's last words:\n${state.detail}`);
      const model = models.info('completion');
      if (state.kind === 'ready' && model) monitor.dispatch({ type: 'model', model });
    }),
    vscode.commands.registerCommand('quire.restartEngine', async () => {
      monitor.clearReports();
      await engine.restart().catch(monitor.report);
      if (!models.info('completion')) await models.select('completion');
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (['quire.engine', 'quire.memory'].some((section) => change.affectsConfiguration(section)))
        engine.reconfigure(engineCommand(context)).catch(monitor.report);
    }),
    { dispose: () => void engine.dispose() },
  );
  // After activation, so that starting a process never counts against the editor's start.
  setImmediate(() => {
    void models.select('completion');
    // The first builds kept pages here, where the command line could not find them to forget them.
    const former = vscode.Uri.joinPath(context.globalStorageUri, 'cache');
    vscode.workspace.fs.delete(former, { recursive: true }).then(undefined, () => undefined);
  });
  return {
    ready: ready.promise,
    models,
    engineStatus: () => engine.status(),
    onDidComplete: completion.onDidComplete,
    onDidAnswer: completion.onDidAnswer,
    statistics,
    reviews: chat.reviews,
    chat: chat.controller,
    memory,
  };
}

const ofSuggestion = ({ uri, memories, decision }: ShownNotes): UseOf => ({
  what: 'For the last suggestion',
  asked: vscode.workspace.asRelativePath(uri),
  decision,
  used: memories.map(usedOf),
  ...storeOf(uri),
});

const storeOf = (uri: vscode.Uri): { store?: string } => {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  return folder ? { store: folder.uri.toString() } : {};
};

function engineCommand(context: vscode.ExtensionContext): EngineCommand {
  const settings = vscode.workspace.getConfiguration('quire.engine');
  const memory = vscode.workspace.getConfiguration('quire.memory');
  const companion = vscode.extensions.getExtension(CUDA_COMPANION);
  return {
    executable: process.execPath,
    entry: context.asAbsolutePath(path.join('dist', 'engine', 'main.mjs')),
    version,
    gpu: settings.get<GpuPreference>('gpu', 'auto'),
    devices: settings.get('devices', 'auto'),
    idleMs: settings.get('idleMinutes', 5) * 60_000,
    moduleFolders: companion ? [path.join(companion.extensionPath, 'modules')] : [],
    cache: {
      folder: dataFolder('cache'),
      ramMegabytes: settings.get('cacheMemory', 512),
      diskMegabytes: settings.get('cacheDisk', 1024),
    },
    memory: {
      minutesPerDay: memory.get('minutesPerDay', 10),
      modelTokensPerDay: memory.get('modelTokensPerDay', 200_000),
      megabytes: memory.get('megabytes', 256),
    },
  };
}
