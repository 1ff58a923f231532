import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { outOfStep } from '../../../scripts/lib/dependencies.mjs';

const root = path.join(import.meta.dirname, '../../..');

interface LockEntry {
  version?: string;
  optional?: boolean;
  resolved?: string;
  optionalDependencies?: Record<string, string>;
}
type Packages = Record<string, LockEntry>;

function lockOf(folder: string): Packages {
  return JSON.parse(readFileSync(path.join(root, folder, 'package-lock.json'), 'utf8')).packages;
}

/** The entry that a package at `place` finds under that name: its own, or one of the folders above. */
function found(packages: Packages, place: string, name: string): LockEntry | undefined {
  for (let folder = place; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const entry = packages[`${folder && `${folder}/`}node_modules/${name}`];
    if (entry || folder === '') return entry;
  }
}

for (const folder of ['.', 'test/vscode-host', 'test/vscode-host/chromium']) {
  test(`the lock file of ${folder} knows the packages of every platform`, () => {
    // npm leaves those out that it could not fetch, and then refuses to install from its own lock file elsewhere.
    const packages = lockOf(folder);
    const missing = Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !found(packages, place, name)),
    );
    assert.deepEqual(missing, []);
  });

  test(`the lock file of ${folder} names no registry`, () => {
    const hosts = Object.values(lockOf(folder)).flatMap(({ resolved = '' }) =>
      resolved.includes('://') ? [resolved] : [],
    );
    assert.deepEqual(hosts, []);
  });
}

/** A folder whose lock file and whose installed packages are given as name: version. */
function project(t: TestContext, locked: Packages, installed: Record<string, string> | undefined): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-lock-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const entries = (list: Packages) =>
    Object.fromEntries(Object.entries(list).map(([k, v]) => [`node_modules/${k}`, v]));
  writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...entries(locked) } }));
  if (!installed) return folder;
  for (const name of Object.keys(installed)) mkdirSync(path.join(folder, 'node_modules', name), { recursive: true });
  const packages = Object.fromEntries(Object.entries(installed).map(([name, version]) => [name, { version }]));
  writeFileSync(path.join(folder, 'node_modules/.package-lock.json'), JSON.stringify({ packages: entries(packages) }));
  return folder;
}

test('a fresh clone is out of step', (t) => {
  assert.equal(outOfStep(project(t, { a: { version: '1.0.0' } }, undefined)), 'nothing is installed yet');
});

test('what is installed as locked is in step, without the optional packages of other systems', (t) => {
  const locked = { a: { version: '1.0.0' }, b: { version: '2.0.0', optional: true } };
  assert.equal(outOfStep(project(t, locked, { a: '1.0.0' })), undefined);
});

test('a missing package and another version are named', (t) => {
  const locked = { a: { version: '1.0.0' }, b: { version: '2.0.0' } };
  assert.equal(outOfStep(project(t, locked, { a: '1.0.0' })), 'b is missing');
  assert.equal(outOfStep(project(t, locked, { a: '1.0.0', b: '1.9.0' })), 'b is 1.9.0, 2.0.0 is wanted');
});

test('a package whose folder was removed is missing', (t) => {
  const folder = project(t, { a: { version: '1.0.0' } }, { a: '1.0.0' });
  rmSync(path.join(folder, 'node_modules/a'), { recursive: true });
  assert.equal(outOfStep(folder), 'a is missing');
});

test('a damaged lock file is an error in words', (t) => {
  const folder = project(t, { a: { version: '1.0.0' } }, { a: '1.0.0' });
  writeFileSync(path.join(folder, 'package-lock.json'), '{');
  assert.throws(() => outOfStep(folder), /package-lock\.json is missing or damaged: restore it with git/);
});
