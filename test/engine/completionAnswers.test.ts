import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Completer } from '../../src/completion/completer.ts';
import type { CompletionRequest } from '../../src/completion/request.ts';
import type { CompletionResult, ModelInfo } from '../../src/engine/protocol/index.ts';
import { bundledModel } from '../helpers/engine.ts';
import { ownEngine } from './ownEngine.ts';

const client = ownEngine();
let model: ModelInfo;
let workspace = '';
/** What the engine answered last. */
let answered: CompletionResult | undefined;
const completer = new Completer({
  async complete(params, options) {
    answered = await client.complete(params, options);
    return answered;
  },
});

before(async () => {
  model = await client.openModel({ path: bundledModel, contextTokens: 0 });
  workspace = await client.openWorkspace({ folder: null, name: 'w', trusted: true });
});

const complete = (request: Partial<CompletionRequest> & { prefix: string; suffix: string }, more = {}) =>
  completer.complete(model, { path: 'src/a.ts', ...request }, { workspace, ...more });

const CODE = Array.from(
  { length: 12 },
  (_, row) => `export function area${row}(width: number, height: number): number {\n  return width * height;\n}\n`,
).join('\n');
/** Where the model is so sure of the likeliest that no way of adding up makes another one of it. */
const PLACES: [what: string, prefix: string, suffix: string][] = [
  ['the rest of a line', `${CODE}\nconst first = area0(2, 3);\nconst second = `, '\n'],
  ['a word that has begun', `${CODE}\nconst first = area0(2, 3);\nconst second = ar`, '\n'],
  ['arguments', `${CODE}\nconsole.log(area0(2, 3));\nconsole.log(area1(`, ')\n'],
  ['a body', `${CODE}\nexport function volume(width: number, height: number): number {\n  `, '\n}\n'],
];

describe('several answers with the bundled model', () => {
  for (const [what, prefix, suffix] of PLACES) {
    it(`${what}: others than the likeliest, each another, the surest of them first`, async () => {
      const one = await complete({ prefix, suffix });
      const several = await complete({ prefix, suffix }, { answers: 3 });
      assert.equal(answered?.text, one.result.text, 'the likeliest is the same');
      assert.ok((answered?.others?.length ?? 0) > 0, 'there are others');
      const texts = [several, ...(several.others ?? []).map(({ text, ...rest }) => ({ shown: text, ...rest }))];
      assert.equal(new Set(texts.map(({ shown, over, tail }) => `${shown}${over}${tail}`)).size, texts.length);
      assert.ok(texts.length <= 3);
      assert.ok(texts.every(({ right }, index) => index < 2 || right <= texts[index - 1]!.right));
    });

    it(`${what}: an answer is what its own beginning leads to`, async () => {
      await complete({ prefix, suffix }, { answers: 3 });
      for (const other of answered?.others ?? []) {
        assert.ok(other.confidence !== null && other.confidence > 0 && other.confidence <= 1);
        assert.ok(other.text.length > 0 && other.generatedTokens > 0);
        assert.ok(other.certainty.length > 0);
      }
    });
  }

  it('computes the prompt once: the others begin by forks of its lease', async () => {
    const prefix = `${CODE}\nlet nobodyAskedThisBefore = `;
    await complete({ prefix, suffix: '\n' }, { answers: 3 });
    assert.equal(answered?.others?.length, 2);
    const { scheduler, kv } = (await client.status()).models[0]!;
    const told = scheduler.decisions.map(({ what }) => what);
    const since = told.slice(told.lastIndexOf('admitted'));
    assert.equal(
      since.filter((what) => what === 'arrived').length,
      2,
      'they come once it runs, and are not admitted anew',
    );
    assert.equal(since.filter((what) => what === 'finished').length, 3);
    assert.equal(kv.pagesLeased, 0, 'nothing is held any more');
  });

  it('says the same with three answers again and again', async () => {
    const { 1: prefix, 2: suffix } = PLACES[0]!;
    await complete({ prefix, suffix }, { answers: 3 });
    const first = answered;
    for (let i = 0; i < 3; i++) {
      await complete({ prefix, suffix }, { answers: 3 });
      assert.deepEqual(
        answered?.others?.map(({ text }) => text),
        first?.others?.map(({ text }) => text),
      );
    }
  });

  it('ends all of them when nobody waits any more', async () => {
    const controller = new AbortController();
    const asking = complete(
      { prefix: `${CODE}\nfunction x() {\n  `, suffix: '\n}\n', lines: 'many' },
      { answers: 3, signal: controller.signal, onText: () => controller.abort() },
    );
    assert.equal((await asking).rejectedBy, 'cancelled');
    const { running, waiting } = (await client.status()).models[0]!;
    assert.deepEqual([running, waiting], [0, 0]);
  });

  it('tells once how sure the first line is, before the rest is there', async () => {
    let told = 0;
    for (const prefix of [`import a from 'a';\nimport b from 'b';\n\n`, `${CODE}\nclass Box {\n  x: number;\n  `]) {
      const lines: { written: string; right: number }[] = [];
      let written = '';
      const heard = new Completer({
        complete: (params, options) =>
          client.complete(params, {
            ...options,
            onText(delta, event) {
              written += delta;
              if (event.line) lines.push({ written, right: event.line.at(-1)![1] });
              options?.onText?.(delta, event);
            },
          }),
      });
      const request = { path: 'src/a.ts', prefix, suffix: '\n}\n', lines: 'many' } as const;
      const { result } = await heard.complete(model, request, { workspace });
      for (const { written, right } of lines) {
        assert.ok(result.text.startsWith(written) && written.trim().length > 0, written);
        assert.ok(right >= 0 && right <= 1);
      }
      assert.ok(lines.length <= 1);
      told += lines.length;
    }
    assert.ok(told > 0);
  });

  it('takes no more than three answers', async () => {
    await assert.rejects(complete({ prefix: 'a = ', suffix: '' }, { answers: 4 }), /answers must be/);
  });
});
