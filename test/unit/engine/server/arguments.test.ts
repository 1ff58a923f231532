import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseEngineArguments } from '../../../../src/engine/server/arguments.ts';

describe('parseEngineArguments', () => {
  it('reads what the launcher passes', () => {
    const argv = ['--version', '1.2.3', '--gpu', 'off', '--idle-ms', '1000', '--modules', '/a', '--modules', '/b'];
    assert.deepEqual(parseEngineArguments(argv), {
      version: '1.2.3',
      gpu: 'off',
      idleMs: 1000,
      moduleFolders: ['/a', '/b'],
    });
  });

  for (const [why, argv] of [
    ['no version', []],
    ['an unknown GPU', ['--version', '1', '--gpu', 'abacus']],
    ['an idle time that is no number', ['--version', '1', '--idle-ms', 'soon']],
    ['an unknown option', ['--version', '1', '--speed', 'high']],
  ] as const) {
    it(`refuses ${why}`, () => assert.throws(() => parseEngineArguments([...argv]), TypeError));
  }
});
