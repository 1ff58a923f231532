/** Spawn-or-connect: joins the engine of this user, or starts it, and introduces the client to it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageConnection } from 'vscode-jsonrpc';
import { createMessageConnection, SocketMessageReader, SocketMessageWriter } from 'vscode-jsonrpc/node';
import { type Endpoint, endpointFor, readEndpointFile } from '../endpoint.ts';
import { type GpuPreference, type HelloResult, helloRequest, PROTOCOL_VERSION } from '../protocol/index.ts';
import type { SchedulerStatus } from '../protocol/status.ts';

export interface EngineCommand {
  /** A Node (or Electron) executable, and the engine's entry file. */
  executable: string;
  entry: string;
  version: string;
  gpu: GpuPreference;
  /** How long the engine outlives its last client, in ms. */
  idleMs: number;
  /** Folders with native builds that were fetched on demand. */
  moduleFolders?: string[];
  /** How requests are ordered; absent: `preemptive`. */
  policy?: SchedulerStatus['policy'];
  /** Colder tiers of the cache; the engine has defaults for what is absent. Without a folder (a full path): no disk. */
  cache?: { folder?: string; ramMegabytes?: number; diskMegabytes?: number };
}

/** An open connection whose handshake is done. */
export interface EngineSession {
  connection: MessageConnection;
  engine: HelloResult;
  /** Resolves when the socket is closed, by whoever. */
  closed: Promise<void>;
}

const START_TIMEOUT_MS = 20_000;
const POLL_MS = 20;
const HELLO_TIMEOUT_MS = 15_000;

/**
 * Connects to the running engine, or starts one and connects.
 * Several callers at once end up with the same engine: the lock decides which spawned process stays.
 * @throws Error in words when the engine cannot be started, or `signal` is aborted.
 */
export async function connectOrLaunch(
  command: EngineCommand,
  name: string,
  signal: AbortSignal,
): Promise<EngineSession> {
  const endpoint = endpointFor(command);
  const existing = await connectTo(endpoint.file, name);
  if (existing) return existing;
  const child = launch(command, endpoint);
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    signal.throwIfAborted();
    const session = await connectTo(endpoint.file, name);
    if (session) return session;
    if (child.exitCode)
      throw new Error(`The engine ended at its start (exit code ${child.exitCode}). ${lastWords(endpoint)}`);
    if (performance.now() > deadline) throw new Error(`The engine did not start within ${START_TIMEOUT_MS / 1000} s.`);
    await sleep(POLL_MS);
  }
}

function launch(command: EngineCommand, endpoint: Endpoint): ChildProcess {
  const stderr = openSync(`${endpoint.log}.stderr`, 'w', 0o600);
  try {
    const child = spawn(command.executable, [command.entry, ...argumentsOf(command)], {
      // The engine serves other windows too: it must outlive this one, and must not hold its folder.
      detached: true,
      cwd: endpoint.folder,
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_NO_WARNINGS: '1' },
      stdio: ['ignore', 'ignore', stderr],
      windowsHide: true,
    });
    child.on('error', () => undefined); // seen as "did not start"
    child.unref();
    return child;
  } finally {
    closeSync(stderr);
  }
}

/** What the engine process is told, as `server/arguments.ts` reads it. */
export function argumentsOf({ version, gpu, idleMs, moduleFolders, policy, cache }: EngineCommand): string[] {
  const option = (name: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [`--${name}`, String(value)];
  return [
    ...option('version', version),
    ...option('gpu', gpu),
    ...option('idle-ms', idleMs),
    ...(moduleFolders ?? []).flatMap((folder) => option('modules', folder)),
    ...option('policy', policy),
    ...option('cache-dir', cache?.folder),
    ...option('cache-ram-mb', cache?.ramMegabytes),
    ...option('cache-disk-mb', cache?.diskMegabytes),
  ];
}

/**
 * Connects to the engine of an endpoint file.
 * @returns undefined when none listens there, or it does not accept us.
 */
export async function connectTo(endpointFile: string, name: string): Promise<EngineSession | undefined> {
  const file = readEndpointFile(endpointFile);
  if (!file) return undefined;
  const socket = await open(file.socket);
  if (!socket) return undefined;
  const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  connection.onError(() => socket.destroy());
  socket.on('error', () => socket.destroy());
  connection.listen();
  try {
    const hello = connection.sendRequest(helloRequest, {
      protocol: PROTOCOL_VERSION,
      token: file.token,
      client: { name, pid: process.pid },
    });
    const engine = await Promise.race([hello, sleep(HELLO_TIMEOUT_MS, undefined, { ref: false })]);
    if (engine) return { connection, engine, closed };
  } catch {
    // An engine that is just leaving, or a file of one that is gone.
  }
  connection.dispose();
  socket.destroy();
  return undefined;
}

function open(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', () => resolve(undefined));
  });
}

function lastWords(endpoint: Endpoint): string {
  try {
    return readFileSync(`${endpoint.log}.stderr`, 'utf8').trim().split('\n').slice(-3).join(' ');
  } catch {
    return '';
  }
}
