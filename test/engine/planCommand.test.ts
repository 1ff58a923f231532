/** `quire plan` as a process of its own: plans as JSON, refusals in words, the table. Nothing is loaded, nothing is left. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { PlanResult } from '../../src/engine/protocol/index.ts';
import { repository } from '../helpers/engine.ts';

function quire(...argv: string[]): { code: number | null; out: string; err: string } {
  const entry = path.join(repository, 'src/cli/main.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry, 'plan', ...argv], { encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

describe('quire plan', () => {
  it('prints where models lie on a machine that is not here', () => {
    const models = ['--models', 'completion=qwen2.5-coder-1.5b', 'chat=qwen3-30b-a3b'];
    const { code, out, err } = quire(...models, '--devices', 'gpu-8', '--seconds', '60', '--json');
    assert.equal(code, 0, err);
    const { machine, plan } = JSON.parse(out) as PlanResult;
    assert.equal(machine.name, '8 GB GPU, 32 GB');
    const [completion, chat] = plan.models;
    assert.deepEqual([completion!.nGpuLayers, completion!.tensorOverrides], [29, []]);
    assert.deepEqual(chat!.devices, ['CUDA0']);
    assert.equal(chat!.tensorOverrides[0]!.device, 'CPU');
    assert.ok(plan.cost <= plan.simpleCost!);
  });

  it('plans the bundled model for this machine', () => {
    const { code, out, err } = quire('--json');
    assert.equal(code, 0, err);
    const { machine, plan } = JSON.parse(out) as PlanResult;
    assert.ok(machine.devices.some(({ kind }) => kind === 'cpu'));
    assert.ok(plan.models[0]!.predicted.bytes.CPU!.weights > 10e6);
  });

  it('tells how it is called wherever that is asked', () => {
    for (const argv of [['--help'], ['--devices', 'gpu-8', '-h']]) {
      const { code, out, err } = quire(...argv);
      assert.deepEqual([code, err], [0, '']);
      assert.match(out, /quire plan \[--models/);
      assert.doesNotMatch(out, /quire chat/, 'and of no other command');
    }
    assert.equal(quire('--', '--help').code, 2);
  });

  it('refuses what fits nowhere in one line, and wrong calls with the usage', () => {
    const { code, out, err } = quire('--models', 'chat=qwen2.5-coder-32b', '--devices', 'laptop-16');
    assert.deepEqual([code, out], [1, '']);
    assert.match(
      err,
      /^quire: The model needs 1\d\.\d GB of memory, 10\.4 GB are free behind a reserve: choose .* of at most .* GB for chat, or close other programs\.\n$/,
    );
    assert.equal(quire('--models', 'chat').code, 2);
    assert.equal(quire('--models', 'chat=qwen3-30b-a3b', 'chat=qwen2.5-coder-7b').code, 2);
    assert.equal(quire('--seconds', 'soon').code, 2);
  });

  it('makes the table of the README', () => {
    const { code, out, err } = quire('--table');
    assert.equal(code, 0, err);
    const rows = out.trim().split('\n');
    assert.equal(rows.length, 5);
    for (const row of rows) assert.equal(row.split('|').length, 7, row);
    assert.match(rows[4]!, /refused: needs/);
  });
});
