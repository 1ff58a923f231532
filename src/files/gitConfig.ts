/** What git's configuration says of ignored files, read without git. */
import { posix } from 'node:path';
import { wildmatch } from './wildmatch.ts';

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
  /** What is its own where it is a worktree, else the same. */
  ownFolder: string;
}

export interface IgnoreSettings {
  /** Absolute; undefined where there is none. */
  excludesFile: string | undefined;
  ignoreCase: boolean;
}

/** Files that include each other end somewhere. */
const DEEPEST_INCLUDE = 10;

/** The repository that a folder lies in: the nearest, as git finds it. */
export async function repositoryOf(folder: string, read: ReadText): Promise<Repository | undefined> {
  for (let root = folder; ; root = root.slice(0, root.lastIndexOf('/'))) {
    const found = await repositoryAt(root, read);
    if (found || !root.includes('/')) return found;
  }
}

/** The repository whose root a folder is; `.git` of a worktree or submodule is a file. */
export async function repositoryAt(root: string, read: ReadText): Promise<Repository | undefined> {
  const git = `${root}/.git`;
  if ((await read(`${git}/HEAD`)) !== undefined) return { root, gitFolder: git, ownFolder: git };
  const elsewhere = /^gitdir: (.+?)\s*$/.exec((await read(git)) ?? '')?.[1];
  if (elsewhere === undefined) return undefined;
  const own = resolved(root, elsewhere);
  const common = (await read(`${own}/commondir`))?.trim();
  return { root, gitFolder: common === undefined ? own : resolved(own, common), ownFolder: own };
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
  const at = repository?.ownFolder ?? '';
  for (const file of files) await collect(file, { read, user, at, found }, 0);
  const excludes = found.get('core.excludesfile');
  const own = user && `${user.config}/git/ignore`;
  return {
    excludesFile: excludes === undefined ? own : pathOf(excludes, repository?.root ?? '', user),
    // Without a repository there is no word on it, and ignoring more is safer.
    ignoreCase: repository === undefined || isTrue(found.get('core.ignorecase')),
  };
}

interface Collecting {
  read: ReadText;
  user: UserFolders | undefined;
  /** The repository's own git folder; '' for none. */
  at: string;
  /** Later ones replace earlier ones. */
  found: Map<string, string>;
}

/** Of the conditional includes those go that ask where the repository lies. */
async function collect(file: string, collecting: Collecting, depth: number): Promise<void> {
  const { read, user, at, found } = collecting;
  const folder = posix.dirname(file);
  for (const [key, value] of entriesOf((await read(file)) ?? '')) {
    found.set(key, value);
    const [, fold, where] = /^includeif"gitdir(\/i)?:(.*)"\.path$/s.exec(key) ?? [];
    const isMeant = where === undefined ? key === 'include.path' : liesAt(at, where, fold !== undefined, folder, user);
    const included = isMeant ? pathOf(value, folder, user) : undefined;
    if (included !== undefined && depth < DEEPEST_INCLUDE) await collect(included, collecting, depth + 1);
  }
}

/** Whether a git folder is one that `gitdir:` means, in a file of configuration in `base`. */
function liesAt(at: string, where: string, fold: boolean, base: string, user: UserFolders | undefined): boolean {
  if (at === '') return false;
  let pattern = where.replace(/\\(["\\])/g, '$1');
  if (pattern.startsWith('~/')) pattern = `${user?.home}${pattern.slice(1)}`;
  else if (pattern.startsWith('./')) pattern = base + pattern.slice(1);
  else if (!/^(?:[a-z]:)?\//i.test(pattern)) pattern = `**/${pattern}`;
  if (pattern.endsWith('/')) pattern += '**';
  return fold ? wildmatch(pattern.toLowerCase(), at.toLowerCase()) : wildmatch(pattern, at);
}

/** Keys in lower case, `section.name`; those of subsections have the subsection in between. */
function* entriesOf(text: string): Generator<[string, string]> {
  let section = '';
  const lines = text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    // First: a backslash at the end of a comment goes on to nothing.
    .replace(/^([^"\n#;]*)[#;].*$/gm, '$1')
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
  return value !== undefined && /^(?:true|yes|on|[-+]?0*[1-9]\d*[kmg]?)$/i.test(value);
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
