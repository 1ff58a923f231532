/** Has a thread wait where there is more to do than the machine has cores for. */
import { readlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * Others come before the thread that calls this: the editor, and who computes a suggestion. On Linux alone, where each
 * thread has a priority of its own; elsewhere, and where it cannot be set, it stays as it is.
 * @returns its id; `undefined` where threads have no priority of their own, or it could not be set.
 */
export function giveWay(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const thread = Number(path.basename(readlinkSync('/proc/thread-self')));
    const { PRIORITY_BELOW_NORMAL: low } = os.constants.priority;
    if (os.getPriority(thread) < low) os.setPriority(thread, low);
    return thread;
  } catch {
    return undefined;
  }
}
