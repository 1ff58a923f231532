/** Drafts on the real library: the same text as one token at a time, as far as the library computes the same. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { withPrivateEngine } from '../../src/cli/privateEngine.ts';
import type { EngineClient, EngineCommand } from '../../src/engine/client/client.ts';
import { Arbiter } from '../../src/engine/server/core/arbiter.ts';
import { type LlamaModel, openModel } from '../../src/engine/server/core/llama/model.ts';
import { serve as serveModel } from '../../src/engine/server/core/serving.ts';
import type { DraftSource } from '../../src/engine/server/core/speculation/draft.ts';
import { TextSource } from '../../src/engine/server/core/speculation/textSource.ts';
import { assertAlike, type Likeness, Recorder, type Step, together } from '../helpers/alike.ts';
import { checkIntegrity } from '../helpers/cacheIntegrity.ts';
import { bundledModel, engineCommand, openWorkspace, repository } from '../helpers/engine.ts';
import { FixedDrafts } from '../helpers/fixedDrafts.ts';
import { cpuLibrary, openBundled } from '../helpers/native.ts';
import { makeQwenShape, makeTinyMamba, makeTinySlidingWindow, TINY_QWEN } from '../helpers/randomModel.ts';
import { Random } from '../traces/random.ts';
import { serve } from './serve.ts';

const NODES = 6;
const ANSWER = 40;
const folder = mkdtempSync(path.join(tmpdir(), 'quire-drafts-'));
const inEngine = <T>(options: Partial<EngineCommand>, work: (client: EngineClient) => Promise<T>): Promise<T> =>
  withPrivateEngine(engineCommand(options), 'test', new AbortController().signal, work);
const text = readFileSync(path.join(repository, 'src/engine/client/client.ts'), 'utf8');

after(() => rmSync(folder, { recursive: true, force: true }));

/** Knows the answer but for one token in five. */
function informed(answer: readonly Step[], random: Random): DraftSource {
  return {
    name: 'answer',
    guess: (known, from) => {
      const next = answer.slice(known.length - from, known.length - from + NODES);
      const tokens = next.map(({ token }) => (random.integer(0, 4) === 0 ? 0 : token));
      return tokens.length === 0 ? undefined : { tokens, kinds: tokens.map(() => 7) };
    },
  };
}

/** Holds drafted answers of a model against those of one token at a time. */
async function compare(
  model: LlamaModel,
  prompts: number[][],
): Promise<{ parts: Likeness[]; drafted: number; right: number }> {
  const plain = serve(model);
  const drafting = serve(model, { drafts: (profile) => new FixedDrafts(profile, NODES) });
  const random = new Random(1);
  const parts: Likeness[] = [];
  try {
    for (const [i, prompt] of prompts.entries()) {
      const alone = new Recorder(plain.backend);
      await plain.submit(prompt, { sampler: alone, maxTokens: ANSWER }).done;
      const followed = new Recorder(drafting.backend, alone.steps);
      const sources = [informed(alone.steps, random), new TextSource('text', prompt)].slice(i % 2);
      const { generatedTokens } = await drafting.submit(prompt, { sampler: followed, sources, maxTokens: ANSWER }).done;
      assert.equal(generatedTokens, ANSWER);
      parts.push(assertAlike(followed.steps, alone.steps));
      checkIntegrity(drafting.cache);
    }
    const { drafted, right } = drafting.loop.speculation!.status();
    return { parts, drafted, right };
  } finally {
    plain.backend.dispose();
    drafting.backend.dispose();
  }
}

