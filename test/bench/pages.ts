/**
 * What a page costs that left the device: saving it, bringing it back from memory and from disk, computing it again near
 * the beginning and far behind it; and from where on the engine's own rule (`kv/spill.ts`) saves and restores.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { PAGE_TOKENS } from '../../src/engine/server/core/kv/pagePool.ts';
import { Spill } from '../../src/engine/server/core/kv/spill.ts';
import { PageTiers } from '../../src/engine/server/core/kv/tiers.ts';
import { newNode } from '../../src/engine/server/core/kv/treeNode.ts';
import type { LlamaBackend } from '../../src/engine/server/core/llama/backend.ts';
import { openModel } from '../../src/engine/server/core/llama/model.ts';
import { keyOf } from '../../src/engine/server/storage/pages/pageRecord.ts';
import { SavedPages } from '../../src/engine/server/storage/pages/savedPages.ts';
import { Storage } from '../../src/engine/server/storage/storage.ts';
import type { Subject } from './bed.ts';
import { corpus } from './corpus.ts';
import { nativeLibrary } from './native.ts';
import { type Measured, median } from './report.ts';

/** A position far behind the beginning, in tokens. */
const FAR = 1_984;
const TOKENS = FAR + PAGE_TOKENS;
/** Sequences: the text, and one in which pages are computed again or brought back. */
const [TEXT, OTHER] = [0, 1];
const BYTES = 512 << 20;
const WORKSPACE = 'bench';

/** Milliseconds, medians. */
type Costs = Record<'save' | 'memory' | 'disk' | 'near' | 'far', number>;

export async function benchPages({ path: file, gpu }: Subject, rounds: number): Promise<Measured[]> {
  const model = await openModel(await nativeLibrary(gpu), { path: file, contextTokens: 0 });
  try {
    const backend = model.createBackend({ cells: 2 * TOKENS, sequences: 2 });
    if (!backend.sharesPages) return [];
    const tokens = Array.from(model.tokenizer.encode(corpus())).slice(0, TOKENS);
    if (tokens.length < TOKENS) throw new Error('the corpus is too short');
    compute(backend, TEXT, tokens, 0, TOKENS);
    const { bytes, costs } = await measure(backend, tokens, rounds);
    const note = `${PAGE_TOKENS} tokens, ${(bytes / 1024).toFixed(0)} KiB; medians of ${rounds}`;
    return [
      { name: 'save a page', value: costs.save, unit: 'ms', note },
      { name: 'restore a page from memory', value: costs.memory, unit: 'ms' },
      { name: 'restore a page from disk', value: costs.disk, unit: 'ms', note: 'compressed; just written' },
      { name: 'compute a page at position 0', value: costs.near, unit: 'ms' },
      { name: `compute a page at position ${FAR}`, value: costs.far, unit: 'ms' },
      crossover(backend, tokens, costs, 'memory'),
      crossover(backend, tokens, costs, 'disk'),
    ];
  } finally {
    model.dispose();
  }
}

/** Takes a page in each round, another one each time, so that no cache of the processor helps more than it would. */
async function measure(
  backend: LlamaBackend,
  tokens: readonly number[],
  rounds: number,
): Promise<{ bytes: number; costs: Costs }> {
  const times: Record<keyof Costs, number[]> = { save: [], memory: [], disk: [], near: [], far: [] };
  const clock = <T>(name: keyof Costs, work: () => T): T => {
    const before = backend.now();
    const result = work();
    times[name].push(backend.now() - before);
    return result;
  };
  const folder = mkdtempSync(path.join(tmpdir(), 'qr-pages-'));
  const storage = new Storage({ log: () => undefined });
  const saved = new SavedPages(storage, { folder, maxBytes: BYTES });
  const open = (ramBytes: number) => new PageTiers({ ramBytes, disk: saved.tier('bench') });
  let bytes = 0;
  try {
    for (let round = 0; round < rounds; round++) {
      const start = PAGE_TOKENS * (round % (FAR / PAGE_TOKENS));
      const page = clock('save', () => backend.savePage(TEXT, start, start + PAGE_TOKENS));
      bytes = page.byteLength;
      const own = tokens.slice(start, start + PAGE_TOKENS);
      const key = keyOf(WORKSPACE, null, own);
      const record = { key, parent: null, workspace: WORKSPACE, tokens: own };
      const warm = open(BYTES);
      warm.put(record, page);
      warm.persist(record, page);
      while (!warm.flush()) await turn();
      const cold = open(0);
      await cold.load(WORKSPACE);
      for (const [name, tiers] of [
        ['memory', warm],
        ['disk', cold],
      ] as const) {
        if (start > 0) backend.copyRange(TEXT, OTHER, 0, start);
        const asked = backend.now();
        tiers.fetch(key);
        while (tiers.coming(key)) await turn();
        const back = backend.restorePage(OTHER, tiers.get(key) ?? new Uint8Array());
        times[name].push(backend.now() - asked);
        if (!back) throw new Error(`a page did not come back from ${name}`);
        backend.removeRange(OTHER, 0, -1);
        tiers.dispose();
      }
      for (const [name, from] of [
        ['near', 0],
        ['far', FAR],
      ] as const) {
        if (from > 0) backend.copyRange(TEXT, OTHER, 0, from);
        clock(name, () => compute(backend, OTHER, tokens, from, from + PAGE_TOKENS));
        backend.removeRange(OTHER, 0, -1);
      }
    }
  } finally {
    await storage.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const costs = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)])) as Costs;
  return { bytes, costs };
}

/** Asks the engine's own rule, at one position after the other, what it would do at these costs. */
function crossover(backend: LlamaBackend, tokens: readonly number[], costs: Costs, tier: 'memory' | 'disk'): Measured {
  const computeMs = (start: number) => costs.near + ((costs.far - costs.near) * start) / FAR;
  const ruleAt = () => {
    const spill = new Spill(backend, new PageTiers({ ramBytes: BYTES }), computeMs);
    spill.saveMs = costs.save;
    spill.restoreMs = costs[tier];
    return spill;
  };
  const first = (fits: (start: number) => boolean): number => {
    for (let start = 0; start <= FAR; start += PAGE_TOKENS) if (fits(start)) return start;
    return Number.NaN;
  };
  const root = newNode(WORKSPACE, undefined, []);
  const saves = first((start) => {
    const node = newNode(WORKSPACE, root, tokens.slice(start, start + PAGE_TOKENS));
    return ruleAt().keep(Object.assign(node, { start, sequence: TEXT }));
  });
  const restores = first((start) => ruleAt().worthRestoring(start));
  const where = Number.isNaN(saves) ? 'saves none' : `saves pages from position ${saves} on`;
  return {
    name: `brought back from ${tier}, not computed, from this position on`,
    value: restores,
    unit: '',
    note: Number.isNaN(restores) ? `at none up to ${FAR}; ${where}` : where,
  };
}

function compute(backend: LlamaBackend, sequence: number, tokens: readonly number[], start: number, end: number): void {
  const batch = backend.createBatch();
  for (let from = start; from < end; from += batch.capacity) {
    batch.clear();
    const to = Math.min(end, from + batch.capacity);
    for (let i = from; i < to; i++) batch.add(tokens[i]!, i, [sequence], i === to - 1);
    if (backend.decode(batch) !== 'ok') throw new Error('the text does not fit into the cells');
  }
}
