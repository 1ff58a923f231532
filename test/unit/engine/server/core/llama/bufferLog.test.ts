import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BufferLog, type Buffers } from '../../../../../../src/engine/server/core/llama/bufferLog.ts';
import { openBundled } from '../../../../../helpers/native.ts';

const MEBIBYTE = 2 ** 20;

/** A log whose marks come at once, as a line of the stream. */
function logOf(devices: string[]): { log: BufferLog; say: (line: string) => string; left: string[] } {
  const left: string[] = [];
  const say = (line: string): string => {
    const own = log.hear(line);
    if (own !== '') left.push(own);
    return own;
  };
  const log = new BufferLog({ ggml_log_internal: (_, text) => void say(text.trimEnd()) }, devices);
  return { log, say, left };
}

describe('the log of buffers', () => {
  test('tells what was made between two marks, by device', () => {
    const { log, say, left } = logOf(['CUDA0', 'CUDA1', 'CPU']);
    let made: Buffers | undefined;
    say('load_tensors:        CUDA0 model buffer size =   100.00 MiB');
    const end = log.begin((buffers) => {
      made = buffers;
    });
    for (const line of [
      'load_tensors:   CPU_Mapped model buffer size =     0.25 MiB',
      'load_tensors:        CUDA0 model buffer size =     1.50 MiB',
      'load_tensors:  CUDA1_Split model buffer size =  1234.00 MiB',
      'llama_kv_cache:      CUDA0 KV buffer size =     2.00 MiB',
      'llama_memory_recurrent:      CPU RS buffer size =     8.00 MiB',
      'llama_context:  CUDA_Host  output buffer size =     4.00 MiB',
      'sched_reserve:      CUDA0 compute buffer size =     0.50 MiB',
      'sched_reserve:  CUDA_Host compute buffer size =     0.25 MiB',
      'sched_reserve: graph (pp bs=128, tg bs=9): nodes = 90 / 88, splits = 3 / 2, input objects = 4, input tensors = 7',
    ]) {
      assert.equal(say(line), line);
    }
    assert.equal(made, undefined);
    end();
    say('sched_reserve:      CUDA0 compute buffer size =    99.00 MiB');
    const by = (device: string, weights: number, cache: number, compute: number) => ({
      device,
      weights: weights * MEBIBYTE,
      cache: cache * MEBIBYTE,
      compute: compute * MEBIBYTE,
    });
    assert.deepEqual(made, {
      use: [by('CPU', 0.25, 8, 4.25), by('CUDA0', 1.5, 2, 0.5), by('CUDA1', 1234, 0, 0)],
      splits: 2,
    });
    assert(!left.some((line) => line.includes('quire:')));
  });

  test('tells which device had not the memory for weights', () => {
    const { log, say } = logOf(['CUDA0', 'CUDA1', 'CPU']);
    let made: Buffers | undefined;
    const end = log.begin((buffers) => {
      made = buffers;
    });
    say('llama_model_load: error loading model: unable to allocate CUDA1 buffer');
    end();
    assert.deepEqual(made, { use: [], splits: undefined, lacking: 'CUDA1' });
  });

  test('counts the largest share of what is cut among devices for each of them', () => {
    const { log, say } = logOf(['Vulkan0', 'Vulkan1', 'CPU']);
    let made: Buffers | undefined;
    const end = log.begin((buffers) => {
      made = buffers;
    });
    say(
      'load_tensors: Meta(Vulkan0,Vulkan1) model buffer size = 3.00 MiB\nload_tensors: CPU model buffer size = 1.00 MiB',
    );
    say('sched_reserve: graph: nodes = 90, splits = 2, input objects = 4, input tensors = 7');
    end();
    assert.deepEqual(
      made?.use.map(({ device, weights }) => [device, weights / MEBIBYTE]),
      [
        ['Vulkan0', 3],
        ['Vulkan1', 3],
        ['CPU', 1],
      ],
    );
    assert.equal(made?.splits, 2);
  });

  test('is heard of a real model and its context', async () => {
    const model = await openBundled();
    const cells = 1024;
    const backend = model.createBackend({ cells, sequences: 4 });
    const deadline = performance.now() + 10_000;
    while (model.splits === undefined && performance.now() < deadline) await new Promise(setImmediate);
    assert.equal(model.splits, 1);
    const [use, ...others] = model.memoryUse();
    assert.deepEqual(others, []);
    assert.equal(use!.device, 'CPU');
    // All of the file but its header; where the CPU has units of its own (AMX), what it laid out anew for them beside it.
    const share = use!.weights / model.info.sizeBytes;
    assert(share > 0.9 && share < 2.2, `${share}`);
    assert(use!.cache >= cells * 128 && use!.compute > 0);
    backend.dispose();
    model.dispose();
  });
});
