import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ModelCapabilities } from '../../../src/engine/protocol/index.ts';
import { ROLES, whyUnfit } from '../../../src/models/roles.ts';

const none = { generates: false, completes: false, chats: false, embeds: false };
const fits = (capabilities: Partial<ModelCapabilities>) =>
  ROLES.filter((role) => whyUnfit({ ...none, ...capabilities }, role) === undefined);

describe('whyUnfit', () => {
  it('lets a model into the roles that it can fill only', () => {
    assert.deepEqual(fits({ generates: true, completes: true }), ['completion']);
    // Asked in words.
    assert.deepEqual(fits({ generates: true, chats: true }), ['completion', 'chat']);
    assert.deepEqual(fits({ generates: true, chats: true, edits: true }), ['chat']);
    assert.deepEqual(fits({ generates: true, completes: true, chats: true }), ['completion', 'chat']);
    assert.deepEqual(fits({ embeds: true, pooling: 'mean' }), ['embedding']);
    assert.deepEqual(fits({ generates: true }), []);
    assert.deepEqual(fits({ pooling: 'rank' }), []);
  });

  it('says what is missing', () => {
    const text = { ...none, generates: true };
    assert.match(whyUnfit(text, 'completion')!, /no fill-in-the-middle tokens/);
    assert.match(whyUnfit({ ...text, edits: true }, 'completion')!, /next-edit model/);
    assert.match(whyUnfit(text, 'chat')!, /no chat template/);
    assert.match(whyUnfit(text, 'embedding')!, /writes text/);
    assert.match(whyUnfit({ ...none, embeds: true }, 'chat')!, /is an embedding model/);
    assert.match(whyUnfit({ ...none, pooling: 'rank' }, 'embedding')!, /ranks texts/);
  });
});
