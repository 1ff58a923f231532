import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { languageOfFence, newPath } from '../../../../src/chat/apply/newPath.ts';

describe('the path of a new file', () => {
  test('stays in the workspace', () => {
    assert.equal(newPath('./src\\a//b.ts'), 'src/a/b.ts');
    for (const path of ['../a', 'a/../../b', '/etc/passwd', 'C:\\a', '~/a', 'file:///a', 'a/../b', '\\\\host\\a']) {
      assert.throws(() => newPath(path), /outside/, path);
    }
  });

  test('is a name, and none of git or for secrets', () => {
    for (const path of ['', '.', 'a/', 'a\nb', 'a\u202Eb.ts', 'nul', 'a?b', 'a ']) {
      if (path === 'a ') assert.equal(newPath(path), 'a');
      else assert.throws(() => newPath(path), /name of a file/, JSON.stringify(path));
    }
    assert.throws(() => newPath('.git/hooks/pre-commit'), /git/);
    assert.throws(() => newPath('a/.env'), /secrets/);
  });

  test('has the language of its fence', () => {
    assert.deepEqual(['ts', 'PY', 'c++', 'lua', ''].map(languageOfFence), [
      'typescript',
      'python',
      'cpp',
      'lua',
      undefined,
    ]);
  });
});
