import assert from 'node:assert/strict';
import { test } from 'node:test';
import koffi from 'koffi';
import { createAbortFlag } from '../../../../../../src/engine/server/core/llama/abort.ts';
import type { Pointer } from '../../../../../../src/engine/server/core/llama/structs.ts';

test('the callback says stop while the flag is raised, and no JavaScript runs for it', () => {
  const set: Pointer[][] = [];
  const flag = createAbortFlag({ llama_set_abort_callback: (...given) => set.push(given) }, 7n);
  assert(flag);
  const [[context, callback, data]] = set as [[Pointer, Pointer, Pointer]];
  assert.equal(context, 7n);
  const asks = () => koffi.call(callback, koffi.proto('bool', ['void *']), data) as boolean;
  assert.equal(asks(), false);
  flag.raise();
  flag.raise();
  assert.equal(asks(), true);
  flag.lower();
  assert.equal(asks(), false);
  flag.dispose();
});

test('without the function, or with one that answers otherwise, there is no flag', () => {
  const functions = { llama_set_abort_callback: () => assert.fail('was set') };
  assert.equal(
    createAbortFlag(functions, 7n, () => undefined),
    undefined,
  );
  const libc = koffi.load(process.platform === 'win32' ? 'ucrtbase.dll' : null);
  // An integer in place of the length: `atoi("\\x01")` is 0 whatever the flag is.
  assert.equal(
    createAbortFlag(functions, 7n, () => libc.symbol('atoi') as Pointer),
    undefined,
  );
});
