/** Where this user's configuration is. */
import { homedir } from 'node:os';
import type { UserFolders } from './gitConfig.ts';

export function userFolders(env: NodeJS.ProcessEnv = process.env): UserFolders {
  const home = (env.HOME || homedir()).replaceAll('\\', '/');
  const config = env.XDG_CONFIG_HOME?.replaceAll('\\', '/');
  return { home, config: config || `${home}/.config` };
}
