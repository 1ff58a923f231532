/** Which files of a workspace folder an index over the user's own code reads, in which order, and what it reads of each. */
import { constants } from 'node:fs';
import { lstat, open, opendir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { IgnoreRules } from '../../../../files/ignored.ts';
import { isSecret, PrivateFiles } from '../../../../files/private.ts';
import { userFolders } from '../../../../files/userFolders.ts';

/** Files of one workspace folder at most; of more, the nearest. */
export const MAX_FILES = 20_000;

/** A file is read up to this size, in bytes. What is larger was rarely typed. */
export const MAX_FILE_BYTES = 256 * 1024;

/** UTF-16 units. Lines that are longer, on average or one of them, were made by a program or are data. */
const MAX_MEAN_LINE = 200;
const MAX_LINE = 5000;

/** Folders that hold no code of the user, whether or not git is told so. */
const FOREIGN_FOLDERS = /(?:^|\/)(?:\.git|\.hg|\.svn|node_modules)\//;

/** Files that hold no code worth learning from, by their names in lower case. */
const NO_CODE = [
  // Made by a program: lock files, snapshots, minified code, source maps; `.git` is a file in a worktree.
  /^(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|bun\.lockb|go\.sum|\.git)$/,
  /\.(?:lock|snap|map|min\.[cm]?js|min\.css)$/,
  // Data and logs.
  /\.(?:svg|csv|tsv|jsonl|ndjson|log)$/,
  /\.(?:db|db3|sqlite|sqlite3|mdb|parquet)(?:-wal|-shm|-journal)?$/,
  // Images, fonts, sound and film, documents.
  /\.(?:png|jpe?g|gif|bmp|ico|icns|webp|avif|heic|tiff?|psd|woff2?|ttf|otf|eot)$/,
  /\.(?:mp[34]|m4[av]|wav|ogg|opus|flac|aac|webm|mov|avi|mkv|pdf|docx?|xlsx?|pptx?)$/,
  // Archives and packages.
  /\.(?:zip|gz|tgz|bz2|xz|zst|7z|rar|tar|jar|war|vsix|whl|nupkg|deb|rpm|dmg|iso)$/,
  // Compiled code, models.
  /\.(?:wasm|dll|dylib|so(?:\.\d+)*|a|lib|o|obj|exe|node|class|pyc|pyd|pdb)$/,
  /\.(?:gguf|bin|safetensors|onnx|pth?|ckpt|tflite|np[yz]|pkl)$/,
];

/** A folder of the walk. Its path is '' for the workspace folder, and ends in '/' otherwise. */
interface Folder {
  path: string;
  /** Steps to the nearest of the files that are near. */
  distance: number;
  /** Paths of those of its own files that are wanted; none before it was read. */
  files: string[];
}

/**
 * What {@link readSource} should be asked for: paths relative to `folder`, with '/'; those first that lie nearest to the
 * files in `near`, by steps through folders up and down, and in the order of their paths where they lie equally near.
 * Ignored and secret files are left out, and so is what {@link isIndexable} leaves out; links are not followed. A folder
 * that cannot be read has no files. Of more than {@link MAX_FILES} the nearest are there, of equally near ones any.
 * @param rules of what is ignored, as {@link privateFilesHere} has them.
 * @param near paths of files relative to `folder`, with '/'; without any, the nearest are those at the top.
 * @throws the reason of `signal` when it is aborted.
 */
export async function filesOf(
  folder: string,
  near: readonly string[],
  rules: Pick<IgnoreRules, 'ignores'>,
  signal?: AbortSignal,
): Promise<string[]> {
  if (isSecret(`${withSlashes(folder)}/`)) return [];
  const targets = near.length === 0 ? [''] : [...new Set(near.map(folderOf))];
  const found: Folder[][] = []; // by distance
  const counts: number[] = []; // of files, by distance

  // Folders by the least distance that anything in them can have: those on the way to a target first. So the walk can end
  // when there is enough, and what is nearest is there.
  const waiting: Folder[][] = [[{ path: '', distance: distanceOf('', targets), files: [] }]];
  for (let least = 0; least < waiting.length; least++) {
    for (const parent of waiting[least] ?? []) {
      if (sum(counts.slice(0, least + 1)) >= MAX_FILES) return inOrder(found);
      const { distance, files } = parent;
      for await (const entry of entriesOf(path.join(folder, parent.path))) {
        signal?.throwIfAborted();
        const child = parent.path + entry.name;
        if (entry.isDirectory()) {
          const inside = `${child}/`;
          if (FOREIGN_FOLDERS.test(inside) || isSecret(inside) || (await rules.ignores(inside))) continue;
          const away = distanceOf(inside, targets);
          const bound = targets.some((target) => target.startsWith(inside)) ? 0 : away;
          waiting[bound] ??= [];
          waiting[bound].push({ path: inside, distance: away, files: [] });
        } else if (entry.isFile() && files.length < MAX_FILES && isIndexable(child) && !(await rules.ignores(child))) {
          files.push(child);
        }
      }
      files.sort(byCode);
      found[distance] ??= [];
      found[distance].push(parent);
      counts[distance] = (counts[distance] ?? 0) + files.length;
    }
  }
  signal?.throwIfAborted();
  return inOrder(found);
}

/**
 * The text of a file, with LF and without a byte order mark; undefined where it is gone or cannot be read, is no regular
 * file (a link is none), is larger than `most` bytes, is binary or not UTF-8, or has lines as only programs
 * write them.
 */
export async function readSource(file: string, most = MAX_FILE_BYTES): Promise<string | undefined> {
  const bytes = await beginningOf(file, most + 1).catch(() => undefined);
  if (bytes === undefined || bytes.length > most || bytes.includes(0)) return undefined;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r\n?/g, '\n');
  } catch {
    return undefined;
  }
  return looksWritten(text) ? text : undefined;
}

