/**
 * The engine process: one per user and native build, shared by all windows. Takes the lock, listens on the private
 * socket, and leaves some time after its last client. Exit codes: 0 done or another engine is running, 2 wrong usage.
 */
import { randomBytes } from 'node:crypto';
import { appendFileSync, chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { type Endpoint, endpointFor } from '../endpoint.ts';
import type { LogEvent } from '../protocol/index.ts';
import { type EngineArguments, parseEngineArguments } from './arguments.ts';
import { ClientConnection } from './connection.ts';
import { Models } from './core/models.ts';
import { NativeModels } from './core/nativeModels.ts';
import { Engine } from './engine.ts';
import { takeLock } from './lock.ts';
import { CompletionService } from './services/completion/service.ts';
import { download } from './services/download/download.ts';
import { DownloadService } from './services/download/service.ts';
import { TextService } from './services/text/service.ts';
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
  const endpoint = endpointFor({ version: options.version, gpu: options.gpu });
  const release = takeLock(endpoint.lock);
  if (!release) process.exit(0); // another engine of this user listens already
  listen(options, endpoint, release);
}

function listen(options: EngineArguments, endpoint: Endpoint, release: () => void): void {
  writeFileSync(endpoint.log, '', { mode: 0o600 });
  const logSink = (event: LogEvent) => {
    try {
      appendFileSync(endpoint.log, `${new Date().toISOString()} ${event.level} ${event.message}\n`);
    } catch {
      // A full disk must not end the engine.
    }
  };
  const native = new NativeModels(options, (level, message) => engine.log(level, message));
  const models = new Models((spec) => native.open(spec), {
    policy: options.policy,
    cache: options.cache,
    log: (level, message) => engine.log(level, message),
  });
  const workspaces = new Workspaces(models);
  const engine = new Engine({
    version: options.version,
    models,
    services: [
      new WorkspaceService(workspaces),
      new TextService(models),
      new CompletionService(models, workspaces),
      new DownloadService(download),
    ],
    native: () => native.status(),
    idleMs: options.idleMs,
    exit: () => leave(0),
    logSink,
  });
  const token = randomBytes(32).toString('hex');
  const server = createServer((socket) => new ClientConnection(engine, socket, token));

  const leave = (code: number) => {
    // While the lock is held nobody else can have put theirs in this place.
    rmSync(endpoint.file, { force: true });
    if (process.platform !== 'win32') rmSync(endpoint.socket, { force: true });
    release();
    process.exit(code);
  };
  process.on('SIGTERM', () => engine.shutdownRequested(true));
  process.on('SIGINT', () => engine.shutdownRequested(true));
  process.on('uncaughtException', (error) => {
    engine.log('error', `The engine stops on an internal error: ${error.stack ?? error.message}`);
    leave(1);
  });

  // What a killed engine left behind; ours alone, because we hold the lock.
  if (process.platform !== 'win32') rmSync(endpoint.socket, { force: true });
  server.listen(endpoint.socket, () => {
    if (process.platform !== 'win32') chmodSync(endpoint.socket, 0o600);
    const draft = `${endpoint.file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify({ pid: process.pid, token, socket: endpoint.socket }), { mode: 0o600 });
    renameSync(draft, endpoint.file);
    engine.log('info', `Engine ${options.version} listens (process ${process.pid}, Node ${process.version}).`);
  });
}

main();
