/** Where Quire keeps what is to be there after a restart: one folder for each user, the same for editors and command line. */
import { homedir } from 'node:os';
import path from 'node:path';

/**
 * @param name of a folder in it; nothing is made.
 * `QUIRE_DATA_DIR` overrides the place (tests, `npm start`).
 */
export function dataFolder(name: string, environment: NodeJS.ProcessEnv = process.env): string {
  return path.join(placeOf(environment), name);
}

function placeOf(environment: NodeJS.ProcessEnv): string {
  if (environment.QUIRE_DATA_DIR) return path.resolve(environment.QUIRE_DATA_DIR);
  if (process.platform === 'win32') {
    return path.join(environment.LOCALAPPDATA ?? path.join(homedir(), 'AppData', 'Local'), 'quire', 'data');
  }
  if (process.platform === 'darwin') return path.join(homedir(), 'Library', 'Application Support', 'quire');
  return path.join(environment.XDG_DATA_HOME || path.join(homedir(), '.local', 'share'), 'quire');
}
