import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberOf } from '../../../src/cli/numbers.ts';
import { UsageError } from '../../../src/cli/usage.ts';

test('takes numbers of the range, and says of others what is wanted', () => {
  assert.equal(numberOf('top', '50', { least: 1, most: 50 }), 50);
  assert.equal(numberOf('temperature', '.7', { least: 0, whole: false }), 0.7);
  for (const text of ['', ' ', 'x', '1.5', '0', '51', 'Infinity', 'NaN', '1e300'])
    assert.throws(
      () => numberOf('top', text, { least: 1, most: 50 }),
      new UsageError(`--top must be a whole number from 1 to 50, not '${text}'`),
    );
  for (const text of ['', 'Infinity', '-1'])
    assert.throws(
      () => numberOf('temperature', text, { least: 0, whole: false }),
      new UsageError(`--temperature must be a number of at least 0, not '${text}'`),
    );
});
