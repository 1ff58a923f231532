import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('activation', () => {
  it('runs in a genuine extension host of a current Node', () => {
    assert.ok(Number.parseInt(process.versions.node, 10) >= 22);
    assert.ok(vscode.version);
  });
});
