import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { USAGE, usageOf } from '../../../src/cli/usage.ts';

describe('usageOf', () => {
  it('tells every entry of one command, and what its letters mean', () => {
    const plan = usageOf('plan');
    assert.match(plan, /quire plan \[--models/);
    assert.match(plan, /quire plan --table/);
    assert.match(plan, /\n\n {2}M is 'bundled'/);
    assert.match(plan, /Exit codes: .*\n$/);
    assert.deepEqual(new Set(plan.match(/(?<=^ {2}quire )\w+/gm)), new Set(['plan']));
  });

  it('loses nothing of any of them', () => {
    const commands = [...new Set(USAGE.match(/(?<=^ {2}quire )\w+/gm))];
    assert.ok(commands.length >= 8);
    const told = new Set(commands.flatMap((name) => usageOf(name).split('\n')));
    assert.deepEqual(new Set(USAGE.split('\n')), told);
  });

  it('tells everything where no command is meant', () => {
    assert.equal(usageOf(undefined), USAGE);
    assert.equal(usageOf('nope'), USAGE);
  });
});
