/**
 * Packages to evaluate on, fetched by name and version from the npm registry into a folder that git ignores. The held-out
 * ones are never trained on and never tuned on; the others are for tuning.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { repository } from '../helpers/engine.ts';
import type { SourceFile } from './places.ts';

const run = promisify(execFile);

export const HELD_OUT = [
  'react-native-gesture-handler@3.5.0',
  'pino@10.4.0',
  '@tanstack/table-core@9.3.1',
  '@luma.gl/core@9.4.2',
  'multiformats@14.0.5',
];
/** Unknown to the bundled model too, of the same trades. */
export const TUNING = [
  'react-native-svg@15.16.1',
  'react-native-screens@4.30.1',
  '@deck.gl/layers@9.4.0',
  '@loaders.gl/gltf@4.5.4',
  '@hapi/hapi@21.4.10',
  '@tanstack/virtual-core@3.19.11',
  'uint8arrays@6.1.1',
];

const SOURCE = /(?<!\.d)(?<!\.min)\.(?:[cm]?[jt]s|[jt]sx)$/;
/** What tests and examples repeat says little about writing the thing itself. */
const ASIDE = /(?:^|\/)(?:tests?|__tests__|benchmarks?|examples?|docs?|node_modules)\//;
const SIZE = { least: 1_500, most: 60_000 };
/** Minified or generated text has longer lines. */
const LONGEST_LINE = 300;

/**
 * The sources of a package: those of one of its top folders, TypeScript where there is any, since what was compiled from
 * them says the same again.
 * @throws Error when npm cannot fetch it.
 */
export async function sourcesOf(name: string): Promise<SourceFile[]> {
  const folder = path.join(await fetched(name), 'package');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => SOURCE.test(file) && !ASIDE.test(file))
    .sort();
  const typed = files.filter((file) => /\.[cm]?tsx?$/.test(file));
  const best = largestTop(typed.length >= 5 ? typed : files);
  return best.flatMap((file) => {
    const { size } = statSync(path.join(folder, file));
    if (size < SIZE.least || size > SIZE.most) return [];
    const content = readFileSync(path.join(folder, file), 'utf8').replaceAll('\r\n', '\n');
    return content.split('\n').some((line) => line.length > LONGEST_LINE) ? [] : [{ path: file, content }];
  });
}

function largestTop(files: readonly string[]): string[] {
  const tops = Map.groupBy(files, (file) => (file.includes('/') ? file.split('/')[0]! : ''));
  return [...tops.values()].sort((a, b) => b.length - a.length)[0] ?? [];
}

async function fetched(name: string): Promise<string> {
  const root = path.join(repository, 'test-results', 'packages');
  const folder = path.join(root, name.replaceAll(/[^\w.@-]/g, '+'));
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  try {
    await run('npm', ['pack', '--silent', '--pack-destination', draft, name], { shell: process.platform === 'win32' });
    const archive = readdirSync(draft).find((file) => file.endsWith('.tgz'));
    if (archive === undefined) throw new Error('it left no archive');
    await run('tar', ['-xzf', path.join(draft, archive), '-C', draft]);
    renameSync(draft, folder);
  } catch (error) {
    throw new Error(`npm could not fetch ${name}: ${(error as Error).message}`);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}
