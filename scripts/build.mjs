/**
 * Bundles the sources into dist/ with esbuild: the extension, the engine, the command line, the tests that run inside the
 * editor, and every webview. `--production` minifies and leaves out source maps and tests; `--watch` rebuilds on change.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import esbuild from 'esbuild';

const root = path.dirname(import.meta.dirname);

/** Packages with native parts, or that find files of their own: they stay outside the bundles. */
export const externalPackages = ['node-llama-cpp', 'koffi', 'sqlite-vec'];

/** The oldest Node and browser that run the bundles: those of the oldest VS Code in `engines`. */
const nodeTarget = 'node22';
const browserTarget = 'chrome138';

/** An ESM bundle has no `require`, which the CommonJS packages inside it call for Node's own modules. */
const requireBanner =
  "import { createRequire as quireCreateRequire } from 'node:module'; const require = quireCreateRequire(import.meta.url);";

/** What is built: `source` relative to the repository, `result` to the output folder, without its ending. */
function bundles(production) {
  const node = { platform: 'node', target: nodeTarget };
  const cjs = { ...node, format: 'cjs', outExtension: { '.js': '.cjs' }, external: ['vscode'] };
  const esm = {
    ...node,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    banner: { js: requireBanner },
    external: externalPackages,
  };
  // What a view loads later is an entry of its own, so that its file has the same name in every build.
  const browser = {
    platform: 'browser',
    target: browserTarget,
    format: 'esm',
    splitting: true,
    loader: { '.ttf': 'file' },
    assetNames: 'webview/[name]',
  };
  const test = { ...cjs, external: ['vscode', 'mocha', ...externalPackages] };
  return [
    {
      source: 'src/extension.ts',
      result: 'extension',
      options: { ...cjs, supported: { 'dynamic-import': false } },
      plugins: [featuresLater],
    },
    {
      source: 'src/features.ts',
      result: 'features',
      later: [{ in: 'src/beside.ts', out: 'beside' }],
      options: { ...cjs, format: 'esm', splitting: true, chunkNames: 'features.shared' },
      plugins: [toCommonJs],
    },
    { source: 'src/engine/server/main.ts', result: 'engine/main', options: esm },
    { source: 'src/engine/server/storage/worker.ts', result: 'engine/storage', options: esm },
    { source: 'src/engine/server/services/memory/worker.ts', result: 'engine/memory', options: esm },
    { source: 'src/engine/server/core/llama/templateWorker.ts', result: 'engine/templateWorker', options: esm },
    { source: 'src/engine/server/core/placement/findWorker.ts', result: 'engine/findWorker', options: esm },
    { source: 'src/cli/main.ts', result: 'cli/main', options: esm },
    ...(production ? [] : [{ source: 'test/host/index.ts', result: 'test/host/index', options: test }]),
    ...webviews().map((name) => ({
      source: `src/webview/${name}/main.ts`,
      result: `webview/${name}`,
      later: lazyParts(name),
      options: { ...browser, chunkNames: `webview/${name}.shared` },
    })),
  ];
}

function webviews() {
  const folder = path.join(root, 'src/webview');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => existsSync(path.join(folder, name, 'main.ts')));
}

/** Files named `*.lazy.ts`: loaded by the view when they are needed. */
function lazyParts(name) {
  const folder = path.join(root, 'src/webview', name);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.lazy.ts'))
    .map((file) => ({
      in: `src/webview/${name}/${file}`,
      out: `webview/${name}.${file.slice(0, -'.lazy.ts'.length)}`,
    }));
}

/** The door is a file without what is behind it. */
const featuresLater = {
  name: 'features-later',
  setup(build) {
    build.onResolve({ filter: /^\.\/features\.ts$/ }, () => ({ path: './features.cjs', external: true }));
  },
};

