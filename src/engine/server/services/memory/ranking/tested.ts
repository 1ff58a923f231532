/** Tests tell in plain words what the file does that they are named after: where they fit a question, it does. */
import { isTest } from '../../search/fileKinds.ts';

/** `test_pool`, `pool.test`, `pool_test`, `PoolTest`. */
const OF_TEST = /^tests?_(?=.)|(?<=.)[._-](?:tests?|spec)$|(?<=\p{Ll})Tests?$/u;

interface Tests {
  path: string;
  folders: ReadonlySet<string>;
  relevance: number;
}

/** The best test of a file. */
export interface Tested {
  path: string;
  relevance: number;
}

/**
 * @param found paths, each as often as there are items of it, and how relevant the items are.
 * @returns for each path that is no test the test that is named after it and fits best; of several files that have the name,
 * it is of those with which it has most folders in common.
 */
export function testedOf(found: readonly { path: string | null; relevance: number }[]): Map<string, Tested> {
  const tests = new Map<string, Tests[]>();
  const files = new Map<string, Set<string>>();
  for (const { path, relevance } of found) {
    if (path === null) continue;
    const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
    if (!isTest(path)) listed(files, subjectName(name), () => new Set<string>()).add(path);
    else if (OF_TEST.test(name)) {
      const of = listed(tests, subjectName(name.replace(OF_TEST, '')), (): Tests[] => []);
      of.push({ path, folders: foldersOf(path), relevance });
    }
  }
  const tested = new Map<string, Tested>();
  for (const [name, some] of tests) {
    const subjects = [...(files.get(name) ?? [])].map((path) => ({ path, folders: foldersOf(path) }));
    for (const { path: test, folders, relevance } of some) {
      const common = subjects.map((one) => [...one.folders].filter((folder) => folders.has(folder)).length);
      for (const [i, { path }] of subjects.entries()) {
        if (common[i] === Math.max(...common) && relevance > (tested.get(path)?.relevance ?? 0))
          tested.set(path, { path: test, relevance });
      }
    }
  }
  return tested;
}

/** Python's private modules begin with `_`. */
const subjectName = (name: string): string => name.replace(/^_+(?=.)/, '').toLowerCase();
const foldersOf = (path: string): Set<string> => new Set(path.split('/').slice(0, -1));

function listed<K, V>(map: Map<K, V>, key: K, empty: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = empty();
  map.set(key, made);
  return made;
}
