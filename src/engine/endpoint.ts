/**
 * Where the engine of this user can be found: a folder that only they can enter, with one endpoint file (its address and
 * its secret token), one lock and one log for each engine version and native build.
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import type { GpuPreference } from './protocol/index.ts';
import { PROTOCOL_VERSION } from './protocol/index.ts';

export interface Endpoint {
  /** Private folder, mode 0700. */
  folder: string;
  /** JSON {@link EndpointFile}, mode 0600; there while an engine listens, and behind one that was killed. */
  file: string;
  /** SQLite file whose exclusive lock the running engine holds; the system frees it however the engine ends. */
  lock: string;
  /** The engine's own log; never holds the user's code. */
  log: string;
  stderr: string;
}

export interface EndpointFile {
  pid: number;
  /** Never leaves the machine's disk: see `proof.ts`. */
  token: string;
  /** Unix socket, or Windows named pipe. */
  socket: string;
  /** Milliseconds since 1970: up to then the engine may be silent, because it opens a model. */
  busyUntil?: number;
}

/** What makes two engines different: they must not serve each other's clients. */
export interface EndpointKey {
  version: string;
  gpu: GpuPreference;
  /** Absent: `auto`. */
  devices?: string;
  /** Folders with native builds that were fetched on demand. */
  moduleFolders?: string[];
  /** Instead of the user's own folder for engines. */
  runtimeFolder?: string;
}

/**
 * The endpoint for a key. Makes the private folder. Where the key names none, `QUIRE_RUNTIME_DIR` overrides the user's own
 * (tests, `npm start`).
 * @throws Error when the folder exists and belongs to somebody else or cannot be made private.
 */
export function endpointFor(key: EndpointKey, environment: NodeJS.ProcessEnv = process.env): Endpoint {
  const folder = key.runtimeFolder ?? usualFolder(environment);
  makePrivate(folder);
  const modules = (key.moduleFolders ?? []).map((each) => `\0${each}`).join('');
  const name = createHash('sha256')
    .update(`${key.version}\0${PROTOCOL_VERSION}\0${key.gpu}\0${key.devices ?? 'auto'}${modules}`)
    .digest('hex')
    .slice(0, 10);
  return {
    folder,
    file: path.join(folder, `${name}.json`),
    lock: path.join(folder, `${name}.lock`),
    log: path.join(folder, `${name}.log`),
    stderr: path.join(folder, `${name}.log.stderr`),
  };
}

/**
 * Where an engine is to listen. On Unix beside its endpoint file: nobody else can enter the folder. The names of Windows
 * pipes are one space for all users, and whoever is first has one: a name is drawn for each run, so that nobody can be.
 */
export function addressFor({ file }: Endpoint, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return `\\\\.\\pipe\\quire-${randomBytes(16).toString('hex')}`;
  return file.replace(/\.json$/, '.sock');
}

/** Puts the endpoint file in its place, whole at once. */
export function writeEndpointFile({ file }: Endpoint, contents: EndpointFile): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(contents), { mode: 0o600 });
  renameSync(draft, file);
}

/** Removes the endpoint file, and the socket where it is a file too. For the holder of the lock only. */
export function removeEndpointFile(endpoint: Endpoint): void {
  rmSync(endpoint.file, { force: true });
  if (process.platform !== 'win32') rmSync(addressFor(endpoint), { force: true });
}

/** The endpoint file of a listening engine; undefined when there is none or it is half-written. */
export function readEndpointFile(file: string): EndpointFile | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const { pid, token, socket, busyUntil } = value as Partial<EndpointFile>;
    if (typeof pid !== 'number' || typeof token !== 'string' || typeof socket !== 'string') return undefined;
    return { pid, token, socket, ...(typeof busyUntil === 'number' ? { busyUntil } : {}) };
  } catch {
    return undefined;
  }
}

/** Endpoint files of all engines that this user may have running, of whatever version. */
export function endpointFiles(environment: NodeJS.ProcessEnv = process.env): string[] {
  try {
    const folder = usualFolder(environment);
    return readdirSync(folder).flatMap((name) => (name.endsWith('.json') ? path.join(folder, name) : []));
  } catch {
    return [];
  }
}

function usualFolder(environment: NodeJS.ProcessEnv): string {
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
