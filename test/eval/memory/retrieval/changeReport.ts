/**
 * Test C: a line of a changelog finds, in the memory of the version before, a file that the change was made in. Versions of
 * packages that nothing was trained on, whose archives have their sources and a changelog.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Embedder } from '../../../../src/engine/server/services/memory/items.ts';
import { candidatesFor, orderOf } from '../../../../src/engine/server/services/memory/ranking/search.ts';
import { wordsOf } from '../../../../src/engine/server/services/search/words.ts';
import { filesOf } from '../../../../src/engine/server/services/workspaceFiles/folder.ts';
import { FolderPrivacy } from '../../../../src/engine/server/services/workspaceFiles/folderPrivacy.ts';
import { withInterval } from './interval.ts';
import { packageFolder } from './packageFolder.ts';
import { storeOf, summariesOf } from './summarisedStore.ts';

const range = (before: string, first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, i) => `${before}${first + i}`);
/** Each after the one before it. */
const VERSIONS: Record<string, string[]> = {
  nodemailer: [
    ...range('7.0.', 0, 7),
    ...range('7.0.', 9, 13),
    ...range('8.0.', 0, 11),
    ...range('9.0.', 0, 6),
    '9.1.0',
    '9.1.1',
  ],
};
const SOURCE = /^(?:lib|src)\/.*\.[cm]?[jt]s$/;
/** Of a version in which more files changed no line says much of one of them. */
const MOST_CHANGED = 8;
const LEAST_WORDS = 4;
const TOP = 5;

interface Change {
  line: string;
  /** Any of these is right. */
  files: string[];
}

export async function printChanges(embedders: ReadonlyMap<string, Embedder>): Promise<void> {
  const gains = new Map<string, number[]>();
  const note = (name: string, found: readonly string[], files: readonly string[]) => {
    const first = [...new Set(found)].slice(0, TOP);
    gains.set(name, [...(gains.get(name) ?? []), first.some((file) => files.includes(file)) ? 1 : 0]);
  };
  for (const [name, versions] of Object.entries(VERSIONS)) {
    const newest = await folderFor(name, versions.at(-1)!);
    for (const [i, version] of versions.entries()) {
      if (i === 0) continue;
      const changes = await changesOf(
        newest,
        await folderFor(name, versions[i - 1]!),
        await folderFor(name, version),
        version,
      );
      if (changes.length === 0) continue;
      const items = await summariesOf(await folderFor(name, versions[i - 1]!), (file) => SOURCE.test(file));
      for (const [which, embedder] of embedders) {
        const store = await storeOf(items, embedder);
        const { total } = store.list({ limit: 1 });
        for (const { line, files } of changes) {
          if (which === [...embedders.keys()][0]) {
            const words = store.byWords(line, 50).map(({ id }) => store.get(id)!.path ?? '');
            note('BM25 of the store', words, files);
          }
          const candidates = await candidatesFor({ query: line }, { store, embedder }, total);
          // A change brings words that were not there before: what ranks is one matter, what is activated another.
          const order = orderOf(candidates, 0);
          const pathsOf = (some: typeof order) => some.map(({ item }) => item.path ?? '');
          note(`${which}, ranked`, pathsOf(order), files);
          note(`${which}, what is sure`, pathsOf(order.filter(({ sure }) => sure)), files);
        }
        store.close();
      }
    }
  }
  console.log(
    `C: ${[...gains.values()][0]?.length ?? 0} lines of changelogs: a file that changed among the first ${TOP}`,
  );
  for (const [which, values] of gains) console.log(`  ${which.padEnd(36)} ${withInterval(values)}`);
}

const folderFor = (name: string, version: string): Promise<string> => packageFolder(`${name}@${version}`);

async function changesOf(newest: string, before: string, after: string, version: string): Promise<Change[]> {
  const lines = linesFor(readFileSync(path.join(newest, 'CHANGELOG.md'), 'utf8'), version);
  if (lines.length === 0) return [];
  const files: string[] = [];
  for (const file of await filesOf(before, [], new FolderPrivacy(before).rules)) {
    const now = path.join(after, file);
    if (SOURCE.test(file) && existsSync(now) && !readFileSync(now).equals(readFileSync(path.join(before, file))))
      files.push(file);
  }
  return files.length === 0 || files.length > MOST_CHANGED ? [] : lines.map((line) => ({ line, files }));
}

/** What is listed under the heading of a version, without links and names of changes. */
export function linesFor(changelog: string, version: string): string[] {
  const all = changelog.split(/\r?\n/);
  const heading = new RegExp(`^#+ .*(?<![\\d.])${version.replaceAll('.', '\\.')}(?![\\d.])`);
  const start = all.findIndex((line) => heading.test(line));
  if (start < 0) return [];
  const level = /^#+/.exec(all[start]!)![0].length;
  const length = all.slice(start + 1).findIndex((line) => (/^#+(?= )/.exec(line)?.[0].length ?? 9) <= level);
  return all
    .slice(start + 1, length < 0 ? undefined : start + 1 + length)
    .filter((line) => /^\s*[-*] /.test(line))
    .map((line) =>
      line
        .replace(/^\s*[-*] /, '')
        .replaceAll(/\(?\[[^\]]*\]\([^)]*\)\)?,?/g, '')
        .replaceAll(/[*`]|@\w+|#\d+/g, '')
        .trim(),
    )
    .filter(
      (line) =>
        wordsOf(line).length >= LEAST_WORDS && !/\b(?:ci|dependenc(?:y|ies)|readme|docs?|typo|tests?)\b/i.test(line),
    );
}
