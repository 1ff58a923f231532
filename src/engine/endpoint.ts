/**
 * Where the engine of this user can be found: a folder that only they can enter, with one socket, one endpoint file
 * (its secret token) and one lock for each engine version and native build.
 */
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import type { GpuPreference } from './protocol/index.ts';
import { PROTOCOL_VERSION } from './protocol/index.ts';

export interface Endpoint {
  /** Private folder, mode 0700. */
  folder: string;
  /** Unix socket, or Windows named pipe. */
  socket: string;
  /** JSON {@link EndpointFile}, mode 0600; there while an engine listens. */
  file: string;
  /** SQLite file whose exclusive lock the running engine holds; the system frees it however the engine ends. */
  lock: string;
  /** The engine's own log; never holds the user's code. */
  log: string;
}

export interface EndpointFile {
  pid: number;
  token: string;
  socket: string;
}

/** What makes two engines different: they must not serve each other's clients. */
export interface EndpointKey {
  version: string;
  gpu: GpuPreference;
}

/**
 * The endpoint for a key. Makes the private folder.
 * `QUIRE_RUNTIME_DIR` overrides the folder (tests, `npm start`).
 * @throws Error when the folder exists and belongs to somebody else or cannot be made private.
 */
export function endpointFor(key: EndpointKey, environment: NodeJS.ProcessEnv = process.env): Endpoint {
  const folder = runtimeFolder(environment);
  makePrivate(folder);
  const name = createHash('sha256')
    .update(`${key.version}\0${PROTOCOL_VERSION}\0${key.gpu}`)
    .digest('hex')
    .slice(0, 10);
  const socket =
    process.platform === 'win32'
      ? // The pipe's name space is shared by all users: the folder, in the user's own profile, makes it unguessable enough, the token makes it safe.
        `\\\\.\\pipe\\quire-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}-${name}`
      : path.join(folder, `${name}.sock`);
  return {
    folder,
    socket,
    file: path.join(folder, `${name}.json`),
    lock: path.join(folder, `${name}.lock`),
    log: path.join(folder, `${name}.log`),
  };
}

/** The endpoint file of a listening engine; undefined when there is none or it is half-written. */
export function readEndpointFile(file: string): EndpointFile | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const { pid, token, socket } = value as Partial<EndpointFile>;
    if (typeof pid !== 'number' || typeof token !== 'string' || typeof socket !== 'string') return undefined;
    return { pid, token, socket };
  } catch {
    return undefined;
  }
}

/** Endpoint files of all engines that this user may have running, of whatever version. */
export function endpointFiles(environment: NodeJS.ProcessEnv = process.env): string[] {
  try {
    const folder = runtimeFolder(environment);
    return readdirSync(folder).flatMap((name) => (name.endsWith('.json') ? path.join(folder, name) : []));
  } catch {
    return [];
  }
}

function runtimeFolder(environment: NodeJS.ProcessEnv): string {
  if (environment.QUIRE_RUNTIME_DIR) return path.resolve(environment.QUIRE_RUNTIME_DIR);
  if (process.platform === 'win32') {
    return path.join(environment.LOCALAPPDATA ?? path.join(homedir(), 'AppData', 'Local'), 'quire', 'run');
  }
  if (environment.XDG_RUNTIME_DIR) return path.join(environment.XDG_RUNTIME_DIR, 'quire');
  return path.join(tmpdir(), `quire-${userInfo().uid}`);
}

function makePrivate(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (process.platform === 'win32') return; // the profile's own access list protects it
  const stat = lstatSync(folder);
  if (!stat.isDirectory() || stat.uid !== userInfo().uid) {
    throw new Error(
      `The folder ${folder} for Quire's engine belongs to somebody else. Remove it, or set QUIRE_RUNTIME_DIR.`,
    );
  }
  if ((stat.mode & 0o777) !== 0o700) chmodSync(folder, 0o700);
}
