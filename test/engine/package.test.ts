/** The package of this platform, unpacked where no node_modules of the repository can be seen, runs by itself. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { hostTarget, targets } from '../../scripts/package/targets.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
let folder: string;
let extension: string;
let vsix: string;
let files: string[];

/** An environment that leads neither to the repository nor to anything of the user's. */
function bareEnvironment(): NodeJS.ProcessEnv {
  const { QUIRE_RUNTIME_DIR: _, NODE_PATH: __, ...rest } = process.env;
  return { ...rest, HOME: folder, USERPROFILE: folder, QUIRE_RUNTIME_DIR: path.join(folder, 'runtime') };
}

before(async () => {
  const { stdout } = await run(process.execPath, [path.join(root, 'scripts/package.mjs')], { maxBuffer: 2 ** 24 });
  const [, file, bytes] = /^(\S.*\.vsix) (\d+)$/.exec(stdout.trim().split('\n').at(-1) ?? '') ?? [];
  assert.ok(file && bytes, `the last line names the package and its size, not: ${stdout.slice(-200)}`);
  assert.equal((await stat(file)).size, Number(bytes));
  vsix = file;
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'quire-package-')));
  await run(process.execPath, [path.join(root, 'scripts/package/archive.mjs'), vsix, folder]);
  extension = path.join(folder, 'extension');
  const entries = await readdir(extension, { recursive: true, withFileTypes: true });
  files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(extension, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
});

after(() => rm(folder, { recursive: true, force: true }));

it('names for each platform only native packages that the locked versions of their users name', async () => {
  const { packages } = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8'));
  const locked = ['node-llama-cpp', 'koffi'].flatMap((name) =>
    Object.keys(packages[`node_modules/${name}`].optionalDependencies),
  );
  const named = Object.values(targets).flatMap(({ natives, cuda }) => [
    ...natives,
    ...(cuda ? Object.values(cuda) : []),
  ]);
  assert.ok(hostTarget in targets);
  assert.deepEqual(
    named.filter((name) => !locked.includes(name)),
    [],
  );
});

describe('the package', () => {
  it('carries what the extension needs', () => {
    const needed = [
      'package.json',
      'package.nls.json',
      'LICENSE.txt',
      'THIRD-PARTY-NOTICES.txt',
      'dist/extension.cjs',
      'dist/features.cjs',
      'dist/features.shared.cjs',
      'dist/beside.cjs',
      'dist/engine/main.mjs',
      'dist/engine/storage.mjs',
      'dist/engine/memory.mjs',
      'dist/engine/templateWorker.mjs',
      'dist/engine/findWorker.mjs',
      'dist/cli/main.mjs',
      'media/model/tiny-code-fim-31m-q4_0.gguf',
      'media/model/tiny-code-fim-q8_0.gguf',
      'media/memory/static-code.bin',
    ];
    assert.deepEqual(
      needed.filter((file) => !files.includes(file)),
      [],
    );
  });

  it('carries nothing of the repository that it does not run', () => {
    // The sample is code for people to write on.
    const own = files.filter((file) => !/^(?:dist\/node_modules|samples)\//.test(file));
    const unwanted = /\.(map|ts|gguf\.tmp)$|^(src|test|scripts|node_modules|build|docs|\.)|^dist\/test/;
    assert.deepEqual(
      own.filter((file) => unwanted.test(file)),
      [],
    );
    const modules = files.filter((file) => file.startsWith('dist/node_modules/'));
    const forBuildingLlama = /gitRelease\.bundle|CMakeLists|\/templates\/|-cuda|cmake-js|octokit|\.d\.ts$/;
    assert.deepEqual(
      modules.filter((file) => forBuildingLlama.test(file)),
      [],
    );
  });

  it('has a manifest without scripts and dependencies, in which every named file exists', async () => {
    const manifest = JSON.parse(await readFile(path.join(extension, 'package.json'), 'utf8'));
    const repositoryOnly = ['scripts', 'bin', 'dependencies', 'devDependencies', 'optionalDependencies'];
    assert.deepEqual(
      repositoryOnly.filter((key) => key in manifest),
      [],
    );
    const named = JSON.stringify(manifest).matchAll(/"(?:\.\/)?((?:dist|media)\/[^"]+)"/g);
    assert.deepEqual(
      [...named].map(([, file]) => file ?? '').filter((file) => !files.includes(file)),
      [],
    );
  });

  it('names the licence of every module that it carries', async () => {
    const notices = await readFile(path.join(extension, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    const manifests = files.filter((file) => /node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(file));
    assert.ok(manifests.length > 2);
    for (const file of manifests) {
      const { name, version } = JSON.parse(await readFile(path.join(extension, file), 'utf8'));
      assert.ok(notices.includes(`\n${name} ${version} (`), `${name} ${version} is not in the notices`);
    }
    assert.match(notices, /The ggml authors/);
  });

  it('loads its model with its own native libraries', async () => {
    const script = path.join(extension, 'dist/engine/check.mjs');
    await writeFile(script, loadModelScript);
    const { stdout } = await run(process.execPath, [script], { env: bareEnvironment(), cwd: folder });
    const seen = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    assert.ok(seen.tokens > 0);
    assert.ok(seen.train > 0);
    assert.equal(seen.koffi, 'string');
    for (const file of seen.resolved) assert.ok(file.startsWith(extension), `${file} is outside the package`);
    await rm(script);
  });

  it('completes code from its own command line, through its own engine', async () => {
    const cases = path.join(folder, 'cases.jsonl');
    const example = {
      id: 'one',
      path: 'a.ts',
      prefix: 'function add(a: number, b: number) {\n  return ',
      suffix: '\n}\n',
    };
    await writeFile(cases, `${JSON.stringify(example)}\n`);
    const cli = path.join(extension, 'dist/cli/main.mjs');
    const environment = bareEnvironment();
    try {
      const { stdout } = await run(process.execPath, [cli, 'complete', '--cases', cases, '--gpu', 'off'], {
        env: environment,
        cwd: folder,
      });
      const { id, text, generatedTokens } = JSON.parse(stdout);
      assert.equal(id, 'one');
      assert.ok(text.length > 0 && generatedTokens > 0);
    } finally {
      await endEngines(environment.QUIRE_RUNTIME_DIR ?? '');
    }
  });
});

/** An engine outlives its clients for a while, and would hold the folder. */
async function endEngines(runtime: string): Promise<void> {
  for (const name of await readdir(runtime).catch(() => [])) {
    if (!name.endsWith('.json')) continue;
    const { pid } = JSON.parse(await readFile(path.join(runtime, name), 'utf8'));
    process.kill(pid, 'SIGKILL');
  }
}

const loadModelScript = `
import { fileURLToPath } from 'node:url';
import { getLlama } from 'node-llama-cpp';
import koffi from 'koffi';
const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, logLevel: 'error' });
const modelPath = fileURLToPath(new URL('../../media/model/tiny-code-fim-q8_0.gguf', import.meta.url));
const model = await llama.loadModel({ modelPath });
const resolved = ['node-llama-cpp', 'koffi'].map((name) => fileURLToPath(import.meta.resolve(name)));
console.log(JSON.stringify({
  tokens: model.tokenize('const answer = 42;').length, train: model.trainContextSize, koffi: typeof koffi.version, resolved,
}));
await model.dispose();
await llama.dispose();
`;
