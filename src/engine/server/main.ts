/**
 * The engine process: one per user and native build, shared by all windows. Takes the lock, listens on the private
 * socket, and leaves some time after its last client. Exit codes: 0 done or another engine is running, 2 wrong usage.
 */
import { appendFileSync, chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import { dataFolder } from '../dataFolder.ts';
import { addressFor, type Endpoint, endpointFor, removeEndpointFile, writeEndpointFile } from '../endpoint.ts';
import { takeLock } from '../lock.ts';
import { beginPart, rotate } from '../logFiles.ts';
import { drawNonce } from '../proof.ts';
import type { LogEvent } from '../protocol/index.ts';
import { type EngineArguments, parseEngineArguments } from './arguments.ts';
import { ClientConnection } from './connection.ts';
import type { ModelOpener } from './core/modelHandle.ts';
import { Models, pagesIn } from './core/models.ts';
import { NativeModels, type NativeOptions } from './core/nativeModels.ts';
import { MeasuredRates } from './core/placement/measuredRates.ts';
import { Placing } from './core/placement/placing.ts';
import { Planner } from './core/placement/planner.ts';
import { Engine } from './engine.ts';
import { openingTime } from './openingTime.ts';
import { ChatService } from './services/chat/service.ts';
import { TokensService } from './services/chat/tokens.ts';
import { CompletionService } from './services/completion/service.ts';
import { download } from './services/download/download.ts';
import { DownloadService } from './services/download/service.ts';
import { EmbeddingService } from './services/embedding/service.ts';
import { MemoryService } from './services/memory/service.ts';
import { PlanService } from './services/plan/service.ts';
import { SearchService } from './services/search/service.ts';
import { TextService } from './services/text/service.ts';
import { SavedPages } from './storage/pages/savedPages.ts';
import { Storage } from './storage/storage.ts';
import { WorkspaceService } from './workspaces/service.ts';
import { Workspaces } from './workspaces/workspaces.ts';

function main(): void {
  let options: EngineArguments;
  try {
    options = parseEngineArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`quire-engine: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
  const endpoint = endpointFor(options);
  const release = takeLock(endpoint.lock);
  if (!release) process.exit(0); // another engine of this user listens already
  listen(options, endpoint, release);
}

function listen(options: EngineArguments, endpoint: Endpoint, release: () => void): void {
  // What a killed engine left behind; ours alone, because we hold the lock. From here on the file names whoever holds it.
  removeEndpointFile(endpoint);
  rotate(endpoint.log);
  for (const file of [endpoint.log, endpoint.stderr]) beginPart(file);
  const logSink = (event: LogEvent) => {
    try {
      appendFileSync(endpoint.log, `${new Date().toISOString()} ${event.level} ${event.message}\n`);
    } catch {
      // A full disk must not end the engine.
    }
  };
  const planner = new Planner();
  const rates = new MeasuredRates();
  const place: NativeOptions['place'] = (request) => placing.place(request);
  const native = new NativeModels({ ...options, place }, (level, message) => engine.log(level, message));
  const storage = new Storage({ log: (level, message) => engine.log(level, message) });
  const { folder, ramBytes, diskBytes } = options.cache;
  const disk = new SavedPages(storage, { folder: pagesIn(folder), maxBytes: diskBytes });
  const openModel: ModelOpener = async (spec, opening) => {
    if (disk.on) storage.start(); // while the model is read
    return engine.silently(await openingTime(spec.path), () => native.open(spec, opening));
  };
  const models = new Models(openModel, {
    policy: options.policy,
    speculate: options.speculate,
    ramBytes,
    disk,
    log: (level, message) => engine.log(level, message),
  });
  const placing = new Placing({
    planner,
    open: models,
    rates,
    log: (level, message) => engine.log(level, message),
  });
  models.listen(placing);
  const workspaces = new Workspaces(models.caches);
  const embedding = new EmbeddingService(models, workspaces);
  const text = new TextService(models, workspaces);
  const memory = new MemoryService(models, workspaces, embedding, text, {
    folder: dataFolder('memory'),
    budget: options.memory,
    log: (level, message) => engine.log(level, message),
  });
  const engine = new Engine({
    version: options.version,
    models,
    services: [
      new WorkspaceService(workspaces),
      text,
      new CompletionService(models, workspaces),
      new ChatService(models, workspaces),
      embedding,
      memory,
      new SearchService(models, workspaces),
      new TokensService(models),
      new PlanService(() => native.devices(), planner, rates),
      new DownloadService(download),
    ],
    native: () => native.status(),
    describe: (path) => native.describe(path),
    idleMs: options.idleMs,
    silentUntil: (busyUntil) => publish(busyUntil),
    exit: () => void Promise.all([storage.close(), memory.close()]).finally(() => leave(0)),
    logSink,
  });
  const token = drawNonce();
  const socket = addressFor(endpoint);
  const server = createServer((client) => new ClientConnection(engine, client, token));

  const publish = (busyUntil?: number) => {
    const silence = busyUntil === undefined ? {} : { busyUntil };
    writeEndpointFile(endpoint, { pid: process.pid, token, socket, ...silence });
  };
  const leave = (code: number) => {
    // While the lock is held nobody else can have put theirs in this place.
    removeEndpointFile(endpoint);
    release();
    process.exit(code);
  };
  process.on('SIGTERM', () => engine.shutdownRequested(true));
  process.on('SIGINT', () => engine.shutdownRequested(true));
  process.on('uncaughtException', (error) => {
    const words = `The engine stops on an internal error: ${error.stack ?? error.message}`;
    process.stderr.write(`${words}\n`);
    engine.log('error', words);
    leave(1);
  });

  server.on('error', (error) => {
    process.stderr.write(`The engine cannot listen: ${error.message}\n`);
    leave(1);
  });
  server.listen(socket, () => {
    if (process.platform !== 'win32') chmodSync(socket, 0o600);
    publish();
    engine.log('info', `Engine ${options.version} listens (process ${process.pid}, Node ${process.version}).`);
  });
}

main();
