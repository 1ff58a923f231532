import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fencedBlocks, Splitter } from '../../../../src/chat/markdown/split.ts';

describe('fencedBlocks', () => {
  test('finds blocks at the margin, in lists and in quotations, without what stands before them', () => {
    const text = 'a\n```ts src/a.ts\nlet x;\n\n  y\n```\n1. b\n\n   ~~~py\n   if x:\n     y\n   ~~~\n> ```\n> c\nd';
    assert.deepEqual(fencedBlocks(text), [
      { index: 0, language: 'ts', file: 'src/a.ts', code: 'let x;\n\n  y', closed: true },
      { index: 1, language: 'py', code: 'if x:\n  y', closed: true },
      { index: 2, language: '', code: 'c', closed: true },
    ]);
  });

  test('a longer fence holds shorter ones, Markdown holds as long ones, and the last may be open', () => {
    assert.deepEqual(
      fencedBlocks('````md\n```ts\na\n```\n````\n```markdown\n```js\nb\n```\nc\n```\n```sh\nd').map(
        ({ code, closed }) => [code, closed],
      ),
      [
        ['```ts\na\n```', true],
        ['```js\nb\n```\nc', true],
        ['d', false],
      ],
    );
  });

  test('a fence that is deeper inside than the block is text, as in a docstring', () => {
    const code = 'def f():\n    """\n    ```\n    f()\n    ```\n    """';
    assert.deepEqual(
      fencedBlocks(`\`\`\`python\n${code}\n\`\`\`\n1. a\n\n   \`\`\`\n   b\n     \`\`\``).map((block) => block.code),
      [code, 'b'],
    );
  });

  test('a block is Markdown by its file too', () => {
    for (const info of ['README.md', 'mdx', 'text docs/a.md']) {
      const [block] = fencedBlocks(`\`\`\`${info}\n# A\n\`\`\`sh\nb\n\`\`\`\nc\n\`\`\`\n`);
      assert.equal(block?.code, '# A\n```sh\nb\n```\nc', info);
    }
  });

  test('line ends of Windows are none of the code', () => {
    assert.equal(fencedBlocks('```\r\na\r\nb\r\n```\r\n')[0]?.code, 'a\nb');
  });
});

describe('Splitter', () => {
  test('in whatever pieces a text comes, it ends as when it comes at once', () => {
    const line = fc.constantFrom(
      '',
      'text',
      '- item',
      '  more',
      '```',
      '```ts',
      '   ```',
      '> ```',
      '> q',
      '# h',
      '1. a',
      '~~~',
      '````md',
      '| a |',
      '\uE0000\uE001',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 25 }), fc.integer({ min: 1, max: 7 }), (lines, step) => {
        const text = lines.join('\n');
        const splitter = new Splitter();
        for (let at = 0; at < text.length; at += step) splitter.split(text.slice(0, at));
        assert.deepEqual(splitter.split(text), new Splitter().split(text));
      }),
      { numRuns: 1000 },
    );
  });

  test('pieces before the last two stay the same objects while text is added', () => {
    const splitter = new Splitter();
    const [first, second] = splitter.split('zero\n\none\n\n```\ntwo\n```\nthree');
    const later = splitter.split('zero\n\none\n\n```\ntwo\n```\nthree four\n\nfive');
    assert.equal(later[0], first);
    assert.equal(later[1], second);
    assert.equal(later.length, 5);
  });
});
