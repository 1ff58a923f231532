/** The inference core on the real library under load: it keeps its books, and does not grow. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { RequestClass } from '../../src/engine/protocol/index.ts';
import type { LlamaModel } from '../../src/engine/server/core/llama/model.ts';
import { checkIntegrity } from '../helpers/cacheIntegrity.ts';
import { repository } from '../helpers/engine.ts';
import { openBundled } from '../helpers/native.ts';
import { serve } from './serve.ts';

describe('inference core under load', () => {
  let model: LlamaModel;
  let source: number[];

  before(async () => {
    model = await openBundled();
    source = [...model.tokenizer.encode(readFileSync(path.join(repository, 'src/engine/client/client.ts'), 'utf8'))];
  });
  after(() => model.dispose());

  it('serves 2,000 mixed requests with cancels, and neither leaks a page nor grows', async () => {
    const { backend, submit, loop, cache } = serve(model, { cells: 2048, ramBytes: 4 << 20 });
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    const classes: RequestClass[] = ['keystroke', 'keystroke', 'chat', 'background'];
    const running: Promise<unknown>[] = [];
    let resident = 0;
    for (let i = 0; i < 2000; i++) {
      const from = random(6) * 150;
      const kind = classes[random(4)]!;
      const request = submit([...source.slice(from, from + 30 + random(250)), random(2000)], {
        class: kind,
        workspace: `w${random(2)}`,
        maxTokens: 1 + random(12),
        ...(kind === 'keystroke' ? { supersedes: `editor ${random(3)}` } : {}),
      });
      running.push(request.done);
      for (let turns = random(3); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
      if (random(5) === 0) loop.cancel(request);
      if (i % 100 === 99) {
        await Promise.all(running.splice(0));
        checkIntegrity(cache);
      }
      if (i === 999) resident = process.memoryUsage.rss();
    }
    await Promise.all(running);
    checkIntegrity(cache);
    assert.equal(cache.pool.leased, 0);
    assert.equal(cache.pool.free + cache.pool.idle, cache.pool.total);
    assert.ok(process.memoryUsage.rss() - resident < 32 << 20, 'resident memory grows');
    backend.dispose();
  });
});
