import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reportOf, Tally } from '../../../src/cli/replayReport.ts';
import type { GenerateResult, KvStatus, ModelInfo, SchedulerStatus } from '../../../src/engine/protocol/index.ts';

const result = (tokens: Partial<GenerateResult>): GenerateResult => ({
  text: '',
  finish: 'stop',
  promptTokens: 0,
  cachedTokens: 0,
  computedTokens: 0,
  cutTokens: 0,
  generatedTokens: 0,
  queuedMs: 0,
  firstTokenMs: null,
  totalMs: 0,
  ...tokens,
});

describe('Tally', () => {
  it('counts tokens of all, first tokens where there was one, whole times of those that finished', () => {
    const tally = new Tally();
    for (let sent = 0; sent < 5; sent++) tally.sent();
    const tokens = { promptTokens: 10, cachedTokens: 6, computedTokens: 4, generatedTokens: 2 };
    tally.ended('finished', result(tokens), { firstTokenMs: 3, totalMs: 5 });
    tally.ended('cancelled', result(tokens), { firstTokenMs: 7, totalMs: 100 });
    tally.ended('cancelled', result({ promptTokens: 10 }), { firstTokenMs: null, totalMs: 200 });
    tally.failed();
    assert.equal(tally.running, 1);
    assert.deepEqual(tally.report(), {
      count: 5,
      finished: 1,
      cancelled: 2,
      failed: 1,
      firstTokenMs: { p50: 3, p95: 7, p99: 7, max: 7 },
      totalMs: { p50: 5, p95: 5, p99: 5, max: 5 },
      promptTokens: 20,
      cachedTokens: 12,
      computedTokens: 8,
      generatedTokens: 4,
    });
  });
});

describe('reportOf', () => {
  it('has the fields that scripts read, and no others', () => {
    const kv: KvStatus = {
      strategy: 'pages',
      pageTokens: 32,
      pagesTotal: 9,
      pagesFree: 4,
      pagesCached: 3,
      pagesLeased: 2,
      pagesPeak: 6,
      allocatedCells: 160,
      filledCells: 150,
      logicalTokens: 300,
      physicalTokens: 140,
      evictions: 1,
      spills: 2,
      restores: 3,
      ram: { pages: 0, bytes: 0, limitBytes: 0 },
      disk: { pages: 0, bytes: 0, limitBytes: 0 },
      pageMs: { compute: null, save: null, restore: null },
    };
    const iterationMs = { p50: 1, p95: 2, p99: 3, max: 4 };
    const scheduler: SchedulerStatus = {
      policy: 'preemptive',
      iterations: 7,
      preemptions: 1,
      superseded: 2,
      iterationMs,
      expectedMs: { decode: 1, chunk: 2 },
      decisions: [],
    };
    const tallies = { keystroke: new Tally(), chat: new Tally(), background: new Tally() };
    const model = { name: 'tiny', device: 'cpu' } as ModelInfo;
    const { keystroke, chat, background, machine, ...rest } = reportOf(tallies, model, { kv, scheduler });
    assert.deepEqual([keystroke, chat, background], [new Tally().report(), keystroke, keystroke]);
    assert.deepEqual(rest, {
      kv: {
        pageTokens: 32,
        pagesTotal: 9,
        pagesPeak: 6,
        allocatedCells: 160,
        filledCells: 150,
        logicalTokens: 300,
        physicalTokens: 140,
        evictions: 1,
        spills: 2,
        restores: 3,
      },
      scheduler: { iterations: 7, preemptions: 1, superseded: 2, iterationMs },
    });
    assert.deepEqual(Object.keys(machine), ['cores', 'cpu', 'memoryGiB', 'node', 'device', 'model']);
    assert.deepEqual([machine.device, machine.model], ['cpu', 'tiny']);
  });
});
