import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { drawNonce, isNonce, isProof, proofOf } from '../../../src/engine/proof.ts';
import { PROTOCOL_VERSION } from '../../../src/engine/protocol/index.ts';
import { Handshake } from '../../../src/engine/server/handshake.ts';

const client = drawNonce();

describe('proofOf', () => {
  it('is of the token, the role and both nonces', () => {
    const nonces = { client, engine: drawNonce() };
    const proof = proofOf('token', 'engine', nonces);
    assert.ok(isProof(proof, proofOf('token', 'engine', { ...nonces })));
    assert.ok(!isProof(proof, proofOf('other', 'engine', nonces)));
    assert.ok(!isProof(proof, proofOf('token', 'client', nonces)));
    assert.ok(!isProof(proof, proofOf('token', 'engine', { ...nonces, client: drawNonce() })));
    assert.ok(!isProof(proof, proofOf('token', 'engine', { ...nonces, engine: drawNonce() })));
    for (const other of [undefined, 5, '', proof.slice(1), `${proof}0`]) assert.ok(!isProof(other, proof));
  });

  it('takes for a nonce what was drawn, and nothing else', () => {
    assert.ok(isNonce(client));
    for (const other of [undefined, '', client.slice(1), `${client}0`, client.toUpperCase().replaceAll(/\d/g, 'A')]) {
      assert.ok(!isNonce(other));
    }
  });
});

describe('Handshake', () => {
  const prove = (proof: string) => ({ proof, client: { name: 'test', pid: 1 } });

  it('is done after a right proof, of the nonces of this connection', () => {
    const handshake = new Handshake('token');
    const hello = handshake.hello({ protocol: PROTOCOL_VERSION, nonce: client });
    const nonces = { client, engine: hello.nonce };
    assert.equal(hello.proof, proofOf('token', 'engine', nonces));
    assert.equal(handshake.done, false);
    handshake.prove(prove(proofOf('token', 'client', nonces)));
    assert.equal(handshake.done, true);
  });

  it('gives one try for each greeting, and greets once', () => {
    const handshake = new Handshake('token');
    assert.throws(() => handshake.prove(prove('')), { kind: 'unauthorized' });
    const { nonce, proof } = handshake.hello({ protocol: PROTOCOL_VERSION, nonce: client });
    assert.throws(() => handshake.hello({ protocol: PROTOCOL_VERSION, nonce: client }), { kind: 'unauthorized' });
    assert.throws(() => handshake.prove(prove(proof)), { kind: 'unauthorized' });
    const right = proofOf('token', 'client', { client, engine: nonce });
    assert.throws(() => handshake.prove(prove(right)), { kind: 'unauthorized' });
    assert.equal(handshake.done, false);
  });

  it('refuses another version, and what is no nonce', () => {
    const handshake = new Handshake('token');
    assert.throws(() => handshake.hello({ protocol: 3, nonce: client }), { kind: 'protocolMismatch' });
    assert.throws(() => handshake.hello({ protocol: PROTOCOL_VERSION, nonce: 'x' }), { kind: 'unauthorized' });
  });
});