describe('drafts on libllama', () => {
  let model: LlamaModel;
  let source: number[];
  const prompts = (): number[][] => Array.from({ length: 8 }, (_, i) => source.slice(60 * i, 200 + 75 * i));

  before(async () => {
    model = await openBundled();
    source = [...model.tokenizer.encode(text)];
  });
  after(() => model.dispose());

  it('says the same as one token at a time, within the bound of a logit', async (test) => {
    const { parts, drafted, right } = await compare(model, prompts());
    const { distance, steps, clear, others } = together(parts);
    test.diagnostic(`${right} of ${drafted} drafted tokens were right; logits at most ${distance.toFixed(3)} apart`);
    test.diagnostic(`${clear} of ${steps} tokens clear, ${others} others`);
    assert.ok(clear > steps / 4 && right > 50 && drafted - right > 20);
  });

  it('says the same with a sliding window', async () => {
    const windowed = await openModel(await cpuLibrary(), {
      path: makeTinySlidingWindow(path.join(folder, 'window.gguf')),
      contextTokens: 0,
    });
    const tokens = [...windowed.tokenizer.encode(text)];
    const { parts, right } = await compare(windowed, [tokens.slice(0, 150), tokens.slice(40, 300)]);
    assert.ok(right > 0 && together(parts).steps === 2 * ANSWER);
    windowed.dispose();
  });

  it('drafts nothing for a recurrent model, whose state goes back by no token', async () => {
    const mamba = await openModel(await cpuLibrary(), {
      path: makeTinyMamba(path.join(folder, 'm.gguf')),
      contextTokens: 0,
    });
    const options = { policy: 'preemptive', ramBytes: 1 << 20, log: () => undefined } as const;
    const { backend, loop } = await serveModel(mamba, 1024, options, new Arbiter());
    assert.equal(loop.speculation, undefined);
    backend.dispose();
    mamba.dispose();
  });

  it('keeps cells and cache whole when requests are cancelled in the middle of drafts', async () => {
    const drafting = serve(model, { drafts: (profile) => new FixedDrafts(profile, NODES) });
    const random = new Random(2);
    const [prompt] = prompts() as [number[]];
    const alone = new Recorder(drafting.backend);
    await drafting.submit(prompt, { sampler: alone, sources: [], reuse: false, maxTokens: ANSWER }).done;
    for (let round = 0; round < 40; round++) {
      const until = random.integer(1, ANSWER - 1);
      let made = 0;
      const request = drafting.submit(prompt, {
        sources: [informed(alone.steps, random)],
        maxTokens: ANSWER,
        workspace: `w${round % 3}`,
        onText: (_, tokens) => {
          made += tokens.length;
          if (made >= until) drafting.loop.cancel(request);
        },
      });
      await request.done;
      checkIntegrity(drafting.cache);
      assert.equal(drafting.cache.leases.size, 0);
    }
    const again = new Recorder(drafting.backend, alone.steps);
    await drafting.submit(prompt, { sampler: again, sources: [], workspace: 'w1', maxTokens: ANSWER }).done;
    assertAlike(again.steps, alone.steps);
    drafting.backend.dispose();
  });

  it('holds grammars, seeds and stop texts as one token at a time does', async () => {
    const plain = serve(model);
    const drafting = serve(model, { drafts: (profile) => new FixedDrafts(profile, NODES) });
    const [prompt] = prompts() as [number[]];
    const requests = [
      { sampling: { temperature: 0.8, seed: 5 }, stop: ['}'] },
      { sampling: { grammar: 'root ::= ("let " [a-z]+ ";\\n")+' }, stop: [] },
      { sampling: { repeatPenalty: 1.2 }, stop: [';\n'] },
    ];
    for (const { sampling, stop } of requests) {
      const ask = async ({ backend, submit }: typeof plain, sources: DraftSource[]) => {
        const tokens: number[] = [];
        const onText = (_: string, more: readonly number[]) => void tokens.push(...more);
        const sampler = backend.createSampler(sampling);
        const { text } = await submit(prompt, { sampler, sources, stop, maxTokens: 32, onText }).done;
        return { text, tokens };
      };
      const expected = await ask(plain, []);
      const steps = expected.tokens.map((token) => ({ token, logits: new Float32Array() }));
      const { text } = await ask(drafting, [informed(steps, new Random(3))]);
      // Near ties may be decided otherwise; what is drawn from the same numbers hardly ever is.
      assert.equal(text.slice(0, 8), expected.text.slice(0, 8));
      for (const end of stop) assert(!text.includes(end));
      if (sampling.grammar) assert.match(text, /^(let [a-z]+;\n)*(l?e?t? ?[a-z]*;?)$/);
    }
    plain.backend.dispose();
    drafting.backend.dispose();
  });
});

describe('drafts in the engine', () => {
  it('change no chat, asked once or again, and can be switched off', async () => {
    const file = makeQwenShape(path.join(folder, 'chat.gguf'), TINY_QWEN);
    const messages = [{ role: 'user' as const, content: `Say it again: ${text.slice(0, 400)}` }];
    const answersOf = async (engine: EngineClient) => {
      const { id } = await engine.openModel({ path: file, contextTokens: 0, role: 'chat' });
      const { conversation } = await engine.openChat({ model: id, workspace: await openWorkspace(engine) });
      const answers: string[] = [];
      for (let turn = 0; turn < 3; turn++) {
        const sampling = { temperature: 0.7, seed: 3 };
        answers.push((await engine.chat({ conversation, messages, maxTokens: 40, sampling })).text);
      }
      const model = (await engine.status()).models.find(({ info }) => info.id === id)!;
      await engine.closeModel(id);
      return { answers, speculation: model.speculation };
    };
    const [drafted, plain] = [
      await inEngine({ speculate: true }, answersOf),
      await inEngine({ speculate: false }, answersOf),
    ];
    assert.equal(plain.speculation, null);
    assert.ok(drafted.speculation);
    // Logits that are a hair apart hardly ever draw another token.
    for (const [turn, answer] of drafted.answers.entries())
      assert.equal(answer.slice(0, 12), plain.answers[turn]!.slice(0, 12));
  });

  it('are in the status, and are not made for small models by themselves', async () => {
    await inEngine({ speculate: true }, inTheStatus);
    await inEngine({}, async (client) => {
      await client.openModel({ path: bundledModel, contextTokens: 0 });
      assert.equal((await client.status()).models[0]!.speculation, null);
    });
  });

  async function inTheStatus(client: EngineClient): Promise<void> {
    const { id } = await client.openModel({ path: bundledModel, contextTokens: 0 });
    const workspace = await openWorkspace(client);
    await client.generate({ model: id, workspace, class: 'chat', prompt: { text: text.slice(0, 600) }, maxTokens: 48 });
    const [model] = (await client.status()).models;
    assert(model!.speculation);
    const { steps, tokens, drafted, right } = model!.speculation;
    assert(steps > 0 && tokens >= steps && drafted >= right);
  }
});
