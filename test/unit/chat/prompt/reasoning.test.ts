import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ReasoningSplitter, splitReasoning } from '../../../../src/chat/prompt/reasoning.ts';

const CASES: [name: string, written: string, reasoning: string, text: string][] = [
  ['none', 'Hello.\n', '', 'Hello.\n'],
  ['think', '<think>\nWhy?\n</think>\n\nHello.', 'Why?', 'Hello.'],
  ['empty', '<think>\n\n</think>\n\nHello.', '', 'Hello.'],
  ['thinking', '<thinking>a</thinking>b', 'a', 'b'],
  ['Magistral', '[THINK]a[/THINK]b', 'a', 'b'],
  ['Seed', '<seed:think>a</seed:think>b', 'a', 'b'],
  ['Command', '<|START_THINKING|>a<|END_THINKING|>b', 'a', 'b'],
  ['Kimi', '◁think▷a◁/think▷b', 'a', 'b'],
  [
    'gpt-oss',
    '<|channel|>analysis<|message|>We greet.<|end|><|start|>assistant<|channel|>final<|message|>Hello.<|return|>',
    'We greet.',
    'Hello.',
  ],
  [
    'gpt-oss, a call',
    '<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>commentary to=functions.read<|message|>{}<|call|>',
    'a\n\n{}',
    '',
  ],
  ['gpt-oss, stopped in a frame', '<|channel|>analysis<|message|>a<|end|><|start|>assi', 'a', ''],
  ['gpt-oss, stopped in a channel', '<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>fin', 'a', ''],
  ['unopened', 'We greet.\nYes.\n</think>\n\nHello.', 'We greet.\nYes.', 'Hello.'],
  ['unclosed', '<think>\nWe greet', 'We greet', ''],
  ['stopped in the closing marker', '<think>a</thi', 'a', ''],
  ['stopped in the opening marker', '<thi', '', ''],
  ['stopped in an unopened closing marker', 'a</thin', '', 'a'],
  ['twice', '<think>a</think>b\n<think>c</think>d', 'a\n\nc', 'b\n\nd'],
  ['another kind inside', '<think>a [/THINK] b</think>c', 'a [/THINK] b', 'c'],
  ['in the middle of a line', 'Qwen writes <think> first.', '', 'Qwen writes <think> first.'],
  ['as code', 'It ends with `</think>`.', '', 'It ends with `</think>`.'],
  ['as a string', "const end = '</think>';", '', "const end = '</think>';"],
  ['in a fence', '```xml\n<think>\n```\nb', '', '```xml\n<think>\n```\nb'],
  ['frames of another', 'Phi ends with <|end|>, not <|channel|>.', '', 'Phi ends with <|end|>, not <|channel|>.'],
  ['a comparison at the end', 'a <', '', 'a <'],
  ['a tag of HTML', '<b>a</b>', '', '<b>a</b>'],
];
for (const [name, written, reasoning, text] of CASES) {
  test(`reasoning: ${name}`, () => assert.deepEqual(splitReasoning(written), { reasoning, text }));
}

test('where the prompt opens, all is reasoning until it is closed', () => {
  assert.deepEqual(splitReasoning('a\n</think>\n\nb', true), { reasoning: 'a', text: 'b' });
  assert.deepEqual(splitReasoning('a', true), { reasoning: 'a', text: '' });
  const splitter = new ReasoningSplitter(true);
  splitter.push('a');
  assert.equal(splitter.thinking, true);
});

test('text that turns out to be reasoning is taken back', () => {
  const splitter = new ReasoningSplitter();
  assert.deepEqual(splitter.push('We greet. '), { reasoning: '', text: 'We greet. ', turned: false });
  assert.deepEqual(splitter.push('</think>Hello'), { reasoning: '', text: 'Hello', turned: true });
  assert.equal(splitter.reasoning, 'We greet.');
});

test('pieces that are cut anywhere give the same, and never a part of a marker', () => {
  const parts = fc.constantFrom(
    '<think>',
    '</think>',
    '[THINK]',
    '[/THINK]',
    '\n',
    ' ',
    'a',
    'b.',
    '`',
    '```\n',
    '<',
    '</',
  );
  const written = fc.oneof(
    fc.constantFrom(...CASES.map(([, each]) => each)),
    fc.array(parts, { maxLength: 12 }).map((each) => each.join('')),
  );
  const property = fc.property(written, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (whole, sizes) => {
    const splitter = new ReasoningSplitter();
    let shown = { reasoning: '', text: '' };
    const take = (delta: ReturnType<ReasoningSplitter['push']>) => {
      if (delta.turned) shown = { reasoning: splitter.reasoning, text: splitter.text };
      else shown = { reasoning: shown.reasoning + delta.reasoning, text: shown.text + delta.text };
      assert.deepEqual(shown, { reasoning: splitter.reasoning, text: splitter.text });
    };
    for (let at = 0, turn = 0; at < whole.length; turn++) {
      const size = sizes[turn % sizes.length]!;
      take(splitter.push(whole.slice(at, at + size)));
      at += size;
    }
    take(splitter.end());
    assert.deepEqual(shown, splitReasoning(whole));
  });
  fc.assert(property, { numRuns: 2000 });
});
