import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expandPrompt, inputsOf, promptName, readPrompt } from '../../../../src/chat/commands/promptFile.ts';

const variable = (name: string) => `\${${name}}`;
const read = (text: string, path = '.quire/prompts/a.md') => {
  const { prompt, refused } = readPrompt(path, text);
  assert.equal(refused, undefined);
  return prompt!;
};

describe('the name of a prompt file', () => {
  for (const [path, name] of [
    ['.github/prompts/Release Notes.prompt.md', 'release-notes'],
    ['.github/prompts/readme.md', undefined],
    ['.quire/prompts/port.md', 'port'],
    ['.quire/prompts/port.prompt.md', 'port'],
    ['.quire/prompts/deep/port.md', undefined],
    ['prompts/port.md', undefined],
  ] as const) {
    it(path, () => assert.equal(promptName(path), name));
  }
});

describe('a prompt file', () => {
  it('has a description, inputs, files and what it wants', () => {
    const prompt = read(
      `---\r\ndescription: "Port: to another language"\r\nmode: ask\r\ntools: ['a']\r\n---\r\nPort ${variable('selection')} of ${variable('file')} to ${variable('input:lang:which language')}, ${variable('input:lang')} as in #file:docs/style.md, and (#file:"a b.md").`,
    );
    assert.equal(prompt.name, 'a');
    assert.equal(prompt.description, 'Port: to another language');
    assert.deepEqual(prompt.inputs, [{ name: 'lang', hint: 'which language' }]);
    assert.deepEqual(prompt.files, ['docs/style.md', 'a b.md']);
    assert.deepEqual(prompt.wants, { selection: true, file: true });
    assert.ok(prompt.body.startsWith('Port '));
  });

  it('needs no first part', () => {
    const prompt = read('Say hello.\n\n---\n\nAnd goodbye.');
    assert.equal(prompt.description, 'a.md');
    assert.equal(prompt.body, 'Say hello.\n\n---\n\nAnd goodbye.');
    assert.deepEqual(prompt.wants, { selection: false, file: false });
  });

  for (const [what, text, words] of [
    ['whose first part does not end', '---\ndescription: a\nSay hello.', /the --- that ends its first part is missing/],
    ['that is no YAML', '---\ndescription: [a\n---\nHello.', /is no YAML/],
    ['whose description is a list', '---\ndescription: [a]\n---\nHello.', /has to be a text/],
    ['with an alias for a description', '---\na: &a b\ndescription: *a\n---\nHello.', /has to be a text/],
    ['that is empty', '---\ndescription: a\n---\n\n', /nothing is in it/],
    ['that is too long', 'a'.repeat(40_000), /longer than 32 KB/],
  ] as const) {
    it(`${what} is refused in words`, () => {
      const { refused } = readPrompt('.quire/prompts/a.md', text);
      assert.match(refused ?? '', words);
      assert.ok(refused!.startsWith('.quire/prompts/a.md '));
    });
  }

  it('with a name that nobody can type is refused', () => {
    assert.match(readPrompt('.quire/prompts/1.md', 'a').refused ?? '', /has to begin with a letter/);
  });
});

describe('the variables of a prompt', () => {
  const one = read(`Port to ${variable('input:lang')}.`);
  const two = read(
    `${variable('input:a')} and ${variable('input:b')} in ${variable('file')}: ${variable('selection')}`,
  );

  it('take all that was written where there is one input', () => {
    assert.deepEqual(inputsOf(one, 'C and D'), { inputs: { lang: 'C and D' }, rest: '' });
    assert.deepEqual(inputsOf(one, 'lang=C please'), { inputs: { lang: 'C' }, rest: 'please' });
  });

  it('are named where there are several', () => {
    assert.deepEqual(inputsOf(two, 'a=1 b="2 3" c=4 rest'), { inputs: { a: '1', b: '2 3' }, rest: 'c=4 rest' });
  });

  it('that are missing are named', () => {
    assert.deepEqual(expandPrompt(two, { inputs: { a: '1' } }).missing, ['b']);
    assert.deepEqual(expandPrompt(read(`${variable('input:constructor')}`), { inputs: {} }).missing, ['constructor']);
  });

  it('are filled once: what they hold is no variable', () => {
    const { asked, missing } = expandPrompt(
      two,
      { inputs: { a: variable('input:b'), b: '$&' }, file: 'src/a.ts', selection: variable('file') },
      'And so on.',
    );
    assert.equal(asked, `${variable('input:b')} and $& in src/a.ts: ${variable('file')}\n\nAnd so on.`);
    assert.deepEqual(missing, []);
  });
});
