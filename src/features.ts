/** Where the features register themselves, and the only place that knows all of them. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { Beside, BesideNeeds } from './beside.ts';
import { registerCompletion, whyNoCompletion } from './completion/feature.ts';
import type { CompletionProvider } from './completion/provider.ts';
import { EngineClient, type EngineCommand } from './engine/client/client.ts';
import { dataFolder } from './engine/dataFolder.ts';
import type { EngineStatus, GpuPreference, LogEvent } from './engine/protocol/index.ts';
import type { Host, HostModels } from './host.ts';
import { registerModels } from './models/feature.ts';
import { isEnabled, registerMonitor } from './monitor/feature.ts';
import { Grammars } from './syntax/grammars.ts';
import { version } from './version.ts';
import { registerWorkspace } from './workspace/feature.ts';

/** What `activate` gives to whoever asks for the extension's exports (the tests do). */
export interface QuireApi extends Beside {
  /** Resolves when the first model is open. */
  ready: Promise<void>;
  models: HostModels;
  engineStatus(): Promise<EngineStatus>;
  onDidComplete: CompletionProvider['onDidComplete'];
  onDidAnswer: CompletionProvider['onDidAnswer'];
  onDidStartRequest: CompletionProvider['onDidStartRequest'];
}

/** The companion extension that brings CUDA, which is too large to ship. */
const CUDA_COMPANION = 'quire.quire-cuda';

/** Registers what completes; then, in turns of their own, the model is opened and all else comes: commands wait for it. */
export async function register(context: vscode.ExtensionContext): Promise<QuireApi> {
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
    async forgetChats(folder) {
      completion.reset();
      await (await beside).forgetChats(folder);
    },
  });
  // One runtime of tree-sitter, whoever asks for a grammar.
  const grammars = new Grammars(context.asAbsolutePath('dist/extension.cjs'));
  const memoryChanged = new vscode.EventEmitter<string | undefined>();
  const completion = registerCompletion(host, {
    grammars,
    model: () => models.info('completion'),
    documents: workspace,
    isEnabled,
    memory: {
      notesOn: async (...asked) => (await beside).memory.notesOn(...asked),
      onDidChange: memoryChanged.event,
    },
    onModelLost: () => void models.select('completion'),
    onSilence: (silence) => monitor.dispatch({ type: 'silence', silence }),
  });

  subscriptions.push(
    memoryChanged,
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
  const beside = afterActivation(() => models.select('completion')).then(() =>
    loadBeside(host, { workspace, completion, grammars }),
  );
  const loaded = await beside;
  subscriptions.push(loaded.memory.onDidChange((workspace) => memoryChanged.fire(workspace)));
  return {
    ready: ready.promise,
    models,
    engineStatus: () => engine.status(),
    onDidComplete: completion.onDidComplete,
    onDidAnswer: completion.onDidAnswer,
    onDidStartRequest: completion.onDidStartRequest,
    ...loaded,
  };
}

/** Starting a process, and compiling what is not needed yet, never count against the editor's start. */
async function afterActivation(openModel: () => Promise<unknown>): Promise<void> {
  await new Promise(setImmediate);
  void openModel();
  await new Promise(setImmediate);
}

async function loadBeside(host: Host, needs: BesideNeeds): Promise<Beside> {
  // The first builds kept pages here, where the command line could not find them to forget them.
  const former = vscode.Uri.joinPath(host.context.globalStorageUri, 'cache');
  vscode.workspace.fs.delete(former, { recursive: true }).then(undefined, () => undefined);
  const { registerBeside } = await import('./beside.ts');
  return registerBeside(host, needs);
}

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
