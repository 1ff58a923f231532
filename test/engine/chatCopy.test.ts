/** Answers whose search parts are copied, by a real engine and a model that would rather say anything else. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { attachmentOf } from '../../src/chat/context/attachment.ts';
import { Conversation } from '../../src/chat/conversation/tree.ts';
import { Planner } from '../../src/chat/plan.ts';
import { ChatSession } from '../../src/chat/session.ts';
import type { ChatMessage, ChatResult, CopyOptions, SamplingOptions } from '../../src/engine/protocol/index.ts';
import { repository } from '../helpers/engine.ts';
import { makeQwenShape, TINY_QWEN } from '../helpers/randomModel.ts';
import { ownEngine } from './ownEngine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-copy-'));
const file = makeQwenShape(path.join(folder, 'chat.gguf'), TINY_QWEN);
const client = ownEngine();
const source = readFileSync(path.join(repository, 'src/engine/server/core/copy/copyRules.ts'), 'utf8');
const copy: CopyOptions = {
  begin: '<<<<<<< SEARCH',
  end: '=======',
  texts: [source.replaceAll('\n', '\r\n'), 'Größe: 1 木\n\n\tund mehr'],
};
const MAX_TOKENS = 300;
const messages: ChatMessage[] = [{ role: 'user', content: 'Change it.' }];
let conversation = '';

before(async () => {
  const { id: model } = await client.openModel({ path: file, contextTokens: 2048, role: 'chat' });
  const workspace = await client.openWorkspace({ folder: null, name: 'w', trusted: true });
  ({ conversation } = await client.openChat({ model, workspace }));
});
after(() => rmSync(folder, { recursive: true, force: true }));

async function ask(sampling: SamplingOptions, begun: number[] = []): Promise<ChatResult & { tokens: number[] }> {
  const tokens: number[] = [];
  const onProgress = (step: { tokens?: number[] }) => tokens.push(...(step.tokens ?? []));
  const params = { conversation, messages, maxTokens: MAX_TOKENS, sampling, begun };
  return { ...(await client.chat(params, { onProgress })), tokens };
}

/** What stands in the search parts of an answer; of the last one what is whole of it. */
function searchesOf(answer: string): string[] {
  return `\n${answer}`
    .split(`\n${copy.begin}\n`)
    .slice(1)
    .map((rest) => {
      const [search, behind] = `\n${rest}`.split(`\n${copy.end}\n`);
      return behind === undefined ? rest.slice(0, rest.lastIndexOf('\n') + 1) : `${search!.slice(1)}\n`;
    });
}

const isCopied = (search: string): boolean =>
  copy.texts.some((text) => `\n${text.replaceAll('\r\n', '\n')}\n`.includes(`\n${search}`));

describe('a search part', () => {
  /** Blocks of search and replace, whatever stands in them. */
  const grammar = `root ::= "Like this:\\n" block+
block ::= "<<<<<<< SEARCH\\n" line+ "=======\\n" "new\\n>>>>>>> REPLACE\\n"
line ::= [^\\n]* "\\n"`;

  it('is in the file, which without the constraint it is not', async () => {
    let searches = 0;
    let missed = 0;
    for (const seed of [1, 2, 3, 4]) {
      const sampling = { temperature: 1, topP: 0.95, seed, grammar };
      const found = searchesOf((await ask({ ...sampling, copy })).text);
      for (const search of found) assert(isCopied(search), JSON.stringify(search));
      searches += found.filter((search) => search !== '').length;
      missed += searchesOf((await ask(sampling)).text).filter((search) => !isCopied(search)).length;
    }
    assert(searches >= 4 && missed >= 4, `${searches} copied, ${missed} missed`);
  });

  it('goes on in the same way where the answer was begun in another engine', async () => {
    const whole = await ask({ grammar, copy });
    const inside = whole.tokens.length >> 1;
    let same = 0;
    for (const begun of [1, 8, inside, whole.tokens.length - 1]) {
      const resumed = await ask({ grammar, copy }, whole.tokens.slice(0, begun));
      assert.equal(resumed.finish, whole.finish);
      if (resumed.text === whole.text) same++;
    }
    // What was made before is read in one go, and two tokens that are all but equal may then change places.
    assert.ok(same >= 3, `${same} of 4`);
  });

  it('is copied with no grammar, where its marker was said', async () => {
    const { tokens: begun } = await ask({ grammar: 'root ::= "Here:\\n<<<<<<< SEARCH\\n"' });
    for (const seed of [1, 2, 3]) {
      const { text } = await ask({ temperature: 1, seed, copy }, begun);
      const [search] = searchesOf(text);
      assert(search && isCopied(search), text);
    }
  });
});

