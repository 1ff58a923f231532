import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EngineStatus, ModelPlan } from '../../../src/engine/protocol/index.ts';
import { renderStatus } from '../../../src/monitor/statusText.ts';

const none = {
  requests: 0,
  finished: 0,
  cancelled: 0,
  failed: 0,
  promptTokens: 0,
  cachedTokens: 0,
  generatedTokens: 0,
};

const plan: ModelPlan = {
  roles: ['completion'],
  model: '/models/tiny.gguf',
  nGpuLayers: 9,
  splitMode: 'none',
  devices: ['Vulkan0'],
  tensorSplit: [9],
  mainGpu: 0,
  tensorOverrides: [{ pattern: '^blk\\.(0|1)\\.ffn_(up|down|gate)\\.', device: 'CPU' }],
  contextTokens: 1024,
  cells: 2048,
  kvType: 'q8_0',
  where: ['Vulkan0: all 8 layers', 'CPU: the input'],
  why: ['the feed-forward parts of layers 0-1 with the CPU, as 2.1 GB of Vulkan0 are missing', 'a cache in 8 bits'],
  short: true,
  predicted: {
    bytes: {},
    tokensPerSecond: 1520,
    prefillTokensPerSecond: 9800,
    readBytes: 5e6,
    hotShare: { Vulkan0: 1 },
    splits: 2,
  },
};

const engine: EngineStatus = {
  version: '0.1.0',
  pid: 4711,
  node: 'v24.21.0',
  uptimeMs: 3_723_000,
  residentBytes: 100 * 2 ** 20,
  native: {
    gpu: 'vulkan',
    abi: 'libllama b7000, checked',
    devices: [
      { name: 'Vulkan0', description: 'A card', kind: 'gpu', freeBytes: 3 * 2 ** 30, totalBytes: 4 * 2 ** 30 },
      { name: 'BLAS', description: 'A library', kind: 'accelerator', freeBytes: 0, totalBytes: 0 },
    ],
    chosen: 'Vulkan0',
  },
  clients: [{ name: 'VS Code', pid: 99 }],
  embedders: [],
  models: [
    {
      info: {
        id: 'm',
        path: '/models/tiny.gguf',
        name: 'tiny-code-fim',
        architecture: 'llama',
        parameters: 5_380_000,
        sizeBytes: 6 * 2 ** 20,
        contextTokens: 1024,
        trainedContextTokens: 1024,
        vocabularyTokens: 8192,
        specialTokens: ['fimPrefix', 'fimSuffix', 'fimMiddle', 'fimSeparator'],
        capabilities: { generates: true, completes: true, chats: false, embeds: false },
        device: 'vulkan',
        promptMs: 1.42,
      },
      memory: [
        { device: 'Vulkan0', weights: 5 * 2 ** 20, cache: 2 ** 21, compute: 2 ** 20 },
        { device: 'CPU', weights: 2 ** 20, cache: 0, compute: 0 },
      ],
      plan,
      ngram: {
        on: true,
        gain: 0.41,
        seen: 120,
        documents: 3,
        files: 250,
        pending: 12,
        full: true,
        leftOut: 1_234,
        nearestLeftOut: ['far/a.ts', 'far/b.ts'],
        tokens: 1_250_000,
        bytes: 20 * 2 ** 20,
      },
      running: 1,
      waiting: 2,
      kv: {
        strategy: 'pages',
        pageTokens: 32,
        pagesTotal: 512,
        pagesFree: 400,
        pagesCached: 100,
        pagesLeased: 12,
        pagesPeak: 120,
        allocatedCells: 3000,
        filledCells: 2900,
        logicalTokens: 9000,
        physicalTokens: 3500,
        evictions: 7,
        spills: 5,
        restores: 3,
        ram: { pages: 5, bytes: 3 * 2 ** 20, limitBytes: 512 * 2 ** 20 },
        disk: { pages: 0, bytes: 0, limitBytes: 0 },
        pageMs: { compute: 3.52, save: 0.1, restore: 0.2 },
      },
      scheduler: {
        policy: 'preemptive',
        iterations: 4321,
        preemptions: 2,
        superseded: 3,
        iterationMs: { p50: 1.25, p95: 20, p99: 28.4, max: 31 },
        expectedMs: { decode: 0.6, chunk: 14 },
        decisions: [
          { at: 61_250, what: 'ran', request: 12, class: 'keystroke', level: 0, tokens: 9, ms: 2.5 },
          {
            at: 61_260.5,
            what: 'preempted',
            request: 11,
            class: 'chat',
            level: 3,
            why: 'pages for a request before it',
          },
          { at: 61_261, what: 'evicted', pages: 4 },
        ],
      },
      speculation: {
        on: true,
        rows: 3,
        steps: 400,
        tokens: 1000,
        drafted: 900,
        right: 600,
        tokensPerStep: 2.5,
        gain: 1.84,
        sources: { text: { drafted: 800, right: 550 }, code: { drafted: 100, right: 50 } },
      },
    },
  ],
  totals: {
    keystroke: {
      requests: 12,
      finished: 9,
      cancelled: 3,
      failed: 0,
      promptTokens: 10_000,
      cachedTokens: 9_125,
      generatedTokens: 250,
    },
    chat: none,
    background: none,
  },
};

