import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import type { ChatMessage, ChatTool } from '../../../../../../src/engine/protocol/index.ts';
import { ChatTemplate, type TemplateSource } from '../../../../../../src/engine/server/core/llama/chatTemplate.ts';
import { openModel } from '../../../../../../src/engine/server/core/llama/model.ts';
import { booleanEntry, editBundledModel, textEntry, withEntries } from '../../../../../helpers/gguf.ts';
import { cpuLibrary, openBundled } from '../../../../../helpers/native.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-chat-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const CHATML =
  "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>' + '\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
const STRICT =
  '{{ bos_token }}{% for m in messages %}' +
  "{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}" +
  "{{ '[' + m['role'] + ']' + m['content'] }}{% endfor %}";

const messages: ChatMessage[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'What is 1 < 2? 你好 {{ bos_token }}' },
];
const template = (text: string | null, more: Partial<TemplateSource> = {}): ChatTemplate =>
  new ChatTemplate({ text, bos: '', eos: '</s>', native: () => undefined, ...more });

describe('rendering', () => {
  test('follows the template, and leaves the messages as they are', async () => {
    assert.equal(
      await template(CHATML).render(messages),
      '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWhat is 1 < 2? 你好 {{ bos_token }}<|im_end|>\n<|im_start|>assistant\n',
    );
  });

  test('begins with the beginning token once', async () => {
    const user: ChatMessage[] = [{ role: 'user', content: 'a' }];
    assert.equal(await template(STRICT, { bos: '<s>' }).render(user), '<s>[user]a');
    assert((await template(CHATML, { bos: '<s>' }).render(user)).startsWith('<s><|im_start|>user'));
  });

  test('falls back on libllama where Jinja does not get through', async () => {
    const native = (): string => 'known by heart';
    assert.equal(await template('{% nonsense %}', { native }).render(messages), 'known by heart');
  });

  const refused: { name: string; text: string | null; messages: ChatMessage[]; words: RegExp }[] = [
    { name: 'no template', text: null, messages, words: /no chat template/ },
    { name: 'no messages', text: CHATML, messages: [], words: /no message/ },
    { name: 'a template that refuses the roles', text: STRICT, messages, words: /refuses these messages/ },
    { name: 'a template that is broken', text: '{% for %}', messages, words: /refuses these messages/ },
  ];
  for (const { name, text, messages, words } of refused) {
    test(`is refused in words: ${name}`, async () => {
      await assert.rejects(template(text).render(messages), {
        name: 'EngineFailure',
        kind: 'promptInvalid',
        message: words,
      });
    });
  }
});

describe('tools', () => {
  const TOOLS =
    "{% if tools %}{{ '<tools>' }}{% for tool in tools %}{{ tool | tojson }}{% endfor %}{{ '</tools>' }}{% endif %}" +
    "{% for m in messages %}{{ '[' + m.role + ']' + m.content }}{% if m.tool_calls %}{% for call in m.tool_calls %}" +
    "{{ '<call>' + call.function.name + ' ' + (call.function.arguments | tojson) }}{% endfor %}{% endif %}{% endfor %}";
  const look: ChatTool = { name: 'look', description: 'Looks.', parameters: { type: 'object' } };
  const talk: ChatMessage[] = [
    { role: 'user', content: 'Is it there?' },
    { role: 'assistant', content: '', toolCalls: [{ id: 'c1', name: 'look', arguments: { at: 'a.ts' } }] },
    { role: 'tool', content: 'yes', name: 'look', toolCallId: 'c1' },
  ];

  test('stand in the prompt where the template takes them, with what was asked of them', async () => {
    const chat = template(TOOLS);
    assert.equal(await chat.takesTools(), true);
    const text = await chat.render(talk, [look]);
    assert(text.startsWith('<tools>{"type": "function", "function": {"name": "look", "description": "Looks."'), text);
    assert(text.endsWith('[user]Is it there?[assistant]<call>look {"at": "a.ts"}[tool]yes'), text);
    assert(!(await chat.render(talk)).includes('<tools>'));
  });

  for (const [name, text] of [
    ['none are known', CHATML],
    ['they are only mentioned', `{# tools #}${CHATML}`],
    ['it breaks on them', `{% if tools %}{{ raise_exception('no') }}{% endif %}${CHATML}`],
  ] as const) {
    test(`are refused in words where ${name}`, async () => {
      assert.equal(await template(text).takesTools(), false);
      await assert.rejects(template(text).render(talk.slice(0, 1), [look]), {
        kind: 'promptInvalid',
        message: /takes no tools/,
      });
      assert((await template(text).render(talk.slice(0, 1))).includes('Is it there?'));
    });
  }
});

describe("a model's own template", () => {
  test('is read from the file, and its markers become tokens', async () => {
    const file = editBundledModel(path.join(folder, 'chat.gguf'), (entries) =>
      withEntries(
        entries,
        textEntry('tokenizer.chat_template', CHATML),
        booleanEntry('tokenizer.ggml.add_bos_token', true),
      ),
    );
    const model = await openModel(await cpuLibrary(), { path: file, contextTokens: 0 });
    assert.equal(model.info.capabilities.chats, true);
    assert.equal(model.chatTemplate, CHATML);
    assert.equal(await model.takesTools(), false);
    const text = await model.renderChat([{ role: 'user', content: 'hi' }]);
    assert(text.startsWith('<s><|im_start|>user\nhi<|im_end|>'), text);
    const tokens = model.tokenizer.encodeTemplate(text);
    assert.equal(tokens[0], model.tokenizer.special('bos'));
    assert.notEqual(tokens[1], model.tokenizer.encode('<|im_start|>')[0]);
    model.dispose();
  });

  test("is libllama's where Jinja cannot read it", async () => {
    const file = editBundledModel(path.join(folder, 'known.gguf'), (entries) =>
      withEntries(entries, textEntry('tokenizer.chat_template', '{% broken <|im_start|> <|im_end|> %}')),
    );
    const model = await openModel(await cpuLibrary(), { path: file, contextTokens: 0 });
    assert.equal(
      await model.renderChat([{ role: 'user', content: 'grüße 🎉' }]),
      '<|im_start|>user\ngrüße 🎉<|im_end|>\n<|im_start|>assistant\n',
    );
    model.dispose();
  });

  test('is missed in words', async () => {
    const model = await openBundled();
    await assert.rejects(model.renderChat(messages), { kind: 'promptInvalid', message: /Choose a chat model/ });
    model.dispose();
  });
});
