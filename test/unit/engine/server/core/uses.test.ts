import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Uses } from '../../../../../src/engine/server/core/uses.ts';

describe('Uses', () => {
  it('begins a use at once where no work is done to the model', async () => {
    const uses = new Uses();
    let begun = false;
    const use = uses.during('a', async () => {
      begun = true;
    });
    assert.deepEqual([begun, uses.has('a')], [true, true]);
    await use;
    assert.equal(uses.has('a'), false);
    const failed = uses.during('a', () => Promise.reject(new Error('no')));
    await assert.rejects(failed, /no/);
    assert.equal(uses.has('a'), false);
  });

  it('waits for the end of all uses, and lets those wait that come meanwhile', async () => {
    const uses = new Uses();
    const events: string[] = [];
    const ends = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const running = ends.map(({ promise }, index) =>
      uses.during('a', async () => {
        await promise;
        events.push(`use ${index}`);
      }),
    );
    const end = Promise.withResolvers<void>();
    const work = uses.between(
      'a',
      async () => {
        events.push('begin');
        await end.promise;
        events.push('end');
      },
      60_000,
    );
    const other = uses.during('b', async () => events.push('another model'));
    await other;
    ends[1]!.resolve();
    await running[1];
    ends[0]!.resolve();
    await running[0];
    const late = uses.during('a', async () => events.push('late'));
    end.resolve();
    assert.equal(await work, true);
    await late;
    assert.deepEqual(events, ['another model', 'use 1', 'use 0', 'begin', 'end', 'late']);
  });

  it('gives up after a while, and then stands in nobody’s way', async () => {
    const uses = new Uses();
    const end = Promise.withResolvers<void>();
    const use = uses.during('a', () => end.promise);
    let done = false;
    const work = async () => {
      done = true;
    };
    assert.equal(await uses.between('a', work, 0), false);
    end.resolve();
    await use;
    await sleep(5);
    assert.equal(done, false);
    assert.equal(await uses.between('a', work, 0), true);
  });

  it('goes on behind work that failed', async () => {
    const uses = new Uses();
    const failing = uses.between('a', () => Promise.reject(new Error('no')), 0);
    const use = uses.during('a', async () => 'there');
    await assert.rejects(failing, /no/);
    assert.equal(await use, 'there');
  });

  it('does one work after the other', async () => {
    const uses = new Uses();
    const events: string[] = [];
    const work = (name: string) => async () => {
      events.push(`${name} begins`);
      await sleep(2);
      events.push(`${name} ends`);
    };
    const both = [uses.between('a', work('one'), 60_000), uses.between('a', work('two'), 60_000)];
    assert.deepEqual(await Promise.all(both), [true, true]);
    assert.deepEqual(events, ['one begins', 'one ends', 'two begins', 'two ends']);
  });
});
