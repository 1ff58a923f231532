/** Projects to type in: npm packages by name and version, or any folder by its path. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { sourcesOf } from '../packages.ts';
import type { SourceFile } from '../places.ts';

const run = promisify(execFile);

export interface Corpus {
  name: string;
  files: SourceFile[];
}

/** Languages by the end of a file's name. */
const LANGUAGES: Record<string, string> = {
  ts: 'TypeScript',
  mts: 'TypeScript',
  tsx: 'TSX',
  js: 'JavaScript',
  mjs: 'JavaScript',
  cjs: 'JavaScript',
  jsx: 'JavaScript',
  py: 'Python',
  go: 'Go',
  rs: 'Rust',
  java: 'Java',
  kt: 'Kotlin',
  c: 'C',
  h: 'C',
  cc: 'C++',
  cpp: 'C++',
  hpp: 'C++',
  cs: 'C#',
  rb: 'Ruby',
  php: 'PHP',
  swift: 'Swift',
  css: 'CSS',
  html: 'HTML',
  vue: 'Vue',
  svelte: 'Svelte',
  lua: 'Lua',
  sh: 'Shell',
  scala: 'Scala',
  dart: 'Dart',
  scss: 'CSS',
};
const SIZE = { least: 1_000, most: 60_000 };
/** Minified or generated text has longer lines. */
const LONGEST_LINE = 300;
const MOST_FILES = 5_000;

export const languageOf = (file: string): string => LANGUAGES[file.slice(file.lastIndexOf('.') + 1)] ?? 'other';

/** @param name a package as `name@version`, or the path of a folder. @throws Error when there is no such thing. */
export async function corpusOf(name: string): Promise<Corpus> {
  const isFolder = /^[./~]/.test(name) && !name.startsWith('@');
  return isFolder ? { name: path.basename(name), files: await filesIn(name) } : { name, files: await sourcesOf(name) };
}

/** The sources of a folder; of a git repository those that git tracks. */
async function filesIn(folder: string): Promise<SourceFile[]> {
  const paths = (await tracked(folder)) ?? readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files: SourceFile[] = [];
  for (const file of paths.map((each) => each.split(path.sep).join('/')).sort()) {
    if (files.length >= MOST_FILES || /(?:^|\/)node_modules\//.test(file) || languageOf(file) === 'other') continue;
    if (/\.(?:min|d)\.\w+$/.test(file)) continue;
    const whole = path.join(folder, file);
    const stat = statSync(whole, { throwIfNoEntry: false });
    if (!stat?.isFile() || stat.size < SIZE.least || stat.size > SIZE.most) continue;
    const content = readFileSync(whole, 'utf8').replaceAll('\r\n', '\n');
    if (!content.split('\n').some((line) => line.length > LONGEST_LINE)) files.push({ path: file, content });
  }
  if (files.length === 0) throw new Error(`${folder} has no source files`);
  return files;
}

async function tracked(folder: string): Promise<string[] | undefined> {
  try {
    const { stdout } = await run('git', ['-C', folder, 'ls-files', '-z'], { maxBuffer: 64 << 20 });
    return stdout.split('\0').filter((file) => file !== '');
  } catch {
    return undefined;
  }
}
