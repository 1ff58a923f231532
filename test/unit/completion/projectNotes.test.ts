import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FileNotes, type NotedFile, ProjectNotes } from '../../../src/completion/projectNotes.ts';

/** A memory whose answers come when the test says so. */
function memory() {
  const asked: {
    file: NotedFile;
    signal: AbortSignal;
    answer: (notes: FileNotes | undefined) => void;
    fail: () => void;
  }[] = [];
  const notes = new ProjectNotes((file: NotedFile, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<FileNotes | undefined>();
    asked.push({ file, signal, answer: resolve, fail: () => reject(new Error('gone')) });
    return promise;
  });
  return { notes, asked };
}
const A = { workspace: 'w1', path: 'a.ts' };
const saying = (decision: string): FileNotes => ({ memories: [], decision });

test('a file is asked for once while its cursor rests, and a key only takes what is there', async () => {
  const { notes, asked } = memory();
  for (let key = 0; key < 100; key++) assert.equal(notes.of(A), undefined);
  assert.equal(asked.length, 0);
  const rests = [notes.rest(A), notes.rest(A)];
  assert.equal(notes.of(A), undefined);
  asked[0]!.answer(saying('one'));
  await Promise.all(rests);
  await notes.rest(A);
  assert.equal(notes.of(A)?.decision, 'one');
  assert.equal(asked.length, 1);
});

test('what changes is forgotten at once, in its workspace alone, and what was under way does not bring it back', async () => {
  const { notes, asked } = memory();
  const B = { workspace: 'w2', path: 'a.ts' };
  const both = [notes.rest(A), notes.rest(B)];
  asked[0]!.answer(saying('of w1'));
  asked[1]!.answer(saying('of w2'));
  await Promise.all(both);
  notes.forget('w1');
  assert.equal(notes.of(A), undefined);
  assert.equal(notes.of(B)?.decision, 'of w2');

  const old = notes.rest(A);
  notes.forget('w1');
  assert.equal(asked[2]!.signal.aborted, true);
  const anew = notes.rest(A);
  asked[3]!.answer(saying('new'));
  await anew;
  asked[2]!.answer(saying('forgotten'));
  await old;
  assert.equal(notes.of(A)?.decision, 'new');
  notes.forget();
  assert.equal(notes.of(B), undefined);
});

test('a memory that fails leaves completions without notes, and is asked at the next rest', async () => {
  const { notes, asked } = memory();
  const first = notes.rest(A);
  asked[0]!.fail();
  await first;
  assert.equal(notes.of(A), undefined);
  const second = notes.rest(A);
  asked[1]!.answer(undefined);
  await second;
  void notes.rest(A);
  assert.equal(asked.length, 3);
});
