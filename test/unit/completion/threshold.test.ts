import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EAGERNESS, prudenceOf, WRONG_PER_HUNDRED } from '../../../src/completion/eagerness.ts';
import { NOTHING_LEARNED, Threshold } from '../../../src/completion/threshold.ts';
import { Random } from '../../traces/random.ts';

test('a quieter setting shows less', () => {
  const [eager, balanced, quiet] = EAGERNESS.map((eagerness) => prudenceOf(eagerness));
  assert.ok(eager!.least < balanced!.least && balanced!.least < quiet!.least);
  assert.ok(eager!.cost < balanced!.cost && balanced!.cost < quiet!.cost);
});

test('many wrong texts make it prudent, none for long make it bold, and each setting learns for itself', () => {
  const threshold = new Threshold();
  const usual = prudenceOf('balanced');
  for (let wrong = 0; wrong < 5; wrong++) threshold.wrong('balanced');
  assert.ok(threshold.prudence('balanced').least > usual.least && threshold.prudence('balanced').cost > usual.cost);
  assert.deepEqual(threshold.prudence('quiet'), prudenceOf('quiet'));
  for (let key = 0; key < 2_000; key++) threshold.key('balanced');
  assert.ok(threshold.prudence('balanced').least < usual.least);
  threshold.right('balanced');
  assert.deepEqual({ ...threshold.of('balanced'), shift: 0 }, { shift: 0, keys: 2_000, right: 1, wrong: 5 });
});

test('it settles where as many are wrong as the setting says', () => {
  // Somebody for whom texts are wrong more often than they say: each is wrong with a chance that falls with the threshold.
  const random = new Random(3);
  for (const eagerness of EAGERNESS) {
    const threshold = new Threshold();
    let wrong = 0;
    const keys = 20_000;
    for (let key = 0; key < keys; key++) {
      threshold.key(eagerness);
      if (!random.chance(0.06 * Math.exp(-3 * threshold.of(eagerness).shift))) continue;
      wrong++;
      threshold.wrong(eagerness);
    }
    const per100 = (100 * wrong) / keys;
    assert.ok(Math.abs(per100 / WRONG_PER_HUNDRED[eagerness] - 1) < 0.15, `${eagerness}: ${per100}`);
  }
});

test('what was learned is kept, what is broken is not taken, and a reset forgets', () => {
  const threshold = new Threshold();
  threshold.wrong('eager');
  const kept = JSON.parse(JSON.stringify(threshold));
  assert.deepEqual(new Threshold(kept).of('eager'), threshold.of('eager'));
  for (const broken of [{ eager: null }, { eager: { shift: 'x' } }, { eager: { ...NOTHING_LEARNED, shift: null } }]) {
    assert.deepEqual(new Threshold(broken as never).of('eager'), NOTHING_LEARNED);
  }
  assert.ok(new Threshold({ eager: { ...NOTHING_LEARNED, shift: 99 } }).of('eager').shift < 2);
  threshold.reset();
  assert.deepEqual(threshold.of('eager'), NOTHING_LEARNED);
});
