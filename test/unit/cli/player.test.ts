import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NotificationType } from 'vscode-jsonrpc';
import { Player, type ReplayEngine } from '../../../src/cli/player.ts';
import type { TracedEvent, TraceEvent } from '../../../src/cli/trace.ts';
import { NoFimTokensError } from '../../../src/completion/completer.ts';
import { EngineError } from '../../../src/engine/client/client.ts';
import type {
  CompletionParams,
  CompletionResult,
  DocumentEdits,
  DocumentText,
  FinishReason,
  GenerateParams,
  GenerateResult,
  ModelInfo,
} from '../../../src/engine/protocol/index.ts';
import { modelInfo } from '../completion/model.ts';

type Asked = (CompletionParams & { prompt?: undefined }) | (GenerateParams & { document?: undefined });
type Answer = (params: Asked, signal: AbortSignal | undefined) => Promise<FinishReason> | FinishReason;

/** Writes down what it is asked. */
class Engine implements ReplayEngine {
  readonly asked: Asked[] = [];
  readonly open: string[][] = [];
  readonly texts = new Map<string, string>();
  readonly versions = new Map<string, number>();
  readonly #answer: Answer;

  constructor(answer: Answer = () => 'stop') {
    this.#answer = answer;
  }

  async openWorkspace(): Promise<string> {
    return 'replay';
  }

  tell<P>({ method }: NotificationType<P>, params: P): void {
    assert.equal((params as { workspace: string }).workspace, 'replay');
    if (method === 'workspace/pin') this.open.push((params as { keys: string[] }).keys);
    if (method === 'document/open') {
      const { key, text, version } = params as DocumentText;
      this.texts.set(key, text);
      this.versions.set(key, version);
    }
    if (method === 'document/close') this.texts.delete((params as { key: string }).key);
    if (method !== 'document/change') return;
    const { key, edits, from, version } = params as DocumentEdits;
    assert.equal(from, this.versions.get(key));
    this.versions.set(key, version);
    for (const { start, end, text } of edits) {
      const before = this.texts.get(key)!;
      this.texts.set(key, before.slice(0, start) + text + before.slice(end));
    }
  }

  async complete(params: CompletionParams, options: { signal?: AbortSignal } = {}): Promise<CompletionResult> {
    return { ...(await this.#ask(params, options.signal)), confidence: null, certainty: [] };
  }

  generate(params: GenerateParams, options: { signal?: AbortSignal } = {}): Promise<GenerateResult> {
    return this.#ask(params, options.signal);
  }

  async #ask(params: Asked, signal: AbortSignal | undefined): Promise<GenerateResult> {
    this.asked.push(params);
    const finish = await this.#answer(params, signal);
    return {
      text: '',
      finish,
      promptTokens: 10,
      cachedTokens: 6,
      computedTokens: 4,
      cutTokens: 0,
      generatedTokens: 1,
      queuedMs: 0,
      firstTokenMs: finish === 'stop' ? 1 : null,
      totalMs: 2,
    };
  }
}

const aborts = (signal: AbortSignal | undefined): Promise<FinishReason> =>
  new Promise((resolve) => signal?.addEventListener('abort', () => resolve('cancelled')));

const open: TraceEvent = { t: 0, type: 'open', path: 'a.ts', text: 'const x = ;\n' };
const complete = (t: number, path = 'a.ts', offset = 10): TraceEvent => ({ t, type: 'complete', path, offset });
const cancel = (t: number, path = 'a.ts'): TraceEvent => ({ t, type: 'cancel', path });
const chat: TraceEvent = {
  t: 0,
  type: 'chat',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Why?' },
  ],
  maxTokens: 7,
};

async function* traced(events: TraceEvent[]): AsyncGenerator<TracedEvent> {
  for (const [index, event] of events.entries()) yield { event, where: `f:${index + 1}` };
}

function playing(
  engine: Engine,
  events: TraceEvent[],
  { model = modelInfo(), speed = 1e6, reuse = true, signal = new AbortController().signal } = {} as {
    model?: ModelInfo;
    speed?: number;
    reuse?: boolean;
    signal?: AbortSignal;
  },
): { player: Player; played: Promise<void> } {
  const player = new Player(engine, model, { speed, reuse });
  return { player, played: player.play(traced(events), signal) };
}

