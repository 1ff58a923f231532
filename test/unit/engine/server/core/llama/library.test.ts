import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { type AbiFunctions, checkAbi, LLAMA_VERSION } from '../../../../../../src/engine/server/core/llama/abi.ts';
import { registerCompanions } from '../../../../../../src/engine/server/core/llama/companions.ts';
import { bind } from '../../../../../../src/engine/server/core/llama/functions.ts';
import { loadNative } from '../../../../../../src/engine/server/core/llama/library.ts';
import { pickNative, sharedObjects } from '../../../../../../src/engine/server/core/llama/sharedObjects.ts';
import { cpuLibrary } from '../../../../../helpers/native.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-library-'));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('loading', () => {
  test('binds the library that node-llama-cpp mapped', async () => {
    const library = await cpuLibrary();
    assert.equal(library.gpu, 'cpu');
    assert.equal(library.version, LLAMA_VERSION);
    assert(library.devices.some(({ name, kind, totalBytes }) => name === 'CPU' && kind === 'cpu' && totalBytes > 0));
    assert(sharedObjects().includes(library.paths[0]!));
    assert.match(library.paths[0]!, /llama/);
  });

  test('a GPU that is not there is refused, with what to do', async () => {
    const absent = process.platform === 'darwin' ? 'cuda' : 'metal';
    await assert.rejects(loadNative({ gpu: absent, log: () => {} }), {
      name: 'EngineFailure',
      kind: 'nativeUnavailable',
      message: /quire\.engine\.gpu to auto or off/,
    });
  });

  test('says what it does in the log, not on the console', async () => {
    const lines: string[] = [];
    await loadNative({ gpu: 'off', log: (level, message) => lines.push(`${level} ${message}`) });
    assert(lines.includes(`info libllama ${LLAMA_VERSION}, cpu build, on CPU`), lines.join('\n'));
  });

  test('names a function that no library has', () => {
    assert.throws(() => bind([]), /no function llama_version/);
  });
});

describe('the ABI check', () => {
  test('passes on the library itself', async () => {
    assert.equal(checkAbi((await cpuLibrary()).functions), LLAMA_VERSION);
  });

  test('calls nothing on another version', async () => {
    const { functions } = await cpuLibrary();
    const forbidden = (): never => assert.fail('called');
    const wrong: AbiFunctions = {
      ...functions,
      llama_version: () => '0.6.0',
      llama_model_default_params: forbidden,
      llama_context_default_params: forbidden,
    };
    assert.throws(() => checkAbi(wrong), {
      name: 'EngineFailure',
      kind: 'abiMismatch',
      message: /Reinstall Quire/,
      detail: /0\.6\.0/,
    });
  });

  test('names every value that differs', async () => {
    const { functions } = await cpuLibrary();
    const wrong: AbiFunctions = {
      ...functions,
      llama_context_default_params: () => ({
        ...functions.llama_context_default_params(),
        n_ctx: 4096,
        kv_unified: true,
      }),
    };
    assert.throws(() => checkAbi(wrong), { kind: 'abiMismatch', detail: /n_ctx is 4096.*kv_unified is true/ });
  });

  test('notices a field that was put in between', async () => {
    const { functions } = await cpuLibrary();
    const { n_gpu_layers, split_mode, ...rest } = functions.llama_model_default_params();
    const wrong: AbiFunctions = {
      ...functions,
      llama_model_default_params: () => ({ ...rest, n_gpu_layers: split_mode, split_mode: n_gpu_layers }),
    };
    assert.throws(() => checkAbi(wrong), { kind: 'abiMismatch', detail: /n_gpu_layers is 1/ });
  });
});

describe('finding the mapped library', () => {
  const linux = ['/lib/libc.so.6', '/m/linux-x64/libggml-base.so', '/m/linux-x64/libggml-cpu-zen4.so'];
  const cases = [
    {
      name: 'Linux',
      objects: [...linux, '/m/linux-x64/libllama-common.so', '/m/linux-x64/libllama.v0.5.0.so', '/m/llama-addon.node'],
      gpu: false as const,
      separator: '/',
      expected: ['/m/linux-x64/libllama.v0.5.0.so', '/m/linux-x64/libggml-base.so'],
    },
    {
      name: 'Linux with CUDA after a CPU build',
      objects: [
        '/m/linux-x64/libllama.v0.5.0.so',
        '/m/linux-x64-cuda/libllama.cuda.v0.5.0.so',
        '/m/linux-x64-cuda/libggml.cuda.v0.5.0.so',
        '/m/linux-x64/libggml.v0.5.0.so',
      ],
      gpu: 'cuda' as const,
      separator: '/',
      expected: ['/m/linux-x64-cuda/libllama.cuda.v0.5.0.so', '/m/linux-x64-cuda/libggml.cuda.v0.5.0.so'],
    },
    {
      name: 'macOS',
      objects: ['/usr/lib/libSystem.B.dylib', '/m/mac-arm64-metal/libllama.dylib', '/m/mac-arm64-metal/libggml.dylib'],
      gpu: 'metal' as const,
      separator: '/',
      expected: ['/m/mac-arm64-metal/libllama.dylib', '/m/mac-arm64-metal/libggml.dylib'],
    },
    {
      name: 'Windows',
      objects: ['C:\\W\\ntdll.dll', 'C:\\m\\win-x64\\llama.dll', 'C:\\m\\win-x64\\ggml-base.dll', 'C:\\o\\ggml.dll'],
      gpu: false as const,
      separator: '\\',
      expected: ['C:\\m\\win-x64\\llama.dll', 'C:\\m\\win-x64\\ggml-base.dll'],
    },
  ];
  for (const { name, objects, gpu, separator, expected } of cases) {
    test(name, () => {
      const found = pickNative(objects, gpu, separator);
      assert.deepEqual(found?.all, expected);
      assert.equal(found?.llama, expected[0]);
    });
  }

  test('none', () => assert.equal(pickNative(linux, false, '/'), undefined));
});

describe('packages fetched on demand', () => {
  test('are found where nothing else resolves, and only those', async () => {
    const name = '@node-llama-cpp/test-companion';
    const root = path.join(folder, ...name.split('/'));
    mkdirSync(root, { recursive: true });
    writeFileSync(path.join(root, 'package.json'), JSON.stringify({ name, type: 'module', main: './entry.js' }));
    writeFileSync(path.join(root, 'entry.js'), 'export const found = true;');
    mkdirSync(path.join(folder, 'other'));
    writeFileSync(path.join(folder, 'other/index.js'), 'export default 1;');

    await assert.rejects(import(name), { code: 'ERR_MODULE_NOT_FOUND' });
    registerCompanions(folder);
    registerCompanions(folder);
    assert.deepEqual({ ...(await import(name)) }, { found: true });
    await assert.rejects(import('@node-llama-cpp/another' as string), { code: 'ERR_MODULE_NOT_FOUND' });
    await assert.rejects(import('other' as string), { code: 'ERR_MODULE_NOT_FOUND' });
  });
});
