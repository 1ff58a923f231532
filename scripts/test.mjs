/**
 * All tests: `node scripts/test.mjs [check|unit|engine|host|e2e]...` sets up what the named groups (default: all) need,
 * runs them in turn, and ends with the line `N passed, N failed`. Screenshots and logs are left in test-results/.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBrowser } from './lib/browser.mjs';
import { ensureBuild, ensurePackage } from './lib/build.mjs';
import { cpuVariants, lesserOf } from './lib/cpuVariants.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { ensureEditorHost } from './lib/editorHost.mjs';
import { findNode24 } from './lib/node24.mjs';
import { resultsFolder, root } from './lib/paths.mjs';
import { askedToStop, endTree, main, SetupError, say } from './lib/run.mjs';
import { ensureSoftwareGpu } from './lib/softwareGpu.mjs';

/** Minutes after which a group is stuck, and ended. */
const LIMITS = { check: 5, unit: 10, engine: 20, host: 12, e2e: 22 };
const GROUPS = { check, unit, engine, host, e2e };
/** Tests of the engine that depend on how the processor adds up; the others are the same on all of them. */
const ON_EVERY_CPU =
  /^(?:cpuVariant|inference|completion|otherModels|projectCode|restart|sample|speculation)\.test\.ts$/;

let node = '';
let running;
/** What failed and why, told once more at the end. */
const failures = [];

await main(async () => {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !(name in GROUPS));
  if (unknown.length > 0) {
    throw new SetupError(`There is no test group ${unknown.join(', ')}; there are ${Object.keys(GROUPS).join(', ')}.`);
  }
  askedToStop().then(stop);
  mkdirSync(resultsFolder, { recursive: true });

  const totals = { passed: 0, failed: 0 };
  const lines = [];
  for (const name of ['setup', ...(wanted.length > 0 ? wanted : Object.keys(GROUPS))]) {
    const started = performance.now();
    const { passed, failed, note = '' } = name === 'setup' ? await setup() : await runGroup(name);
    totals.passed += passed;
    totals.failed += failed;
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    if (name !== 'setup' || failed > 0)
      lines.push(`${name.padEnd(7)} ${passed} passed, ${failed} failed in ${seconds} s${note}`);
    if (name === 'setup' && failed > 0) break;
  }
  for (const { group, name, file, why } of failures)
    console.log(`\nfailed in ${group}: ${name}${file ? ` (${path.relative(root, file)})` : ''}\n${why}`);
  console.log(`\n${lines.join('\n')}\n`);
  console.log(`${totals.passed} passed, ${totals.failed} failed`);
  if (totals.failed > 0) process.exitCode = 1;
});

/** What every group needs. It is no test, but without it nothing can pass. */
async function setup() {
  try {
    await ensureDependencies();
    node = await findNode24();
    return { passed: 0, failed: 0 };
  } catch (error) {
    return failure(error);
  }
}

function failure(error) {
  console.error(error instanceof SetupError ? `quire: ${error.message}` : error);
  return { passed: 0, failed: 1, note: ': it could not be run' };
}

/** A group that cannot be run, or that runs no test, has failed. */
async function runGroup(name) {
  console.log(`\n== ${name}`);
  try {
    const counts = await GROUPS[name](LIMITS[name] * 60_000);
    if (counts.passed + counts.failed === 0) return { passed: 0, failed: 1, note: ': it ran no test' };
    return counts;
  } catch (error) {
    return failure(error);
  }
}

