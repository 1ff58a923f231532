import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Completer, type CompletionEngine, NoFimTokensError } from '../../../src/completion/completer.ts';
import type { CompletionRequest } from '../../../src/completion/request.ts';
import type { CompletionParams, CompletionResult, FinishReason } from '../../../src/engine/protocol/index.ts';
import { modelInfo } from './model.ts';
import { place } from './place.ts';

/** Writes a script piece by piece, until it ends or is told to stop. */
class Script implements CompletionEngine {
  readonly params: CompletionParams[] = [];
  /** Pieces given out before the end or the abort. */
  given = 0;
  readonly #pieces: string[];
  readonly #finish: FinishReason;

  constructor(text: string, pieceLength = 1, finish: FinishReason = 'endOfText') {
    this.#pieces = text.match(new RegExp(`[^]{1,${pieceLength}}`, 'g')) ?? [];
    this.#finish = finish;
  }

  async complete(
    params: CompletionParams,
    { signal, onText }: { signal?: AbortSignal; onText?: (delta: string) => void } = {},
  ): Promise<CompletionResult> {
    this.params.push(params);
    let text = '';
    for (const piece of this.#pieces) {
      if (signal?.aborted) return result(text, 'cancelled');
      const stop = params.stop?.map((one) => (text + piece).indexOf(one)).find((index) => index >= 0);
      if (stop !== undefined) return result((text + piece).slice(0, stop), 'stop');
      text += piece;
      this.given += 1;
      onText?.(piece);
      await Promise.resolve();
    }
    return result(text, this.#finish);
  }
}

const result = (text: string, finish: FinishReason): CompletionResult => ({
  text,
  finish,
  promptTokens: 10,
  cachedTokens: 0,
  computedTokens: 10,
  cutTokens: 0,
  generatedTokens: text.length,
  confidence: null,
  certainty: [],
  queuedMs: 0,
  firstTokenMs: 1,
  totalMs: 2,
});

const complete = (generator: CompletionEngine, file: string, more: Partial<CompletionRequest> = {}) =>
  new Completer(generator).complete(modelInfo(), { path: 'src/a.ts', ...place(file), ...more }, { workspace: 'w' });

const GOLDEN: [file: string, generated: string, shown: string | null, tail?: string][] = [
  ['const a = |;\n', 'b + c', 'b + c'],
  ['const a = |\n', 'b;\nconst d', 'b;'],
  ['foo(|)', 'a, b);\nbar', 'a, b', ';'],
  ['f() {\n  |\n}\n', 'a();\n  b();\n}\nfoo', 'a();\n  b();'],
  ['f() {\r\n\t|\r\n}\r\n', 'a();\n\tb();\n}\nfoo', 'a();\r\n\tb();'],
  ['if (a) {\n\tb();\n}\nif (c) {\n\t|\n}', 'd();\n\t  e();\n}', 'd();\n\t\te();'],
  ['你好 = |', '"世界😀";', '"世界😀";'],
  ['it(|)', "'works', () => {\n  check();\n});", "'works', () =>"],
  ['f() {\n    |\n}', 'a();\n  b();\n}', 'a();\n    b();'],
  ["  it('a', () => {|});\n", '\n    b();\n  });\n  c();', '\n    b();\n  '],
  ['a = |', '  \n', null],
];
for (const [file, generated, shown, tail = ''] of GOLDEN) {
  for (const length of [1, 3, 100]) {
    test(`${JSON.stringify(file)} in pieces of ${length} shows ${JSON.stringify(shown)}`, async () => {
      const outcome = await complete(new Script(generated, length), file);
      assert.equal(outcome.shown, shown);
      assert.equal(outcome.tail, tail);
      assert.equal(outcome.over, tail === '' ? 0 : 1);
      assert.equal(outcome.rejectedBy === null, shown !== null);
    });
  }
}

test('generation is ended as soon as the line is complete', async () => {
  const script = new Script(`x();\n${'y();\n'.repeat(50)}`);
  const outcome = await complete(script, 'a();|\n');
  assert.equal(outcome.text, 'x();');
  assert.equal(script.given, 'x();\n'.length);
});

test('where a newline says nothing, the engine is told to stop at one', async () => {
  const script = new Script('b\nc');
  await complete(script, 'a = |');
  assert.deepEqual(script.params[0]?.stop, ['\n']);
  await complete(script, 'a();|\n');
  assert.equal(script.params[1]?.stop, undefined);
});

test('the text is the same in whatever pieces it comes', async () => {
  const generated = 'if (a) {\n    b();\n  }\n}\n\n\nmore';
  const texts = await Promise.all(
    [1, 2, 5, 100].map(async (length) => (await complete(new Script(generated, length), 'f() {\n  |')).text),
  );
  assert.deepEqual(new Set(texts), new Set(['if (a) {\n    b();\n  }\n}']));
});

test("the request names the class, the workspace and the lines' own limit", async () => {
  const script = new Script('b');
  const request = { path: 'a.ts', ...place('a = |') };
  const completer = new Completer(script);
  await completer.complete(modelInfo(), request, { workspace: 'w', document: 'editor' });
  await completer.complete(modelInfo(), request, { workspace: 'w', maxTokens: 7, reuse: false, class: 'background' });
  await completer.complete(
    modelInfo(),
    { ...request, lines: 'many' },
    { workspace: 'w', maxTokens: { one: 5, many: 9 } },
  );
  const [first, second, third] = script.params;
  assert.deepEqual(
    { model: first?.model, workspace: first?.workspace, class: first?.class, document: first?.document },
    { model: 'm1', workspace: 'w', class: 'keystroke', document: 'editor' },
  );
  assert.deepEqual([first?.maxTokens, second?.maxTokens, third?.maxTokens], [32, 7, 9]);
  assert.deepEqual([second?.reuse, second?.class], [false, 'background']);
});

test('a line and a block are asked with the same window', async () => {
  const file = `${Array.from({ length: 400 }, (_, row) => `const a${row} = ${row};`).join('\n')}\nf() {`;
  const script = new Script('x');
  const prefixOf = (index: number) => {
    return script.params[index]!.segments.find((one) => 'cut' in one && one.cut === 'start');
  };
  await complete(script, `${file}|`, { lines: 'one' });
  await complete(script, `${file}|`, { lines: 'many' });
  assert.notEqual(prefixOf(0), undefined);
  assert.deepEqual(prefixOf(0), prefixOf(1));
});

test('a request ended from outside shows nothing', async () => {
  const abort = new AbortController();
  const completer = new Completer(new Script('b'.repeat(20)));
  const running = completer.complete(
    modelInfo(),
    { path: 'a.ts', ...place('a = |') },
    { workspace: 'w', signal: abort.signal, onText: (text) => text.length === 3 && abort.abort() },
  );
  const outcome = await running;
  assert.deepEqual([outcome.shown, outcome.rejectedBy], [null, 'cancelled']);
  const superseded = await complete(new Script('b', 1, 'superseded'), 'a = |');
  assert.deepEqual([superseded.shown, superseded.rejectedBy], [null, 'superseded']);
});

test('progress is all the text so far, up to the end of the line', async () => {
  const seen: string[] = [];
  await new Completer(new Script('b();\nc();', 3)).complete(
    modelInfo(),
    { path: 'a.ts', ...place('a();|\n') },
    { workspace: 'w', onText: (text) => seen.push(text) },
  );
  assert.deepEqual(seen, ['b()', 'b();']);
});

test('a model that cannot fill in the middle is refused before anything is asked', async () => {
  const script = new Script('b');
  const asking = new Completer(script).complete(
    modelInfo({ specialTokens: ['bos'] }),
    { path: 'a.ts', prefix: 'a', suffix: '' },
    { workspace: 'w' },
  );
  await assert.rejects(asking, NoFimTokensError);
  assert.equal(script.params.length, 0);
});

test('a huge file and a huge line cost the model no more than their window', async () => {
  const script = new Script('b');
  await complete(script, `${'x'.repeat(20_000_000)}|${'y'.repeat(20_000_000)}`);
  const length = JSON.stringify(script.params[0]!.segments).length;
  assert.ok(length < 4000, `${length}`);
});
