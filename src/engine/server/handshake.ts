/** The engine's side of the handshake with one client (`protocol/lifecycle.ts`). Nothing else is served before it is done. */

import { drawNonce, isNonce, isProof, proofOf } from '../proof.ts';
import { type HelloParams, type HelloResult, PROTOCOL_VERSION, type ProveParams } from '../protocol/index.ts';
import { EngineFailure } from './core/failure.ts';

export class Handshake {
  readonly #token: string;
  /** Of both sides; undefined before the client's hello and after its proof. */
  #nonces: { client: string; engine: string } | undefined;
  #done = false;

  constructor(token: string) {
    this.#token = token;
  }

  get done(): boolean {
    return this.#done;
  }

  /** @throws EngineFailure `protocolMismatch` */
  hello({ protocol, nonce }: HelloParams): HelloResult {
    if (protocol !== PROTOCOL_VERSION) {
      throw new EngineFailure('protocolMismatch', 'The engine speaks another version of the protocol.');
    }
    if (this.#nonces || this.#done || !isNonce(nonce)) {
      throw new EngineFailure('unauthorized', 'This is no greeting that the engine knows.');
    }
    this.#nonces = { client: nonce, engine: drawNonce() };
    const proof = proofOf(this.#token, 'engine', this.#nonces);
    return { protocol: PROTOCOL_VERSION, nonce: this.#nonces.engine, proof };
  }

  /** Each greeting is good for one try. @throws EngineFailure `unauthorized` */
  prove({ proof }: ProveParams): void {
    const nonces = this.#nonces;
    this.#nonces = undefined;
    if (!nonces || !isProof(proof, proofOf(this.#token, 'client', nonces))) {
      throw new EngineFailure('unauthorized', 'The engine did not accept the secret of this client.');
    }
    this.#done = true;
  }
}
