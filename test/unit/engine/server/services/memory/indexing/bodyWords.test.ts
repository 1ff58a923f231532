import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyOf } from '../../../../../../../src/engine/server/services/memory/indexing/bodyWords.ts';

const stems = (text: string): string[] => bodyOf(text).split(' ');

test('a file is found by the parts and wholes of its names, and by its comments', () => {
  const found = stems('// Throws pages out.\nexport function evictPage(max_tokens) { return worthOf(max_tokens); }');
  for (const stem of ['throw', 'pag', 'evict', 'evictpag', 'token', 'maxtoken', 'worth'])
    assert(found.includes(stem), stem);
});

test('what is said more often is written more often, up to three times, and stands first', () => {
  assert.deepEqual(stems(`${'socket '.repeat(50)}\nheader header header\nregion`), [
    ...['socket', 'socket', 'socket'],
    ...['header', 'header'],
    'region',
  ]);
});

test('a file gives a bounded number of words, none of them numbers or data', () => {
  const letters = (n: number) => [...String(n)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
  const many = Array.from({ length: 5_000 }, (_, n) => `word${letters(n)}`).join('\n');
  assert.equal(new Set(stems(many)).size, 400);
  assert.equal(bodyOf('0x1f 42 3.14 1e9'), '');
  assert.equal(bodyOf(`const data = [${'quokka, '.repeat(80)}];`), '');
  assert.equal(bodyOf('a'.repeat(60)), '');
});

test('a line with a key or a password gives no word', () => {
  const secret = ['zebra', 'quagga', 'q7'].join('');
  for (const line of [
    `const password = '${secret}${'Xy9'.repeat(5)}';`,
    `url = 'https://someone:${secret}@example.org/'`,
    `token: "ghp_${'zebraZEBRA12'.repeat(4)}"`,
    `-----BEGIN RSA PRIVATE KEY----- ${secret}`,
    `key = "${'0f3azebra'.replace('zebra', 'bead')}${'0123456789abcdef'.repeat(3)}"`,
  ]) {
    assert.doesNotMatch(bodyOf(`// before\n${line}\n// after`), /zebra|quagga|bead/, line);
    assert.match(bodyOf(`// before\n${line}\n// after`), /befor.*after/);
  }
});