describe('Player', () => {
  it('asks as the editor does: one key for a document, prompts from its text, all in one workspace', async () => {
    const engine = new Engine();
    const { player, played } = playing(engine, [open, { ...open, path: 'b.ts' }, complete(5)], { reuse: false });
    await played;
    const [params] = engine.asked;
    assert.deepEqual(
      [params?.class, params?.document, params?.workspace, params?.reuse],
      ['keystroke', 'a.ts', 'replay', false],
    );
    const prefix = { key: 'a.ts', version: 1, start: 0, end: 10 };
    assert.ok(params?.document !== undefined && JSON.stringify(params.segments).includes(JSON.stringify(prefix)));
    assert.deepEqual(engine.open, [['a.ts'], ['a.ts', 'b.ts']]);
    const { count, finished, cancelled, failed, promptTokens } = player.tallies.keystroke.report();
    assert.deepEqual(
      { count, finished, cancelled, failed, promptTokens },
      {
        count: 1,
        finished: 1,
        cancelled: 0,
        failed: 0,
        promptTokens: 10,
      },
    );
    assert.equal(player.progress.events, 3);
    assert.equal(player.progress.atMs, 5);
  });

  it('tells the engine each text and each edit before it asks', async () => {
    const asked: string[] = [];
    const engine: Engine = new Engine((params) => {
      const text = engine.texts.get('a.ts')!;
      assert.equal(params.document, 'a.ts');
      const offset = (params as CompletionParams).offset!;
      asked.push(`${text.slice(0, offset)}|${text.slice(offset)}`);
      return 'stop';
    });
    const { played } = playing(engine, [
      open,
      complete(1),
      { t: 2, type: 'insert', path: 'a.ts', offset: 10, text: 'size + 1' },
      complete(3, 'a.ts', 18),
      { ...open, t: 4, path: 'b.ts' },
      { t: 5, type: 'delete', path: 'a.ts', offset: 14, length: 4 },
      { t: 6, type: 'insert', path: 'b.ts', offset: 0, text: 'b' },
      complete(7, 'a.ts', 14),
      { ...open, t: 8, text: 'anew\n' },
      complete(9, 'a.ts', 4),
    ]);
    await played;
    assert.deepEqual(asked, ['const x = |;\n', 'const x = size + 1|;\n', 'const x = size|;\n', 'anew|\n']);
    assert.deepEqual(
      [...engine.texts],
      [
        ['a.ts', 'anew\n'],
        ['b.ts', 'bconst x = ;\n'],
      ],
    );
  });

  it('never waits for what is under way, and for all of it at the end', async () => {
    const both = Promise.withResolvers<void>();
    const engine: Engine = new Engine(async (): Promise<FinishReason> => {
      if (engine.asked.length === 2) both.resolve();
      await both.promise;
      return 'stop';
    });
    const { player, played } = playing(engine, [open, complete(1), complete(2)]);
    await played;
    assert.equal(player.tallies.keystroke.report().finished, 2);
    assert.equal(player.tallies.keystroke.running, 0);
  });

  it('counts what was superseded as cancelled', async () => {
    const { player, played } = playing(new Engine(() => 'superseded'), [open, complete(1)]);
    await played;
    const { cancelled, firstTokenMs } = player.tallies.keystroke.report();
    assert.deepEqual([cancelled, firstTokenMs.p50], [1, null]);
  });

  it('cancels the completions of one document, and of a document that is closed', async () => {
    const engine = new Engine((params, signal) => (params.document === 'c.ts' ? 'stop' : aborts(signal)));
    const files = ['b.ts', 'c.ts'].map((path): TraceEvent => ({ ...open, path }));
    const asked = ['a.ts', 'b.ts', 'c.ts'].map((path) => complete(1, path));
    const { player, played } = playing(engine, [
      open,
      ...files,
      ...asked,
      cancel(2),
      { t: 3, type: 'close', path: 'b.ts' },
      cancel(4, 'c.ts'),
    ]);
    await played;
    const { finished, cancelled } = player.tallies.keystroke.report();
    assert.deepEqual([finished, cancelled], [1, 2]);
    assert.deepEqual(engine.open.at(-1), ['a.ts', 'c.ts']);
  });

  it('chats by the template of the model, and in plain text where it has none', async () => {
    const engine = new Engine();
    const talker = modelInfo({ capabilities: { generates: true, completes: true, chats: true, embeds: false } });
    const talked = playing(engine, [chat], { model: talker });
    await talked.played;
    await playing(engine, [chat]).played;
    assert.deepEqual(
      engine.asked.map(({ prompt }) => prompt),
      [{ messages: chat.messages }, { text: 'system:\nBe brief.\n\nuser:\nWhy?\n\nassistant:\n' }],
    );
    assert.deepEqual([engine.asked[0]?.class, engine.asked[0]?.maxTokens], ['chat', 7]);
    assert.equal(talked.player.tallies.chat.report().finished, 1);
  });

  it('tallies what the engine refuses, and goes on', async () => {
    const engine: Engine = new Engine(() => {
      if (engine.asked.length < 3) throw new EngineError('promptTooLong', `refusal ${engine.asked.length}`);
      return 'stop';
    });
    const { player, played } = playing(engine, [open, chat, complete(1), complete(2)]);
    await played;
    const { keystroke, chat: talk } = player.tallies;
    assert.equal(keystroke.report().failed + talk.report().failed, 2);
    assert.equal(keystroke.report().finished, 1);
    assert.deepEqual([...player.failures], [['promptTooLong', 'refusal 1']]);
  });

  it('ends with the error of a model that cannot complete, whatever else is under way', async () => {
    const engine = new Engine((_, signal) => aborts(signal));
    const { played } = playing(engine, [open, chat, complete(1)], {
      model: modelInfo({ specialTokens: [] }),
    });
    await assert.rejects(played, NoFimTokensError);
  });

  it('names the line of an event that does not fit', async () => {
    const { played } = playing(new Engine(), [open, complete(1, 'b.ts')]);
    await assert.rejects(played, { message: 'f:2: b.ts is not open' });
  });

  it('waits for the time of an event, as long as nobody ends it', async () => {
    const abort = new AbortController();
    const hours: TraceEvent = { t: 1e10, type: 'close', path: 'a.ts' };
    const engine = new Engine((_, signal) => {
      abort.abort(new Error('enough'));
      return aborts(signal);
    });
    const { player, played } = playing(engine, [open, complete(1), hours], { speed: 1, signal: abort.signal });
    await assert.rejects(played, { message: 'enough' });
    assert.equal(player.progress.events, 2);
  });
});
