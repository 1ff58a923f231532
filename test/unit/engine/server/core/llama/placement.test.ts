import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import koffi from 'koffi';
import type { NativeDevice } from '../../../../../../src/engine/server/core/llama/devices.ts';
import {
  onCpuAlone,
  type Placement,
  placedOn,
  placedParams,
} from '../../../../../../src/engine/server/core/llama/placement.ts';
import type { Pointer } from '../../../../../../src/engine/server/core/llama/structs.ts';

const MAX_DEVICES = 16;
const device = (name: string, pointer: bigint): NativeDevice => ({
  name,
  pointer,
  description: '',
  kind: name === 'CPU' ? 'cpu' : 'gpu',
  freeBytes: 0,
  totalBytes: 0,
});
const DEVICES = [device('CUDA0', 0x10n), device('CUDA1', 0x11n), device('CPU', 0x12n)];

/** A library in which only `splitting` devices have buffers for some rows of a matrix. */
const functions = (splitting: bigint[] = []) => ({
  llama_max_devices: () => MAX_DEVICES,
  ggml_backend_dev_backend_reg: (pointer: Pointer) => pointer + 0x100n,
  ggml_backend_reg_get_proc_address: (registry: Pointer) => (splitting.includes(registry - 0x100n) ? 1n : null),
  ggml_backend_dev_buffer_type: (pointer: Pointer) => pointer + 0x1000n,
});

const placement = (more: Partial<Placement>): Placement => ({ ...placedOn(DEVICES.slice(0, 2)), ...more });
const read = (pointer: Pointer | null | undefined, type: string, length: number) =>
  [...(koffi.decode(pointer, koffi.array(type, length)) as Iterable<number | bigint>)].map(Number);

describe('a placement as parameters', () => {
  test('names its devices in its own order', () => {
    const { params, free } = placedParams(functions(), DEVICES, placement({ devices: ['CUDA1', 'CUDA0'] }));
    assert.deepEqual(read(params.devices, 'uint64_t', 3), [0x11, 0x10, 0]);
    assert.equal(params.n_gpu_layers, -1);
    assert.equal(params.split_mode, 1);
    assert.equal(params.tensor_split, undefined);
    assert.equal(params.tensor_buft_overrides, undefined);
    assert.equal(params.load_mode, undefined);
    free();
    free();
  });

  test('gives a share to each of as many devices as the library reads', () => {
    const given = placement({ tensorSplit: [3, 1.5], splitMode: 'tensor', mainGpu: 1, nGpuLayers: 7 });
    const { params, free } = placedParams(functions(), DEVICES, given);
    assert.deepEqual(read(params.tensor_split, 'float', MAX_DEVICES), [3, 1.5, ...Array(MAX_DEVICES - 2).fill(0)]);
    assert.equal(params.split_mode, 3);
    assert.equal(params.main_gpu, 1);
    assert.equal(params.n_gpu_layers, 7);
    free();
  });

  test('says which tensors lie elsewhere, and reads the file instead of mapping it', () => {
    const tensorOverrides = [
      { pattern: '^blk\\.(0|1)\\.ffn_', device: 'CPU' },
      { pattern: 'ü', device: 'CUDA1' },
    ];
    const { params, free } = placedParams(functions(), DEVICES, placement({ tensorOverrides }));
    const entries = koffi.decode(params.tensor_buft_overrides, koffi.array('uint64_t', 6)) as bigint[];
    const spelled = [0, 2].map((at) => koffi.decode(BigInt(entries[at]!), 'char', -1));
    assert.deepEqual(spelled, ['^blk\\.(0|1)\\.ffn_', 'ü']);
    assert.deepEqual(
      [1, 3, 4, 5].map((at) => Number(entries[at])),
      [0x1012, 0x1011, 0, 0],
    );
    assert.equal(params.load_mode, 0);
    free();
  });

  test('without devices is the CPU alone', () => {
    const none = placedOn([]);
    assert(onCpuAlone(none) && onCpuAlone(placement({ nGpuLayers: 0 })) && !onCpuAlone(placement({})));
    const { params, free } = placedParams(functions(), DEVICES, { ...none, nGpuLayers: -1 });
    assert.deepEqual(read(params.devices, 'uint64_t', 1), [0]);
    assert.equal(params.n_gpu_layers, 0);
    free();
  });

  test('is refused in words where a device is gone, or cannot hold rows', () => {
    const refused = (given: Placement, message: RegExp) =>
      assert.throws(() => placedParams(functions([0x10n]), DEVICES, given), { kind: 'nativeUnavailable', message });
    refused(placement({ devices: ['CUDA0', 'CUDA7'] }), /CUDA7 .* not there any more/);
    refused(placement({ tensorOverrides: [{ pattern: 'x', device: 'GPU' }] }), /The device GPU/);
    refused(placement({ splitMode: 'row' }), /CUDA1 cannot hold some rows/);
    placedParams(functions([0x10n, 0x11n]), DEVICES, placement({ splitMode: 'row' })).free();
  });
});