describe('renderStatus', () => {
  it('writes a page for people', () => {
    assert.equal(
      renderStatus({ engine, version: '0.1.0' }),
      `Quire 0.1.0
===========

Engine       version 0.1.0, process 4711, Node v24.21.0
Running for  01:02:03
Memory       100 MiB resident
Computes on  vulkan, of its devices Vulkan0
Devices      Vulkan0: A card (GPU, 3,072 MiB of 4,096 MiB free)
             BLAS: A library (helps the CPU)
Library      libllama b7000, checked
Windows      VS Code (99)

Models
======

Model       tiny-code-fim (llama, 5,380,000 parameters, 6 MiB)
File        /models/tiny.gguf
On          Vulkan0: 5 MiB weights, 2 MiB cache, 1 MiB buffers; CPU: 1 MiB weights
Planned     Vulkan0: all 8 layers
            CPU: the input
Foretold    1,520 tokens/s written, 9,800 tokens/s of a long prompt read; measured: 1,670 tokens/s written
Why         the feed-forward parts of layers 0-1 with the CPU, as 2.1 GB of Vulkan0 are missing
            a cache in 8 bits
Context     1,024 tokens (trained on 1,024), kept as q8_0; one is read in 1.4 ms
Can         fill in the middle, read other files
Cache       12 pages in use, 100 kept, 400 free of 512; 3,500 tokens stand for 9,000
Colder      5 in memory (3 MiB of 512 MiB), disk off; 7 evicted, 5 saved, 3 brought back; a page: 0.2 ms to bring back, 3.5 ms to compute
Iterations  4,321 (p50 1.3 ms, p99 28 ms); 2 preemptions, 3 superseded
Guesses     on; 2.50 tokens a step, 1.84 times as fast where it was drafted, at most 3 computed together; 600 of 900 right (550 of 800 from the text, 50 of 100 from code of the project)
Own code    3 documents and 250 files, 12 to read, no room for 1,234 far ones (far/a.ts, far/b.ts, ...), 1,250,000 tokens, 20 MiB; made what was typed 1.5 times as likely (120 places)
Now         1 running, 2 waiting

Latest decisions
================

61.250  keystroke 12, level 0  ran        9 tokens, 2.5 ms
61.261  chat 11, level 3       preempted  pages for a request before it
61.261  cache                  evicted    4 pages

Requests since the start
========================

            requests  finished  cancelled  failed  prompt tokens  from cache  generated
keystroke         12         9          3       0         10,000      91.3 %        250
chat               0         0          0       0              0           -          0
background         0         0          0       0              0           -          0
`,
    );
  });

  it('says so where there is nothing', () => {
    const empty = renderStatus({ engine: { ...engine, models: [], clients: [] }, version: '1' });
    assert.match(empty, /None is open\./);
    assert.match(empty, /Windows +none/);
    const page = renderStatus({ engine: { error: 'It did not start.' }, version: '1' });
    assert.equal(page, 'Quire 1\n=======\n\nThe engine does not answer.\nIt did not start.\n');
  });
});
