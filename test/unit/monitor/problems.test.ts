import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EngineError } from '../../../src/engine/client/client.ts';
import { problemOf } from '../../../src/monitor/problems.ts';

describe('problemOf', () => {
  it('keeps kind, words and detail of our own errors', () => {
    const error = new EngineError('modelCorrupt', 'This is no GGUF file.', 'magic 0x0');
    assert.deepEqual(problemOf(error), { kind: 'modelCorrupt', message: 'This is no GGUF file.', detail: 'magic 0x0' });
  });

  it('keeps the words of strangers for the log', () => {
    const strange = Object.assign(new Error('x is not a function'), { kind: 'somethingElse' });
    assert.deepEqual(problemOf(strange), { kind: 'internal', message: '', detail: 'x is not a function' });
    assert.deepEqual(problemOf('plain'), { kind: 'internal', message: '', detail: 'plain' });
  });
});
