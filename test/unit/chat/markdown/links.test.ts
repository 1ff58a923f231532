import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clean } from '../../../../src/chat/markdown/clean.ts';
import { fenceInfo } from '../../../../src/chat/markdown/fence.ts';
import { allowedLink, linkOfCode, placesIn } from '../../../../src/chat/markdown/links.ts';

describe('allowedLink', () => {
  test('web addresses and places in files below the folder', () => {
    assert.deepEqual(allowedLink('https://a.b/c'), { kind: 'web', href: 'https://a.b/c' });
    assert.deepEqual(allowedLink('mailto:a@b.c'), { kind: 'web', href: 'mailto:a@b.c' });
    assert.deepEqual(allowedLink('./src/a.ts#L3-L9'), { kind: 'file', href: 'src/a.ts#L3-L9' });
    assert.deepEqual(allowedLink('src/a.ts:3'), { kind: 'file', href: 'src/a.ts#L3' });
  });

  test('nothing else', () => {
    const refused = [
      'javascript:alert(1)',
      ' JaVaScript:x',
      'java\nscript:x',
      'java%0ascript:x',
      'command:a',
      'data:text/html,x',
      'vscode://a/b',
      'file:///etc/passwd',
      '//evil.test/x',
      '/etc/passwd',
      '\\\\host\\x',
      'C:\\x',
      '../x',
      'a/../../x',
      'a/%2e%2e/x',
      '%',
      '~/x',
      '?x',
      '#top',
      '',
      'https://',
      `https://a/${'x'.repeat(3000)}`,
    ];
    for (const href of refused) assert.equal(allowedLink(href), null, href);
  });
});

describe('places in words', () => {
  test('files with a folder or a line, and no others', () => {
    const found = placesIn('See src/a.ts:10-12, b.ts:3 and c/d.py. Not e.g. node.js, 1.5/2.5 or https://x.y/z.ts').map(
      ({ href }) => href,
    );
    assert.deepEqual(found, ['src/a.ts#L10-L12', 'b.ts#L3', 'c/d.py']);
  });

  test('code that is a file or is called', () => {
    assert.deepEqual(linkOfCode('a.ts'), { kind: 'file', href: 'a.ts' });
    assert.deepEqual(linkOfCode('Parser.next()'), { kind: 'symbol', href: 'symbol:Parser.next' });
    assert.equal(linkOfCode('x = 1'), null);
  });
});

describe('clean', () => {
  test('takes escape sequences out and spells out what turns text round', () => {
    assert.equal(clean('\u001b[1;31ma\u001b[0m\u001b]8;;http://x\u0007b\r\nc\u0000\td'), 'ab\nc\td');
    assert.equal(clean('a\u202eb\u2066'), 'a⟨U+202E⟩b⟨U+2066⟩');
  });
});

describe('fenceInfo', () => {
  test('language and file in the ways that models write them', () => {
    const a = { language: 'ts', file: 'src/a.ts' };
    for (const info of [
      'ts src/a.ts',
      'ts title="src/a.ts"',
      'ts:src/a.ts',
      "TS file='./src/a.ts'",
      'src/a.ts',
      'ts src\\a.ts',
      'ts (src/a.ts)',
      'ts [src/a.ts]',
      'ts "src/a.ts"',
      'ts **src/a.ts**:',
      'ts:src/a.ts:10-20',
      'src/a.ts#L3-L9',
      '12:20:src/a.ts',
      'file: src/a.ts',
    ]) {
      assert.deepEqual(fenceInfo(info), a, info);
    }
    assert.deepEqual(fenceInfo('{.python}'), { language: 'python' });
    assert.deepEqual(fenceInfo('ts {1,3}'), { language: 'ts' });
    assert.deepEqual(fenceInfo(''), { language: '' });
    assert.deepEqual(fenceInfo('rust,no_run'), { language: 'rust' });
    assert.deepEqual(fenceInfo('{python, echo=FALSE}'), { language: 'python' });
    assert.deepEqual(fenceInfo('python3.11'), { language: 'python3.11' });
    assert.deepEqual(fenceInfo('C:\\w\\a.ts'), { language: 'ts', file: 'C:/w/a.ts' });
    assert.deepEqual(fenceInfo('ts src/[id]/(auth)/page.ts'), { language: 'ts', file: 'src/[id]/(auth)/page.ts' });
  });
});
