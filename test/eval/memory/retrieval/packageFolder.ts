/** A package's files where they are read as anybody's are: git passes over the folder that packages are fetched into. */
import { cpSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { folderOf } from '../../packages.ts';

/** @param name with its version. @throws Error when npm cannot fetch it. */
export async function packageFolder(name: string): Promise<string> {
  const folder = path.join(tmpdir(), 'quire-eval-versions', name);
  if (!existsSync(folder)) cpSync(path.join(await folderOf(name), 'package'), folder, { recursive: true });
  return folder;
}
