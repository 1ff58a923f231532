import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Completer, type CompletionEngine, type CompletionOptions } from '../../../src/completion/completer.ts';
import type { Answer, CompletionParams, CompletionResult, FinishReason } from '../../../src/engine/protocol/index.ts';
import { modelInfo } from './model.ts';
import { outcome } from './outcome.ts';
import { place } from './place.ts';

const answer = (text: string, confidence: number, finish: FinishReason = 'endOfText'): Answer => ({
  text,
  finish,
  generatedTokens: text.length,
  confidence,
  certainty: [[text.length, confidence]],
});

/** Writes several answers side by side, letter by letter, until it is told to stop. */
class Several implements CompletionEngine {
  readonly #answers: readonly Answer[];
  params: CompletionParams | undefined;
  /** Letters of each that were written before the end or the abort. */
  written: number[] = [];

  constructor(...answers: readonly Answer[]) {
    this.#answers = answers;
  }

  async complete(
    params: CompletionParams,
    { signal, onText }: Parameters<CompletionEngine['complete']>[1] = {},
  ): Promise<CompletionResult> {
    this.params = params;
    this.written = this.#answers.map(() => 0);
    onText?.('', { others: this.#answers.length - 1 });
    for (let at = 0; at < Math.max(...this.#answers.map(({ text }) => text.length)); at++) {
      for (const [number, { text }] of this.#answers.entries()) {
        if (at >= text.length || signal?.aborted) continue;
        this.written[number]!++;
        onText?.(text[at]!, number === 0 ? {} : { other: number - 1 });
      }
      await Promise.resolve();
    }
    const [first, ...others] = this.#answers.map((one, number) =>
      this.written[number] === one.text.length
        ? one
        : { ...one, text: one.text.slice(0, this.written[number]), finish: 'cancelled' as const },
    );
    return { ...outcome('').result, ...first!, others };
  }
}

const complete = (engine: CompletionEngine, file: string, options: Partial<CompletionOptions> = {}) =>
  new Completer(engine).complete(modelInfo(), { path: 'src/a.ts', ...place(file) }, { workspace: 'w', ...options });

test('several are shown, the likeliest first, then the surest, each once, and none that should not be', async () => {
  const engine = new Several(answer('foo(b);', 0.4), answer('foo( b);', 0.3), answer('bar;', 0.9));
  const { shown, right, others } = await complete(engine, 'const a = |;\n', { answers: 3 });
  assert.equal(engine.params?.answers, 3);
  assert.deepEqual([shown, right], ['foo(b)', 0.4]);
  assert.deepEqual(
    others?.map(({ text }) => text),
    ['bar', 'foo( b)'],
  );
  const same = new Several(answer('foo(b);', 0.4), answer('foo(b);', 0.3), answer('   ', 0.9));
  assert.deepEqual((await complete(same, 'const a = |;\n', { answers: 3 })).others, []);
});

test('where the likeliest must not be shown, another one is', async () => {
  const engine = new Several(answer(' ', 0.9), answer('foo', 0.2));
  const { shown, rejectedBy } = await complete(engine, 'const a = |;\n', { answers: 2 });
  assert.deepEqual([shown, rejectedBy], ['foo', null]);
  const none = await complete(new Several(answer(' ', 0.9), answer('', 0.2)), 'const a = |;\n', { answers: 2 });
  assert.deepEqual([none.shown, none.rejectedBy, none.others], [null, 'blank', []]);
});

test('the engine goes on until each of them has enough, and no further', async () => {
  const rest = '\n}\nmore();\nmuch more();\nand more();';
  const engine = new Several(answer(`a();${rest}`, 0.5), answer(`other(thing);${rest}`, 0.4));
  const { shown, others } = await complete(engine, 'f() {\n  |\n}\n', { answers: 2 });
  assert.deepEqual([shown, others?.map(({ text }) => text)], ['a();', ['other(thing);']]);
  for (const written of engine.written) assert.ok(written < `other(thing);${rest}`.length, engine.written.join());
});

test('once the likeliest is there, a line of the others is enough', async () => {
  const long = 'more();\n  and more();\n  and more();\n  and more();\n}';
  const engine = new Several(answer('a();\n}\nb();', 0.5), answer(long, 0.4));
  const { shown, others } = await complete(engine, 'f() {\n  |\n}\n', { answers: 2 });
  assert.deepEqual([shown, others?.map(({ text }) => text)], ['a();', ['more();']]);
  assert.ok(engine.written[1]! < 12, engine.written.join());
});

test('one is asked for where nobody wants more', async () => {
  const engine = new Several(answer('foo', 0.5));
  assert.equal((await complete(engine, 'const a = |;\n')).shown, 'foo');
  assert.equal(engine.params?.answers, undefined);
});

/** Says that the first line is there as soon as the second has begun. */
const early = (text: string, line: [number, number][]): CompletionEngine => ({
  async complete(_, { onText } = {}) {
    const end = text.indexOf('\n') + 2;
    onText?.(text.slice(0, end), { line });
    onText?.(text.slice(end));
    return { ...outcome('').result, text, confidence: 0.8, certainty: [[text.length, 0.8]] };
  },
});

test('a first line may be shown before the rest is there, where it is sure enough and sound', async () => {
  const prudence = { least: 0.5, cost: 1 };
  const firsts = async (file: string, text: string, right: number) => {
    const found: string[] = [];
    const engine = early(text, [[text.indexOf('\n'), right]]);
    const { shown } = await complete(engine, file, { prudence, onFirst: ({ text }) => void found.push(text) });
    return { found, shown };
  };
  const block = 'f() {\n  |\n}\n';
  assert.deepEqual(await firsts(block, 'a(b);\n  c(d);\n}', 0.9), { found: ['a(b);'], shown: 'a(b);\n  c(d);' });
  assert.deepEqual((await firsts(block, 'a(b);\n  c(d);\n}', 0.2)).found, [], 'not sure enough');
  assert.deepEqual(
    (await firsts(block, 'if (a) {\n    b();\n  }\n}', 0.9)).found,
    [],
    'it opens what it does not close',
  );
  assert.deepEqual((await firsts('it(|)', "'a', () => {\n  b();\n});", 0.9)).found, [], 'closers have to stay');
});
