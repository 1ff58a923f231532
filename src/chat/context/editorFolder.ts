/** A folder as a listing, with sizes and what the files in it define; nothing of private files, links are not followed. */
import * as vscode from 'vscode';
import { attachmentOf } from './attachment.ts';
import { type EditorGate, nameOf } from './editorGate.ts';
import type { EditorSymbols } from './editorSymbols.ts';
import { type ListedEntry, listingText } from './listing.ts';
import { MOST_BYTES, refusal } from './refusals.ts';
import type { Resolved } from './sources.ts';

const MOST_ENTRIES = 200;
const DEEPEST = 4;
/** Files whose outline is asked for; each may wake a language server. */
const MOST_OUTLINES = 20;
const OUTLINE_LINES = 20;
const OUTLINE_MS = 3_000;
/** Nothing in there is anybody's own. */
const PASSED_OVER = new Set(['node_modules', '.git', '.hg', '.svn']);

export interface FolderListing {
  entries: ListedEntry[];
  /** How many there are beyond those. */
  left: number;
  secret: number;
}

/** @param deepest levels; 1: only what lies in the folder itself. */
export async function listFolder(
  gate: EditorGate,
  folder: vscode.Uri,
  deepest: number,
  signal: AbortSignal,
): Promise<FolderListing> {
  const listing: FolderListing = { entries: [], left: 0, secret: 0 };
  const walk = async (uri: vscode.Uri, prefix: string, depth: number): Promise<void> => {
    const children = await vscode.workspace.fs.readDirectory(uri);
    children.sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, type] of children) {
      signal.throwIfAborted();
      if (PASSED_OVER.has(name)) continue;
      const child = vscode.Uri.joinPath(uri, name);
      if (type === vscode.FileType.Directory) {
        const at = listing.entries.push({ path: prefix + name }) - 1;
        const secret = listing.secret;
        if (listing.entries.length > MOST_ENTRIES) {
          listing.entries.pop();
          listing.left++;
        } else if (depth < deepest) {
          await walk(child, `${prefix}${name}/`, depth + 1);
          // All that it holds is private, and so is that it is there.
          if (listing.entries.length === at + 1 && listing.secret > secret) listing.entries.pop();
        }
      } else if (await gate.isPrivate(child)) listing.secret++;
      else if (listing.entries.length >= MOST_ENTRIES) listing.left++;
      else {
        const { size } = await vscode.workspace.fs.stat(child).then(undefined, () => ({ size: 0 }));
        listing.entries.push({ path: prefix + name, size });
      }
    }
  };
  await walk(folder, '', 1);
  return listing;
}

export async function folderAttachment(
  gate: EditorGate,
  symbols: EditorSymbols,
  folder: vscode.Uri,
  signal: AbortSignal,
): Promise<Resolved> {
  const name = nameOf(folder);
  let listing: FolderListing;
  try {
    const { type } = await vscode.workspace.fs.stat(folder);
    if (!(type & vscode.FileType.Directory)) return { refused: refusal.notFolder(name) };
    listing = await listFolder(gate, folder, DEEPEST, signal);
  } catch (error) {
    signal.throwIfAborted();
    const missing = error instanceof vscode.FileSystemError && error.code === 'FileNotFound';
    return { refused: missing ? refusal.missing(name) : refusal.unreadable(name) };
  }
  const { entries, left, secret } = listing;
  if (entries.length === 0 && secret > 0) return { refused: refusal.secret(name) };
  const without = await addOutlines(symbols, folder, entries, signal);
  const cut = [
    ...(left > 0 ? [`the first ${MOST_ENTRIES} names; more are left out`] : []),
    ...(secret > 0 ? [`without ${secret} that are secret, or ignored by git`] : []),
    ...(without > 0 ? [`without the outlines of ${without} files`] : []),
  ];
  return {
    attachment: attachmentOf('folder', `${name}/`, `${name}/\n${listingText(entries)}`, {
      uri: folder.toString(),
      ...(cut.length > 0 ? { cut: cut.join('; ') } : {}),
    }),
  };
}

/** Asked of the first files for as long as there is patience. @returns for how many files there was none. */
async function addOutlines(
  symbols: EditorSymbols,
  folder: vscode.Uri,
  entries: ListedEntry[],
  signal: AbortSignal,
): Promise<number> {
  const files = entries.filter(({ size }) => size !== undefined && size <= MOST_BYTES);
  const end = performance.now() + OUTLINE_MS;
  let done = 0;
  for (const entry of files.slice(0, MOST_OUTLINES)) {
    signal.throwIfAborted();
    const asked = symbols.outline(vscode.Uri.joinPath(folder, entry.path), OUTLINE_LINES).catch(() => []);
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, Math.max(0, end - performance.now())));
    const outline = await Promise.race([asked, late]);
    if (outline === undefined) break;
    if (outline.length > 0) entry.outline = outline;
    done++;
  }
  return files.length - done;
}
