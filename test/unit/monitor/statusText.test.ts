import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EngineStatus } from '../../../src/engine/protocol.ts';
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

const engine: EngineStatus = {
  version: '0.1.0',
  pid: 4711,
  node: 'v24.21.0',
  uptimeMs: 3_723_000,
  residentBytes: 100 * 2 ** 20,
  native: { gpu: 'cpu', abi: 'libllama b7000, checked', devices: [] },
  clients: [{ name: 'VS Code', pid: 99 }],
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
        chat: false,
        device: 'cpu',
      },
      usedCells: 512,
      totalCells: 4096,
      running: 1,
      waiting: 2,
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
Computes on  cpu
Library      libllama b7000, checked
Windows      VS Code (99)

Models
======

Model    tiny-code-fim (llama, 5,380,000 parameters, 6 MiB)
File     /models/tiny.gguf
On       cpu
Context  1,024 tokens (trained on 1,024)
Can      fill in the middle, read other files
Cache    512 of 4,096 cells hold a token (12.5 %)
Now      1 running, 2 waiting

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
