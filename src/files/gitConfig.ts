/** What git's configuration says of ignored files, read without git. */
import { posix } from 'node:path';

/** Reads a text file by its absolute path with '/'; undefined where there is none. */
export type ReadText = (path: string) => Promise<string | undefined>;

/** Where a user's own configuration is, absolute with '/'. */
export interface UserFolders {
  home: string;
  /** `$XDG_CONFIG_HOME`, or `.config` in the home folder. */
  config: string;
}

export interface Repository {
  /** The folder that holds `.git`. */
  root: string;
  /** What its worktrees share. */
  gitFolder: string;
}

export interface IgnoreSettings {
  /** Absolute; undefined where there is none. */
  excludesFile: string | undefined;
  ignoreCase: boolean;
}

/** Files that include each other end somewhere. */
const DEEPEST_INCLUDE = 10;

/** The repository that a folder lies in: the nearest, as git finds it; `.git` of a worktree or submodule is a file. */
export async function repositoryOf(folder: string, read: ReadText): Promise<Repository | undefined> {
  for (let root = folder; ; root = root.slice(0, root.lastIndexOf('/'))) {
    const git = `${root}/.git`;
    if ((await read(`${git}/HEAD`)) !== undefined) return { root, gitFolder: git };
    const elsewhere = /^gitdir: (.+?)\s*$/.exec((await read(git)) ?? '')?.[1];
    if (elsewhere !== undefined) {
      const own = resolved(root, elsewhere);
      const common = (await read(`${own}/commondir`))?.trim();
      return { root, gitFolder: common === undefined ? own : resolved(own, common) };
    }
    if (!root.includes('/')) return undefined;
  }
}

/** What the repository's configuration says, or else the user's. */
export async function ignoreSettings(
  read: ReadText,
  repository: Repository | undefined,
  user: UserFolders | undefined,
): Promise<IgnoreSettings> {
  const found = new Map<string, string>();
  const files = user ? [`${user.config}/git/config`, `${user.home}/.gitconfig`] : [];
  if (repository) files.push(`${repository.gitFolder}/config`);
  for (const file of files) await collect(file, read, user, found, 0);
  const excludes = found.get('core.excludesfile');
  const own = user && `${user.config}/git/ignore`;
  return {
    excludesFile: excludes === undefined ? own : pathOf(excludes, repository?.root ?? '', user),
    // Without a repository there is no word on it, and ignoring more is safer.
    ignoreCase: repository === undefined || isTrue(found.get('core.ignorecase')),
  };
}

/** Later ones replace earlier ones. Conditional includes are passed over. */
async function collect(
  file: string,
  read: ReadText,
  user: UserFolders | undefined,
  found: Map<string, string>,
  depth: number,
): Promise<void> {
  for (const [key, value] of entriesOf((await read(file)) ?? '')) {
    found.set(key, value);
    const included = key === 'include.path' ? pathOf(value, posix.dirname(file), user) : undefined;
    if (included !== undefined && depth < DEEPEST_INCLUDE) await collect(included, read, user, found, depth + 1);
  }
}

/** Keys in lower case, `section.name`; those of subsections have the subsection in between. */
function* entriesOf(text: string): Generator<[string, string]> {
  let section = '';
  const lines = text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .replace(/\\\n/g, '')
    .split('\n');
  for (let line of lines) {
    const head = /^\s*\[([\w.-]+)\s*("(?:[^"\\]|\\.)*")?\]/.exec(line);
    if (head) {
      section = head[1]!.toLowerCase() + (head[2] ?? '');
      line = line.slice(head[0].length);
    }
    const entry = /^\s*([a-z][\w-]*)\s*(?:=(.*))?$/i.exec(line);
    if (entry) yield [`${section}.${entry[1]!.toLowerCase()}`, entry[2] === undefined ? 'true' : unquoted(entry[2])];
  }
}

/** Without quotes, escapes and what stands behind a comment sign. */
function unquoted(written: string): string {
  let value = '';
  let kept = 0;
  let quoted = false;
  for (let at = 0; at < written.length; at++) {
    const letter = written[at]!;
    if (letter === '"') quoted = !quoted;
    else if (!quoted && (letter === '#' || letter === ';')) break;
    else if (letter === '\\') {
      const escaped = written[++at] ?? '';
      value += { n: '\n', t: '\t', b: '\b' }[escaped] ?? escaped;
    } else if (quoted || !/\s/.test(letter)) value += letter;
    else if (value !== '') {
      value += letter;
      continue;
    }
    kept = value.length;
  }
  return value.slice(0, kept);
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(?:true|yes|on|[1-9]\d*)$/i.test(value);
}

/** Undefined for what is none, and for another user's. */
function pathOf(written: string, base: string, user: UserFolders | undefined): string | undefined {
  if (written === '') return undefined;
  if (!written.startsWith('~')) return resolved(base, written);
  return written.startsWith('~/') && user ? `${user.home}${written.slice(1)}` : undefined;
}

function resolved(base: string, written: string): string {
  const path = written.replaceAll('\\', '/');
  return path.startsWith('/') || /^[a-z]:\//i.test(path) ? path : posix.join(base, path);
}