/** esbuild splits ES modules only, and the editor loads CommonJS. */
const toCommonJs = {
  name: 'to-common-js',
  setup(build) {
    const { minify, sourcemap, target } = build.initialOptions;
    build.onEnd(async ({ outputFiles = [] }) => {
      for (const file of outputFiles.filter(({ path: name }) => name.endsWith('.cjs'))) {
        const { code } = await esbuild.transform(file.text, {
          format: 'cjs',
          platform: 'node',
          target,
          minify,
          sourcemap,
          // What is loaded later is, too, required.
          supported: { 'dynamic-import': false },
        });
        file.contents = Buffer.from(code);
      }
    });
  },
};

/** Writes what esbuild made: only files that changed, each by a rename, so that a running editor never reads half a file. */
const atomicWrite = {
  name: 'atomic-write',
  setup(build) {
    build.onEnd(async ({ outputFiles = [] }) => {
      for (const file of outputFiles) {
        const old = await readFile(file.path).catch(() => undefined);
        if (old !== undefined && Buffer.compare(old, file.contents) === 0) continue;
        await mkdir(path.dirname(file.path), { recursive: true });
        // Two builds of one process make some files alike, as the icons' font, at the same time.
        const temporary = `${file.path}.${process.pid}-${randomUUID()}.tmp`;
        await writeFile(temporary, file.contents);
        await rename(temporary, file.path);
      }
    });
  },
};

/** The extension host loads nothing native: a crash in a library must end the engine, never the editor. */
function refuseNativeInExtension(metafile) {
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports.map((i) => i.original ?? i.path));
  const found = externalPackages.filter((name) => imports.some((i) => i === name || i.startsWith(`${name}/`)));
  if (found.length > 0) throw new Error(`src/features.ts reaches ${found.join(', ')}; only the engine may import it`);
}

function esbuildOptions(bundle, production, outdir) {
  const version = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).version;
  return {
    absWorkingDir: root,
    entryPoints: [{ in: bundle.source, out: bundle.result }, ...(bundle.later ?? [])],
    outdir,
    bundle: true,
    write: false,
    metafile: true,
    minify: production,
    sourcemap: production ? false : bundle.plugins?.includes(toCommonJs) ? 'inline' : 'linked',
    legalComments: 'none',
    define: { QUIRE_VERSION: JSON.stringify(version) },
    logLevel: 'warning',
    plugins: [...(bundle.plugins ?? []), atomicWrite],
    ...bundle.options,
  };
}

/**
 * Builds everything once.
 * @param {{production?: boolean, outdir?: string}} options `outdir` is dist/ unless told.
 * @returns the files of node_modules that went into bundles, relative to the repository: for the licence notices.
 */
export async function build({ production = false, outdir = path.join(root, 'dist') } = {}) {
  const results = await Promise.all(
    bundles(production).map(async (bundle) => {
      const { metafile } = await esbuild.build(esbuildOptions(bundle, production, outdir));
      if (bundle.result === 'features') refuseNativeInExtension(metafile);
      return metafile;
    }),
  );
  for (const name of ['extension', 'features', 'features.shared', 'beside']) {
    const { size } = await stat(path.join(outdir, `${name}.cjs`));
    console.log(`${name}.cjs: ${(size / 1024).toFixed(1)} KiB${production ? ', minified' : ''}`);
  }
  return results.flatMap((metafile) => Object.keys(metafile.inputs)).filter((file) => file.includes('node_modules/'));
}

async function watch() {
  const outdir = path.join(root, 'dist');
  for (const bundle of bundles(false)) {
    const context = await esbuild.context(esbuildOptions(bundle, false, outdir));
    await context.watch();
  }
  console.log('watching; Ctrl-C ends');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    if (process.argv.includes('--watch')) await watch();
    else await build({ production: process.argv.includes('--production') });
  } catch (error) {
    // esbuild has printed its own errors, with the lines they are on.
    if (!error.errors) console.error(error.message);
    process.exitCode = 1;
  }
}
