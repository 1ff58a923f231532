/** Where the conversations of a workspace are kept: a folder for each, whose name tells nothing of it. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { dataFolder } from '../../engine/dataFolder.ts';

/** `folder` absolute; null: a window without one, which `name` tells apart. The engine calls its caches alike. */
export interface ChatsOf {
  folder: string | null;
  name: string;
}

/** Says whose conversations a folder has, so that they can be found when the workspace's own folder is gone. */
const ABOUT = 'workspace.json';

/** The folder for a {@link ConversationStore}; nothing is made. Equal real paths have the same one. */
export async function chatsFolder(of: ChatsOf, environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const place = of.folder === null ? `name\n${of.name}` : `folder\n${await realOf(of.folder)}`;
  const hash = createHash('sha256').update(place).digest('hex').slice(0, 24);
  return path.join(dataFolder('chats', environment), hash);
}

/** Makes the folder, for this user alone, and says in it whose it is. @returns its path, as {@link chatsFolder} */
export async function makeChatsFolder(of: ChatsOf, environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const made = await chatsFolder(of, environment);
  await mkdir(made, { recursive: true, mode: 0o700 });
  const about = JSON.stringify(of.folder === null ? { name: of.name } : { folder: await realOf(of.folder) });
  await writeFile(path.join(made, ABOUT), `${about}\n`, { mode: 0o600 });
  return made;
}

/**
 * The folders that have conversations of a workspace's folder, also where that is gone, or was a link that is gone.
 * @param folder as it was given.
 */
export async function chatsFoldersOf(folder: string, environment: NodeJS.ProcessEnv = process.env): Promise<string[]> {
  const all = dataFolder('chats', environment);
  const wanted = new Set([path.resolve(folder), await realOf(folder)]);
  const found = new Set<string>();
  for (const name of await readdir(all).catch(() => [])) {
    const about = await readFile(path.join(all, name, ABOUT), 'utf8').catch(() => '');
    if (wanted.has(folderIn(about) ?? '')) found.add(path.join(all, name));
  }
  const expected = await chatsFolder({ folder, name: '' }, environment);
  if ((await readdir(expected).catch(() => [])).length > 0) found.add(expected);
  return [...found];
}

function folderIn(about: string): string | undefined {
  try {
    const { folder } = JSON.parse(about) as { folder?: unknown };
    return typeof folder === 'string' ? folder : undefined;
  } catch {
    return undefined;
  }
}

const realOf = (folder: string): Promise<string> => realpath(folder).catch(() => path.resolve(folder));