/** A link may have taken a file's place since it was looked at, or a pipe, which may have no end: neither is opened. */
const OPEN = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** At most so many bytes, also of a file that grows meanwhile; undefined where it is no file or larger. */
async function beginningOf(file: string, most: number): Promise<Uint8Array | undefined> {
  if (!(await lstat(file)).isFile()) return undefined;
  const handle = await open(file, OPEN);
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size >= most) return undefined;
    const bytes = Buffer.alloc(Math.min(most, stats.size + 1));
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length === bytes.length) return bytes.subarray(0, length);
    }
  } finally {
    await handle.close();
  }
}

/**
 * What the name alone says of a file: false for secrets, for those in foreign folders, and for those without code.
 * @param file relative to the workspace folder, with '/'.
 */
export function isIndexable(file: string): boolean {
  if (FOREIGN_FOLDERS.test(file) || isSecret(file)) return false;
  const name = file.slice(file.lastIndexOf('/') + 1).toLowerCase();
  return !NO_CODE.some((rule) => rule.test(name));
}

/** What is private in folders on this machine, for this user. A folder's key is its path. */
export function privateFilesHere(): PrivateFiles {
  const user = userFolders();
  const real = (_folder: string, file: string) => realpath(file).then(withSlashes, () => file);
  return new PrivateFiles({ read: (_folder, file) => readRules(file), user: () => user, real });
}

/** As the rules of files want it. */
export function withSlashes(file: string): string {
  return file.replaceAll('\\', '/');
}

/** A link is followed, as the editor does; a pipe or a device, which may have no end, is not read. */
export async function readRules(file: string): Promise<string | undefined> {
  try {
    return (await stat(file)).isFile() ? await readFile(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

function looksWritten(text: string): boolean {
  const lines = text.replace(/\n$/, '').split('\n');
  const units = lines.reduce((total, line) => total + line.length, 0);
  return units <= MAX_MEAN_LINE * lines.length && lines.every((line) => line.length <= MAX_LINE);
}

/** The entries of a folder as long as it can be read. They come in small lots; other work goes on in between. */
async function* entriesOf(folder: string) {
  try {
    yield* await opendir(folder);
  } catch {
    // It is gone, or closed to this user: what was read of it stays.
  }
}

/** Steps from a folder to the nearest of the targets; all are paths as in {@link Folder}. */
export function distanceOf(folder: string, targets: readonly string[]): number {
  return Math.min(...targets.map((target) => stepsBetween(folder, target)));
}

/** Up to the folder that both lie in, and down again. */
function stepsBetween(a: string, b: string): number {
  let common = 0;
  for (let end = a.indexOf('/'); end >= 0 && b.startsWith(a.slice(0, end + 1)); end = a.indexOf('/', end + 1)) common++;
  return depthOf(a) + depthOf(b) - 2 * common;
}

function depthOf(folder: string): number {
  return folder.split('/').length - 1;
}

/** The folder of a file: '' or a path that ends in '/'. */
export function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/') + 1);
}

/** The nearest files first, then by path. */
function inOrder(found: readonly (Folder[] | undefined)[]): string[] {
  let result: string[] = [];
  for (const folders of found) {
    if (folders === undefined) continue;
    if (result.length >= MAX_FILES) break;
    const files = folders.sort((a, b) => byCode(a.path, b.path)).flatMap((folder) => folder.files);
    // They are in order but for folders inside each other, and then this compares little: a whole sort takes 50 ms.
    result = result.concat(files.sort(byCode));
  }
  return result.slice(0, MAX_FILES);
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