/** Lint and types; each counts as one test. */
async function check(limitMs) {
  const counts = { passed: 0, failed: 0 };
  const checks = [
    ['biome', 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
    ['tsc', 'node_modules/typescript/bin/tsc', '-p', '.'],
  ];
  for (const [name, file, ...args] of checks) {
    const { code } = await child([path.join(root, file), ...args], limitMs);
    console.log(`${name}: ${code === 0 ? 'passed' : 'failed'}`);
    if (code === 0) counts.passed++;
    else counts.failed++;
  }
  return counts;
}

function unit(limitMs) {
  return nodeTests('unit', limitMs, { concurrency: availableParallelism() });
}

/**
 * The engine's tests start processes that use all cores: one file at a time. Those that compare what a model says run once
 * more as on an older processor, where this one and the native package can.
 */
async function engine(limitMs) {
  await ensureBuild();
  const without = await ensureSoftwareGpu();
  const leftOut = without ? `; tests of several devices are left out, ${without}` : '';
  const best = await nodeTests('engine', limitMs, { concurrency: 1 });
  const variants = await cpuVariants();
  const variant = lesserOf(variants);
  if (variant === undefined)
    return { ...best, note: `${best.note ?? ''}: on one CPU variant only, there is no lesser one${leftOut}` };
  console.log(`\n== engine, as on ${variant} instead of ${variants[0].name}`);
  const preload = pathToFileURL(path.join(root, 'test/helpers/cpuVariant.mjs')).href;
  const lesser = await nodeTests('engine', limitMs, {
    concurrency: 1,
    only: ON_EVERY_CPU,
    environment: { QUIRE_TEST_CPU: variant, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${preload}` },
  });
  return {
    passed: best.passed + lesser.passed,
    failed: best.failed + lesser.failed,
    note: `${best.note ?? ''}${lesser.note ?? ''}: on ${variants[0].name}, and ${lesser.passed} of them on ${variant}${leftOut}`,
  };
}

/** The suite inside the extension host. */
async function host(limitMs) {
  await ensureBuild();
  await ensureEditorHost();
  await ensureBrowser();
  return counted('host', [path.join(root, 'test/host/served.ts')], limitMs);
}

/** The packaged extension in the editor, in a browser. A browser on a busy machine may drop a key: what failed is tried twice. */
async function e2e(limitMs) {
  await ensureEditorHost();
  await ensureBrowser();
  await ensureBuild();
  process.env.QUIRE_VSIX = await ensurePackage();
  const first = await nodeTests('e2e', limitMs, { concurrency: 1 });
  const fallen = failures.filter(({ group }) => group === 'e2e');
  const files = [...new Set(fallen.map(({ file }) => file))];
  if (fallen.length === 0 || fallen.length !== first.failed || files.includes(undefined)) return first;
  console.log(`\n== e2e, once more: ${files.map((file) => path.relative(root, file)).join(', ')}`);
  const second = await nodeTests('e2e', limitMs, { concurrency: 1, files });
  if (second.failed > 0) return first;
  failures.splice(0, failures.length, ...failures.filter((failure) => !fallen.includes(failure)));
  return { passed: first.passed + first.failed, failed: 0, note: atSecondTry(fallen) };
}

/** What passed when it was tried again is named: it may be a fault all the same. */
function atSecondTry(tests) {
  return tests.length === 0 ? '' : `; at the second try only: ${tests.map(({ name }) => name).join('; ')}`;
}

/** Runs all `*.test.ts` below test/`group`, or those that `only` matches, with node:test. */
function nodeTests(
  group,
  limitMs,
  { concurrency, only = /\.test\.ts$/, files = filesOf(group, only), environment = {} },
) {
  if (files.length === 0) return { passed: 0, failed: 0 };
  const results = resultsFile(group);
  const options = ['--test', `--test-concurrency=${concurrency}`];
  options.push('--test-reporter=spec', '--test-reporter-destination=stdout');
  options.push(
    `--test-reporter=${path.join(root, 'scripts/lib/countReporter.mjs')}`,
    `--test-reporter-destination=${results}`,
  );
  return counted(group, [...options, ...files], limitMs, environment);
}

function filesOf(group, only) {
  const folder = path.join(root, 'test', group);
  return readdirSync(folder, { recursive: true })
    .filter((file) => only.test(file))
    .sort()
    .map((file) => path.join(folder, file));
}

/** Runs a command that leaves its counts in a file. One that fails without a failed test has crashed: that counts. */
async function counted(group, args, limitMs, environment = {}) {
  const results = resultsFile(group);
  rmSync(results, { force: true });
  const { code, late } = await child(args, limitMs, { ...environment, QUIRE_TEST_RESULTS: results });
  let counts = { passed: 0, failed: 0 };
  try {
    counts = JSON.parse(readFileSync(results, 'utf8'));
  } catch {
    return {
      passed: 0,
      failed: 1,
      note: `: it ended ${late ? 'at its time limit' : `with code ${code}`} without results`,
    };
  }
  const { passed, failed, skipped = 0, triedAgain = [] } = counts;
  failures.push(...(counts.failures ?? []).map((failure) => ({ group, ...failure })));
  if (skipped > 0) return { passed, failed: failed + skipped, note: `: ${skipped} were skipped` };
  if (code !== 0 && failed === 0) return { passed, failed: 1, note: `: it ended with code ${code}` };
  return { passed, failed, note: atSecondTry(triedAgain) };
}

function resultsFile(group) {
  return path.join(resultsFolder, `${group}.json`);
}

/** Runs Node 24 in a process group of its own, so that nothing it starts is left behind. */
async function child(args, limitMs, environment = {}) {
  running = spawn(node, args, {
    cwd: root,
    env: { ...process.env, ...environment },
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const current = running;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    endTree(current);
  }, limitMs);
  const code = await new Promise((resolve) => current.once('close', (exit) => resolve(exit ?? 1)));
  clearTimeout(timer);
  await endTree(current);
  running = undefined;
  return { code, late };
}

async function stop(why) {
  if (running) await endTree(running);
  say(`stopped by ${why}`);
  process.exit(1);
}
