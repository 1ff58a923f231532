import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWritable } from '../../../src/files/schemes.ts';

test('files, untitled and virtual documents are written in; outputs and inputs of the workbench are not', () => {
  for (const scheme of ['file', 'untitled', 'vscode-remote', 'memfs', 'vscode-notebook-cell'])
    assert.ok(isWritable(scheme));
  for (const scheme of ['output', 'log', 'vscode-scm', 'comment', 'git', 'quire-saw', 'quire-status'])
    assert.ok(!isWritable(scheme), scheme);
});
