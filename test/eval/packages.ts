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

/** What repeats in projects is learned from these; none of them is evaluated on. */
export const PROJECTS = [
  '@ai-sdk/react@4.0.177',
  '@tanstack/query-core@5.108.0',
  '@libp2p/webrtc@6.0.33',
  'depcheck@1.4.7',
  '@polkadot/api@17.0.1',
  'wavesurfer.js@8.0.1',
  'react-native-mmkv@4.3.2',
  'vidstack@1.15.6',
  '@fluidframework/merge-tree@3.7.0',
  '@azure/keyvault-secrets@4.12.0',
  'readable-stream@4.8.0',
  '@sentry/browser@11.12.0',
  'vscode-html-languageservice@5.6.2',
  '@apollo/server@5.5.1',
  'http-proxy-middleware@4.2.2',
  'yeoman-generator@10.2.1',
  '@jupyterlab/codemirror@4.6.6',
  'expo-sqlite@57.0.3',
  'class-validator@0.15.1',
  'meilisearch@0.62.0',
  'nats@2.29.3',
  'lint-staged@17.6.1',
  'react-native-reanimated@4.7.1',
  '@solidjs/router@1.0.0',
  'cheerio@1.2.0',
  '@react-three/drei@10.7.9',
  '@testing-library/user-event@14.6.13',
  'prosemirror-transform@1.12.6',
  'react-native-maps@1.29.11',
  'express-validator@7.3.2',
  'socket.io-client@4.8.4',
  'css-tree@3.2.1',
  'hap-nodejs@1.2.0',
  'knip@6.44.2',
  '@jupyter-widgets/controls@5.0.13',
  '@pothos/core@4.15.1',
  '@shopify/flash-list@2.3.2',
  '@npmcli/arborist@10.0.4',
  'bitcoinjs-lib@7.0.5',
  'ox@1.8.3',
  '@azure/core-rest-pipeline@1.25.1',
  'sigma@4.0.4',
  '@trpc/react-query@11.19.0',
  '@segment/analytics-next@1.84.3',
  '@libp2p/kad-dht@16.4.5',
  'pdf-lib@1.17.1',
  'engine.io-client@6.6.8',
  'csso@5.0.5',
  'vega-dataflow@6.1.3',
  'datastore-core@12.0.1',
  'three-mesh-bvh@0.9.17',
  'parchment@3.0.0',
  'mysql2@3.24.6',
  '@helia/unixfs@8.0.5',
  'css-select@7.0.0',
  '@opentelemetry/core@3.1.1',
  'lib0@0.2.120',
  '@mdx-js/mdx@3.1.1',
  'mailparser@3.14.2',
  'ky@2.1.0',
  'planck@1.5.0',
  '@lit-labs/ssr@4.1.0',
  'massive@6.11.3',
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
 * @param bytes how large they are at least and at most.
 * @throws Error when npm cannot fetch it.
 */
export async function sourcesOf(name: string, bytes = SIZE): Promise<SourceFile[]> {
  const folder = path.join(await folderOf(name), 'package');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => SOURCE.test(file) && !ASIDE.test(file))
    .sort();
  const typed = files.filter((file) => /\.[cm]?tsx?$/.test(file));
  const best = largestTop(typed.length >= 5 ? typed : files);
  return best.flatMap((file) => {
    const { size } = statSync(path.join(folder, file));
    if (size < bytes.least || size > bytes.most) return [];
    const content = readFileSync(path.join(folder, file), 'utf8').replaceAll('\r\n', '\n');
    return content.split('\n').some((line) => line.length > LONGEST_LINE) ? [] : [{ path: file, content }];
  });
}

function largestTop(files: readonly string[]): string[] {
  const tops = Map.groupBy(files, (file) => (file.includes('/') ? file.split('/')[0]! : ''));
  return [...tops.values()].sort((a, b) => b.length - a.length)[0] ?? [];
}

/** Where a package lies, which is fetched once; its files are in `package`. @throws Error when npm cannot fetch it. */
export async function folderOf(name: string): Promise<string> {
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
