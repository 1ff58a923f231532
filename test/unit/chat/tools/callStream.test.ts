/** Calls in an answer: mended or told of, and never shown, however the answer is cut into pieces. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CallStream } from '../../../../src/chat/tools/callStream.ts';
import { EDIT, READ, RUN, SEARCH } from '../../../../src/chat/tools/specs.ts';
import type { CallOutcome } from '../../../../src/chat/tools/tool.ts';
import { INNOCENT, MALFORMED } from './malformed.ts';

const TOOLS = [READ, SEARCH, EDIT, RUN];

function through(pieces: readonly string[], tools = TOOLS): { text: string; calls: CallOutcome[] } {
  const stream = new CallStream(tools);
  const deltas = [...pieces.map((piece) => stream.push(piece)), stream.end()];
  return { text: deltas.map(({ text }) => text).join(''), calls: deltas.flatMap(({ calls }) => calls) };
}

describe('calls of tools', () => {
  assert.ok(MALFORMED.length >= 50);
  for (const { what, text, shown = '', calls, problem } of MALFORMED) {
    it(`${problem ? 'are told of' : 'are understood'}: ${what}`, () => {
      for (const pieces of [[text], [...text], text.match(/[\s\S]{1,7}/g)!]) {
        const found = through(pieces);
        if (problem) {
          assert.equal(found.calls.length, 1, JSON.stringify(found));
          const [outcome] = found.calls as [CallOutcome];
          assert.match('problem' in outcome ? outcome.problem : JSON.stringify(outcome), problem);
          assert.equal(found.text.trim(), text.startsWith('Now:') ? 'Now:' : shown);
        } else {
          assert.deepEqual(
            found.calls,
            calls!.map((call) => ({ call })),
          );
          assert.equal(found.text.trim(), shown);
        }
      }
    });
  }

  for (const text of INNOCENT) {
    it(`are not seen in ${JSON.stringify(text.slice(0, 40))}`, () => {
      for (const pieces of [[text], [...text], text.match(/[\s\S]{1,5}/g)!]) {
        assert.deepEqual(through(pieces), { text, calls: [] });
      }
    });
  }

  it('do not depend on how the answer is cut', () => {
    const texts = [...MALFORMED.map(({ text }) => text), ...INNOCENT];
    const cuts = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 12 });
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.constantFrom(...texts), cuts, (first, second, places) => {
        const text = `${first}\n\nThen:\n\n${second}`;
        const sorted = [0, ...places.map((place) => Math.min(place, text.length)).sort((a, b) => a - b), text.length];
        const pieces = sorted.slice(1).map((end, index) => text.slice(sorted[index], end));
        assert.deepEqual(through(pieces), through([text]));
      }),
      { numRuns: 100 },
    );
  });

  it('are text where there are no tools', () => {
    const { text } = MALFORMED[0]!;
    assert.deepEqual(through([...text], []), { text, calls: [] });
  });

  it('hold back nothing that cannot begin one', () => {
    const stream = new CallStream(TOOLS);
    assert.equal(stream.push('Here is a < b, and ').text, 'Here is a < b, and ');
    assert.equal(stream.push('`<tool').text, '`<tool');
    assert.equal(stream.push('_call>` is it.\nNow <tool').text, '_call>` is it.\nNow ');
    assert.equal(stream.writesCall, false);
    assert.equal(stream.push('_call>{').text, '');
    assert.equal(stream.writesCall, true);
  });

  it('cost no more than their length, of a line of a megabyte too', () => {
    const long = 'read < { [ <t'.repeat(20_000);
    assert.equal(through([long]).text, long);
  });
});
