import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Head } from '../../../../../../../src/engine/server/services/memory/indexing/head.ts';
import { contentOf } from './parts.ts';
import { copyOfOurs, freshIndex, realIndexer, write } from './realParts.ts';

const root = mkdtempSync(path.join(tmpdir(), 'quire-branches-'));
after(() => rmSync(root, { recursive: true, force: true }));
let number = 0;

function repository(): { folder: string; git: (...args: string[]) => void; commit: (what: string) => void } {
  const folder = path.join(root, String(number++));
  mkdirSync(folder);
  const git = (...args: string[]): void => {
    execFileSync('git', args, { cwd: folder, stdio: 'pipe', env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' } });
  };
  const commit = (what: string): void => {
    git('add', '-A');
    git('-c', 'user.name=A', '-c', 'user.email=a@example.com', 'commit', '-q', '-m', what);
  };
  git('init', '-q', '-b', 'main');
  return { folder, git, commit };
}

describe('Head', () => {
  it('moves with commits, branches, detached heads and packed references, in worktrees too, and with nothing else', async () => {
    const { folder, git, commit } = repository();
    write(folder, 'a.ts', 'export const a = 1;\n');
    commit('one');
    mkdirSync(path.join(folder, 'inside'));
    const heads = [new Head(folder), new Head(path.join(folder, 'inside'))];
    const moved = () => Promise.all(heads.map((head) => head.moved()));
    assert.deepEqual(await moved(), [false, false]);
    write(folder, 'a.ts', 'export const a = 2;\n');
    assert.deepEqual(await moved(), [false, false]);
    commit('two');
    assert.deepEqual(await moved(), [true, true]);
    git('checkout', '-q', '-b', 'other');
    assert.deepEqual(await moved(), [true, true]);
    git('checkout', '-q', '--detach', 'HEAD~1');
    assert.deepEqual(await moved(), [true, true]);
    assert.deepEqual(await moved(), [false, false]);
    git('checkout', '-q', 'other');
    await moved();
    git('pack-refs', '--all');
    await moved();
    git('reset', '-q', '--hard', 'HEAD~1');
    assert.deepEqual(await moved(), [true, true]);
    const tree = path.join(root, `${number++}`);
    git('worktree', 'add', '-q', tree, 'main');
    const own = new Head(tree);
    assert.equal(await own.moved(), false);
    execFileSync('git', ['checkout', '-q', '--detach'], { cwd: tree, stdio: 'pipe' });
    assert.equal(await own.moved(), true);
    assert.deepEqual(await moved(), [false, false]);
    assert.equal(await new Head(root).moved(), false);
  });
});

describe('Indexer in a repository', () => {
  it('leaves exactly what a fresh index of the other branch has, there and back', async () => {
    const { folder, git, commit } = repository();
    copyOfOurs(folder);
    write(folder, '.gitignore', 'out/\n');
    write(folder, 'out/made.ts', 'export const made = 1;\n');
    commit('one');
    git('checkout', '-q', '-b', 'other');
    renameSync(path.join(folder, 'src/files'), path.join(folder, 'src/rules'));
    rmSync(path.join(folder, 'src/syntax/outline.ts'));
    write(folder, 'src/new/start.ts', '/** Begins. */\nexport function start(): number {\n  return 1;\n}\n');
    write(folder, '.gitignore', 'out/\nsearch/\n');
    git('rm', '-rq', '--cached', 'src/engine/server/services/search');
    commit('two');
    rmSync(path.join(folder, 'src/engine/server/services/search'), { recursive: true });
    git('checkout', '-q', 'main');

    const { indexer, store, close } = realIndexer(folder, path.join(root, `${number++}.db`), { headMs: 5 });
    await indexer.index();
    const main = contentOf(store);
    const id = store.byKey('file:src/files/ignored.ts')!.id;
    const saysOther = async (key: string) => {
      // Nobody tells it: it sees that the head moved.
      while (store.byKey(key) === undefined || indexer.status.state === 'running') await sleep(5);
    };
    git('checkout', '-q', 'other');
    await saysOther('file:src/rules/ignored.ts');
    assert.deepEqual(contentOf(store), await freshIndex(folder, path.join(root, `${number++}.db`)));
    assert.equal(store.byKey('file:src/rules/ignored.ts')!.id, id);
    git('checkout', '-q', 'main');
    await saysOther('file:src/syntax/outline.ts');
    assert.deepEqual(contentOf(store), main);
    assert.equal(store.byKey('file:src/files/ignored.ts')!.id, id);
    await close();
  });
});
