/** The end of an engine that does not answer. */
import { type Endpoint, readEndpointFile } from '../endpoint.ts';
import { isHeld } from '../lock.ts';

/**
 * Kills an engine by its pid, if that is still its own: the endpoint file names it, and its lock is held. The file of an
 * engine that is gone may name a process of somebody else by now, but then nobody holds the lock; an engine that starts
 * removes the file as soon as it has the lock.
 * @returns true when the process was told to end.
 */
export function endHung(endpoint: Endpoint, pid: number): boolean {
  if (!isHeld(endpoint.lock) || readEndpointFile(endpoint.file)?.pid !== pid || pid === process.pid) return false;
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false; // it has just gone, or is not ours to end
  }
}
