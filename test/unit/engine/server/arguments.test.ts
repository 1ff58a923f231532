import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { argumentsOf, type EngineCommand, settingsOf } from '../../../../src/engine/client/command.ts';
import { parseEngineArguments } from '../../../../src/engine/server/arguments.ts';

const folder = path.resolve('/cache');

describe('parseEngineArguments', () => {
  it('reads what the launcher passes', () => {
    const argv = ['--version', '1.2.3', '--gpu', 'off', '--idle-ms', '1000', '--modules', '/a', '--modules', '/b'];
    assert.deepEqual(parseEngineArguments(argv), {
      version: '1.2.3',
      gpu: 'off',
      devices: 'auto',
      idleMs: 1000,
      moduleFolders: ['/a', '/b'],
      policy: 'preemptive',
      speculate: undefined,
      cache: { ramBytes: 512 * 2 ** 20, diskBytes: 1024 * 2 ** 20 },
      memory: { indexMs: 600_000, modelTokens: 200_000, bytes: 256 * 2 ** 20 },
    });
  });

  it('reads the policy and the tiers of the cache', () => {
    const argv = ['--version', '1', '--policy', 'fcfs', '--cache-dir', folder, '--cache-ram-mb', '0.5'];
    const { policy, cache } = parseEngineArguments([...argv, '--cache-disk-mb', '0']);
    assert.equal(policy, 'fcfs');
    assert.deepEqual(cache, { folder, ramBytes: 2 ** 19, diskBytes: 0 });
  });

  it('takes all that the launcher can be told', () => {
    const command: EngineCommand = {
      executable: 'node',
      entry: 'main.ts',
      version: '1',
      gpu: 'vulkan',
      devices: 'Vulkan1, Vulkan0',
      idleMs: 5,
      moduleFolders: ['/a'],
      runtimeFolder: path.resolve('/run'),
      policy: 'fcfs',
      speculate: false,
      cache: { folder, ramMegabytes: 1, diskMegabytes: 2 },
      memory: { minutesPerDay: 3, modelTokensPerDay: 0, megabytes: 32 },
    };
    assert.deepEqual(parseEngineArguments(argumentsOf(command)), {
      version: '1',
      gpu: 'vulkan',
      devices: 'Vulkan1, Vulkan0',
      idleMs: 5,
      moduleFolders: ['/a'],
      runtimeFolder: path.resolve('/run'),
      policy: 'fcfs',
      speculate: false,
      cache: { folder, ramBytes: 2 ** 20, diskBytes: 2 ** 21 },
      memory: { indexMs: 180_000, modelTokens: 0, bytes: 2 ** 25 },
    });
    const { policy: _, cache: __, speculate: ____, ...plain } = command;
    assert.equal(parseEngineArguments(argumentsOf(plain)).policy, 'preemptive');
    assert.equal(parseEngineArguments(argumentsOf(plain)).speculate, undefined);
    const { memory: ___, ...silent } = command;
    assert.deepEqual(settingsOf(silent).memory, parseEngineArguments(argumentsOf(silent)).memory);
  });

  for (const [why, argv, message] of [
    ['no version', [], /--version is missing/],
    ['an unknown GPU', ['--version', '1', '--gpu', 'abacus'], /--gpu must be one of .*, not 'abacus'/],
    ['an idle time that is no number', ['--version', '1', '--idle-ms', 'soon'], /--idle-ms must be milliseconds/],
    [
      'an unknown policy',
      ['--version', '1', '--policy', 'lifo'],
      /--policy must be one of preemptive, fcfs, not 'lifo'/,
    ],
    ['a relative folder', ['--version', '1', '--cache-dir', 'cache'], /--cache-dir must be a full path, not 'cache'/],
    ['less than nothing', ['--version', '1', '--cache-ram-mb=-1'], /--cache-ram-mb must be megabytes, not '-1'/],
    ['no number at all', ['--version', '1', '--cache-disk-mb', ''], /--cache-disk-mb must be megabytes, not ''/],
    ['an unknown option', ['--version', '1', '--speed', 'high'], /--speed/],
  ] as const) {
    it(`refuses ${why}`, () =>
      assert.throws(() => parseEngineArguments([...argv]), { name: 'TypeError', message: message }));
  }
});