describe('a chat with a model that is told to search and replace', () => {
  const begin = '<<<<<<< SEARCH\\n';

  /** The answer of a session whose model has so many billions of parameters, and would begin a search behind `before`. */
  async function answered(billions: number, before = ''): Promise<string> {
    const grammar = `root ::= "${before}${begin}" [^\\n]* "\\n=======\\nnew\\n>>>>>>> REPLACE\\n"`;
    const info = await client.openModel({ path: file, contextTokens: 2048, role: 'chat' });
    const session = new ChatSession({
      engine: {
        openChat: (params) => client.openChat(params),
        closeChat: (id) => client.closeChat(id),
        weighChat: (params, options) => client.weighChat(params, options),
        readAhead: (params, options) => client.readAhead(params, options),
        countTokens: (params) => client.countTokens(params),
        chat: (params, options) => client.chat({ ...params, sampling: { ...params.sampling, grammar } }, options),
      },
      model: async () => ({ ...info, parameters: 1e9 * billions }),
      workspace: () => client.openWorkspace({ folder: null, name: 'w', trusted: true }),
      conversation: Conversation.begin(),
      tools: [],
      confirm: async () => false,
      planner: new Planner(client),
      temperature: () => 0,
      textOf: async (place) => ('uri' in place && place.uri === 'file:///w/a.ts' ? 'first\r\nsecond\r\n' : undefined),
      search: async () => '',
      isWithoutModel: () => false,
      tell: () => {},
      log: () => {},
    });
    const attachments = [
      attachmentOf('file', 'a.ts', 'before\n', { uri: 'file:///w/a.ts' }),
      attachmentOf('file', 'b.ts', 'third\n', { uri: 'file:///w/b.ts' }),
    ];
    await session.send({ text: 'Change it.', attachments }, 'queue');
    await session.dispose();
    return session.messages().at(-1)!.text;
  }

  it('finds in the file as it is now what it searches for', async () => {
    const [search] = searchesOf(await answered(7, '```ts a.ts\\n'));
    assert(search === 'first\n' || search === 'second\n', search);
  });

  it('finds it in the file that the block names, of all that are attached', async () => {
    assert.deepEqual(searchesOf(await answered(7, '```ts b.ts\\n')), ['third\n']);
  });

  it('leaves smaller models alone', async () => {
    const [search] = searchesOf(await answered(1.5));
    assert(search !== undefined && !['first\n', 'second\n', 'third\n'].includes(search), search);
  });
});

describe('an answer without a search part', () => {
  it('is the same as without the constraint', async () => {
    for (const sampling of [{}, { temperature: 0.8, topP: 0.9, minP: 0.05, repeatPenalty: 1.1, seed: 5 }]) {
      assert.equal((await ask({ ...sampling, copy })).text, (await ask(sampling)).text);
    }
  });

  it('is refused in words where there is too much to copy from', async () => {
    const texts = ['a'.repeat(600_000), 'b'.repeat(600_000)];
    await assert.rejects(ask({ copy: { ...copy, texts } }), { kind: 'promptInvalid', message: /Attach less/ });
  });
});
