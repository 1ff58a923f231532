/** Watches the processes of an editor for connections outside loopback: by a preload in each, and by the kernel's lists. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { commandLine, outsideSockets, processTree } from './sockets.ts';

interface GuardRecord {
  pid: number;
  script: string;
  what: string;
  address?: string;
  stack?: string;
}

const POLL_MS = 250;
/** To be loaded with `--require`; puts a process, and all that it starts, under the guard. */
export const networkGuard: string = path.join(import.meta.dirname, 'networkGuard.cjs');

/** What the guard wrote to `file`. */
export function guardRecords(file: string): GuardRecord[] {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as GuardRecord);
}

export class NetworkWatch {
  readonly #file: string;
  readonly #watched: () => number[];
  readonly #ownFolder: string;
  readonly #seen = new Map<string, string>();
  readonly #timer: NodeJS.Timeout;

  /**
   * @param options.file where the guard writes (`QUIRE_NETWORK_GUARD_FILE`).
   * @param options.pids the processes to watch, with everything below them; asked anew at each look.
   * @param options.ownFolder files under it are the editor's own: what they alone attempt is not counted.
   */
  constructor({ file, pids, ownFolder }: { file: string; pids: () => number[]; ownFolder: string }) {
    this.#file = file;
    this.#watched = pids;
    this.#ownFolder = ownFolder;
    this.#timer = setInterval(() => this.#look(), POLL_MS);
    this.#timer.unref();
  }

  /** Numbers of the processes in which the guard is active. */
  guarded(): number[] {
    return guardRecords(this.#file).flatMap(({ pid, what }) => (what === 'guarded' ? [pid] : []));
  }

  /** What was attempted or seen outside loopback so far, one line each. */
  violations(): string[] {
    this.#look();
    const attempts = guardRecords(this.#file)
      .filter((record) => record.what !== 'guarded' && !this.#isEditorsOwn(record))
      .map(({ pid, script, what, address, stack }) => `${what} to ${address} by process ${pid} (${script})\n${stack}`);
    return [...attempts, ...this.#seen.values()];
  }

  dispose(): void {
    clearInterval(this.#timer);
  }

  /**
   * The server looks for updates of extensions, and extensions that come with the editor sign in. Their frames are in
   * the stack; Quire's own frames, or none at all, count.
   */
  #isEditorsOwn({ script, stack = '' }: GuardRecord): boolean {
    if (/server-main\.js/.test(script)) return true;
    const extensions = path.join(this.#ownFolder, 'extensions') + path.sep;
    return /--type=extensionHost/.test(script) && stack.includes(extensions);
  }

  #look(): void {
    const pids = [...new Set(this.#watched().flatMap(processTree))];
    for (const socket of outsideSockets(pids)) {
      const text = `${socket.protocol} ${socket.local} to ${socket.remote} of process ${socket.pid}`;
      if (!this.#seen.has(text)) this.#seen.set(text, `${text} (${commandLine(socket.pid)})`);
    }
  }
}
