/** Spawn-or-connect: joins the engine of this user, or starts it, and introduces the client to it. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Endpoint, endpointFor } from '../endpoint.ts';
import { lastLinesFrom, rotate, sizeOf } from '../logFiles.ts';
import { argumentsOf, type EngineCommand } from './command.ts';
import { EngineError } from './errors.ts';
import { endHung } from './hung.ts';
import { type JoinOptions, join } from './join.ts';
import type { Session } from './session.ts';

const START_TIMEOUT_MS = 20_000;
const POLL_MS = 20;
/** An engine that found the place taken, by one that does not answer yet or is just leaving, is started again. */
const AGAIN_MS = 200;

/** As the reason of an abort: an engine that was started and not joined yet is ended too. */
export const ABANDON = new Error('The engine is not wanted any more.');

/**
 * Connects to the running engine, or starts one and connects.
 * Several callers at once end up with the same engine: the lock decides which spawned process stays.
 * @throws EngineError `engineStopped` in words when the engine cannot be started; the signal's reason.
 */
export async function joinOrLaunch(
  command: EngineCommand,
  options: Pick<JoinOptions, 'name' | 'patient'> & { signal: AbortSignal },
): Promise<Session> {
  const { signal } = options;
  const endpoint = endpointFor(command);
  const { hangMs } = command;
  const joining: JoinOptions = { ...options, ...(hangMs && { hangMs }), onHung: (pid) => endHung(endpoint, pid) };
  const deadline = performance.now() + START_TIMEOUT_MS;
  let child: Child | undefined;
  try {
    for (;;) {
      const joined = await join(endpoint.file, joining);
      if (joined.kind === 'joined') return joined.session;
      signal.throwIfAborted();
      if (joined.kind === 'silent') endHung(endpoint, joined.pid);
      if (child?.failure) throw child.failure;
      if (performance.now() > deadline) {
        child?.end('SIGKILL');
        throw new EngineError(
          'engineStopped',
          `The engine did not start within ${START_TIMEOUT_MS / 1000} s.`,
          child?.words,
        );
      }
      if (child?.yielded) await sleep(AGAIN_MS, undefined, { signal });
      if (!child || child.yielded) child = new Child(command, endpoint);
      await Promise.race([child.ended, sleep(POLL_MS)]);
    }
  } catch (error) {
    if (signal.reason === ABANDON) child?.end('SIGTERM');
    throw error;
  }
}

/** An engine process that was started and is not joined yet. */
class Child {
  /** Another engine was there first. */
  yielded = false;
  failure: EngineError | undefined;
  readonly ended: Promise<void>;
  readonly #stderr: string;
  /** Where its own words begin. */
  readonly #start: number;
  readonly #end: (signal: NodeJS.Signals) => void;

  constructor(command: EngineCommand, { folder, stderr }: Endpoint) {
    rotate(stderr);
    this.#stderr = stderr;
    this.#start = sizeOf(stderr);
    const output = openSync(stderr, 'a', 0o600);
    try {
      const child = spawn(command.executable, [command.entry, ...argumentsOf({ ...command, runtimeFolder: folder })], {
        // The engine serves other windows too: it must outlive this one, and must not hold its folder.
        detached: true,
        cwd: folder,
        env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_NO_WARNINGS: '1' },
        stdio: ['ignore', 'ignore', output],
        windowsHide: true,
      });
      this.#end = (signal) => child.kill(signal);
      this.ended = new Promise((resolve) => {
        child.once('error', (error) => resolve(this.#failed(`could not be started: ${error.message}`)));
        child.once('exit', (code, signal) => {
          if (signal) this.#failed(`was ended at its start by ${signal}`);
          else if (code) this.#failed(`ended at its start (exit code ${code})`);
          else this.yielded = true;
          resolve();
        });
      });
      child.unref();
    } finally {
      closeSync(output);
    }
  }

  get words(): string {
    return lastLinesFrom(this.#stderr, this.#start);
  }

  end(signal: NodeJS.Signals): void {
    this.#end(signal);
  }

  #failed(how: string): void {
    const { words } = this;
    const last = words.split('\n').at(-1);
    this.failure = new EngineError('engineStopped', `The engine ${how}.${last ? ` ${last}` : ''}`, words);
  }
}
