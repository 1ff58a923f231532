/** Files that `quire chat --attach` shows to a model. */
import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { attachmentOf } from '../chat/context/attachment.ts';
import type { KeptAttachment } from '../chat/conversation/entries.ts';
import type { FilePlace } from '../chat/copied.ts';
import { PrivateFiles } from '../files/private.ts';
import { userFolders } from '../files/userFolders.ts';
import { unreadable } from './unreadable.ts';

/** Bytes of a file: far more than any context takes. */
const LONGEST = 4 << 20;

/** @throws Error in words for what is secret, ignored by git, no file, or no text. */
export async function attachedOf(files: readonly string[]): Promise<KeptAttachment[]> {
  const user = userFolders();
  const rules = new PrivateFiles({ read: (_folder, file) => textOf(file), user: () => user });
  return Promise.all(files.map((file) => attach(rules, file)));
}

/** What an attached file says now; undefined where it may not be attached any more. What an answer names is not read. */
export async function attachedNow(place: FilePlace): Promise<string | undefined> {
  if (!('uri' in place) || !place.uri.startsWith('file:')) return undefined;
  const [now] = await attachedOf([fileURLToPath(place.uri)]).catch(() => []);
  return now?.text;
}

async function attach(rules: PrivateFiles, file: string): Promise<KeptAttachment> {
  // A link to a secret is one.
  const real = await realpath(file).catch(() => path.resolve(file));
  for (const place of new Set([path.resolve(file), real])) {
    const full = place.replaceAll('\\', '/');
    const name = path.basename(place);
    const folder = { key: path.dirname(place), path: name };
    if (await rules.has({ path: full, folder })) {
      throw new Error(`${file} is not attached: its name says that it holds secrets, or git ignores it.`);
    }
  }
  const found = await stat(real).catch(() => undefined);
  if (found?.isDirectory()) throw new Error(`${file} is not attached: it is a folder. Name files in it.`);
  if (!found?.isFile()) throw new Error(`${file} is not attached: there is no such file.`);
  if (found.size > LONGEST) throw new Error(`${file} is not attached: it is longer than any model can read.`);
  const text = await readFile(real, 'utf8').catch((error) => {
    throw unreadable(file, error);
  });
  if (text.includes('\0')) throw new Error(`${file} is not attached: it is no text.`);
  return attachmentOf('file', file.replaceAll('\\', '/'), text, { uri: pathToFileURL(real).toString() });
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return (await stat(file)).isFile() ? await readFile(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
