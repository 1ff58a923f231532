import assert from 'node:assert/strict';
import os from 'node:os';
import { describe, test } from 'node:test';
import type { DeviceStatus } from '../../../../../../src/engine/protocol/index.ts';
import { chosenDevices, listDevices, offloadable } from '../../../../../../src/engine/server/core/llama/devices.ts';
import type { Pointer } from '../../../../../../src/engine/server/core/llama/structs.ts';
import { cpuLibrary } from '../../../../../helpers/native.ts';

const GPU = { name: 'CUDA0', kind: 'gpu' } as const;
const SECOND = { name: 'CUDA1', kind: 'gpu' } as const;
const SHARED = { name: 'Vulkan0', kind: 'igpu' } as const;
const BLAS = { name: 'BLAS', kind: 'accelerator' } as const;
const CPU = { name: 'CPU', kind: 'cpu' } as const;

describe('devices', () => {
  test('are listed as the library has them, with their memory', async () => {
    const { functions } = await cpuLibrary();
    const [cpu, ...others] = listDevices(functions);
    assert.deepEqual(others, []);
    assert.equal(cpu!.name, 'CPU');
    assert.equal(cpu!.kind, 'cpu');
    assert(cpu!.description.length > 0);
    assert(cpu!.totalBytes > 2 ** 28 && cpu!.freeBytes > 0 && cpu!.freeBytes <= cpu!.totalBytes);
  });

  test('that are made of others, or of a kind that is not known, are none', () => {
    const types = [1, 4, 0, 2, 3, 9];
    const listed = listDevices({
      ggml_backend_dev_count: () => types.length,
      ggml_backend_dev_get: (index: number) => BigInt(index),
      ggml_backend_dev_name: (device: Pointer) => `D${device}`,
      ggml_backend_dev_description: () => 'a device',
      ggml_backend_dev_type: (device: Pointer) => types[Number(device)]!,
      ggml_backend_dev_memory: (device: Pointer, free: BigUint64Array, total: BigUint64Array) => {
        free[0] = 2n ** 35n + device;
        total[0] = 2n ** 36n;
      },
    });
    assert.deepEqual(
      listed.map(({ name, kind }) => [name, kind]),
      [
        ['D0', 'gpu'],
        ['D2', 'cpu'],
        ['D3', 'igpu'],
        ['D4', 'accelerator'],
      ],
    );
    assert.equal(listed[0]!.freeBytes, 2 ** 35);
    assert.equal(listed[2]!.freeBytes, 2 ** 35 + 3);
    assert.equal(listed[0]!.totalBytes, 2 ** 36);
    const [cpu] = listed.filter(({ kind }) => kind === 'cpu');
    assert(cpu!.freeBytes <= os.totalmem());
  });

  test('layers go to GPUs, and to one without memory of its own only where there is no other', () => {
    assert.deepEqual(offloadable([GPU, SHARED, SECOND, BLAS, CPU]), [GPU, SECOND]);
    assert.deepEqual(offloadable([SHARED, BLAS, CPU]), [SHARED]);
    assert.deepEqual(offloadable([BLAS, CPU]), []);
  });
});

describe('quire.engine.devices', () => {
  const all: Pick<DeviceStatus, 'name' | 'kind'>[] = [GPU, SECOND, SHARED, BLAS, CPU];
  for (const [setting, expected] of [
    ['auto', [GPU, SECOND]],
    ['', [GPU, SECOND]],
    [' Auto ', [GPU, SECOND]],
    ['cpu', []],
    ['CUDA1', [SECOND]],
    ['cuda1, CUDA0', [SECOND, GPU]],
    ['CUDA0,CUDA0,', [GPU]],
    ['CUDA1, CPU', [SECOND]],
    ['Vulkan0', [SHARED]],
  ] as const) {
    test(`'${setting}' is ${expected.map(({ name }) => name).join(' and ') || 'the CPU alone'}`, () => {
      assert.deepEqual(chosenDevices(all, setting), expected);
    });
  }

  test('a device that is not there is refused, and those that are named', () => {
    assert.throws(() => chosenDevices(all, 'CUDA0, CUDA7'), {
      kind: 'nativeUnavailable',
      message: /has no device CUDA7\. Set quire\.engine\.devices to .* CUDA0, CUDA1, Vulkan0, BLAS, CPU\./,
    });
    assert.throws(() => chosenDevices(all, 'auto, CUDA0'), { message: /no device auto/ });
  });
});
