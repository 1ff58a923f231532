import assert from 'node:assert/strict';
import { it } from 'node:test';
import { formatBytes, formatDuration } from '../../../src/models/units.ts';

it('formatBytes counts in powers of ten', () => {
  const cases: [number, string][] = [
    [0, '0 kB'],
    [900, '1 kB'],
    [531_068_128, '531 MB'],
    [1_646_573_056, '1.6 GB'],
    [32_483_933_856, '32 GB'],
  ];
  for (const [bytes, text] of cases) assert.equal(formatBytes(bytes), text);
});

it('formatDuration rounds to what matters', () => {
  const cases: [number, string][] = [
    [400, '0 s'],
    [59_400, '59 s'],
    [150_000, '3 min'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
  ];
  for (const [ms, text] of cases) assert.equal(formatDuration(ms), text);
});
