/** Memories of an engine of a test's own: its folders, what is in them byte for byte, and workspaces to write into. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { readWorkspaceNotification } from '../../src/engine/protocol/index.ts';
import { ownEngine } from './ownEngine.ts';

export const folder = mkdtempSync(path.join(tmpdir(), 'quire-memory-'));
export const data = path.join(folder, 'data');
process.env.QUIRE_DATA_DIR = data;
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

export const cache = path.join(folder, 'cache');
export const client = ownEngine({ cache: { folder: cache } });

/** Writes a file of a project. */
export function write(project: string, file: string, text: string): void {
  const full = path.join(folder, project, file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, text);
}

/** A workspace of a folder, which is read where that is told. */
export async function open(project: string, { reads = false, trusted = true, by = client } = {}) {
  const place = path.join(folder, project);
  mkdirSync(place, { recursive: true });
  const workspace = await by.openWorkspace({ folder: place, name: place, trusted });
  if (reads) by.tell(readWorkspaceNotification, { workspace, on: true });
  return { place: { workspace }, workspace };
}

/** Where the memory of a workspace lies. */
export const memoryIn = (workspace: string): string => path.join(data, 'memory', workspace);

/** Every file of a folder with its content. */
export function contentOf(place: string): Record<string, string> {
  if (!existsSync(place)) return {};
  const files = readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(path.join(place, name)).isFile(),
  );
  return Object.fromEntries(files.map((name) => [name, readFileSync(path.join(place, name), 'latin1')]));
}

/** Files below a folder that have a text. */
export const filesWith = (place: string, text: string): string[] =>
  Object.entries(contentOf(place)).flatMap(([name, content]) => (content.includes(text) ? [name] : []));

/** A file with something to remember. */
export const POOL = `/** Lends out pages of zebra memory. */
export class PagePool {
  /** Lends the oldest page that is free. */
  lend(count: number): number {
    return count + 1;
  }
}
`;
