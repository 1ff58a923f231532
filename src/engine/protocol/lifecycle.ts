/**
 * What keeps a client and its engine together: the handshake, the sign of life, settings of a running engine, its end.
 *
 *     client                                   engine
 *       hello(protocol, own nonce)       ->
 *                                        <-    own nonce, proof(token, 'engine', both nonces)
 *       prove(proof(token, 'client', both nonces), who) ->
 *                                        <-    version, pid
 *
 * Both read the secret token in the endpoint file; it never travels. A client says nothing of itself before the other
 * side has proved that it knows the token (`proof.ts`).
 */
import { RequestType } from 'vscode-jsonrpc';
import type { EngineErrorData } from './core.ts';

export interface HelloParams {
  protocol: number;
  /** 32 random bytes in hex, drawn for this connection. */
  nonce: string;
}
export interface HelloResult {
  protocol: number;
  /** The engine's own, of the same kind. */
  nonce: string;
  /** Hex HMAC that only a holder of the token can make. */
  proof: string;
}

export interface ProveParams {
  proof: string;
  client: { name: string; pid: number };
}
export interface EngineIdentity {
  version: string;
  pid: number;
}

/** What the memory of each workspace may take. */
export interface MemoryBudget {
  /** Of indexing on one day, in ms of work; 0: files are read only when a person asks for it. */
  indexMs: number;
  /** That a model may read and write for summaries on one day; 0: none is asked. */
  modelTokens: number;
  /** On disk; what is of least use is let go of beyond it. */
  bytes: number;
}

/** What can change in a running engine. */
export interface EngineSettings {
  /** How long the engine outlives its last client, in ms. */
  idleMs: number;
  /** Colder tiers of the cache, in bytes. Without a folder nothing is on disk; 0 there deletes what is. */
  cache: { folder?: string; ramBytes: number; diskBytes: number };
  memory: MemoryBudget;
}

export const helloRequest = new RequestType<HelloParams, HelloResult, EngineErrorData>('hello');
export const proveRequest = new RequestType<ProveParams, EngineIdentity, EngineErrorData>('prove');
/** Answered at once by an engine whose loop turns. */
export const pingRequest = new RequestType<Record<string, never>, null, EngineErrorData>('ping');
export const configureRequest = new RequestType<EngineSettings, null, EngineErrorData>('configure');
/** Ends the engine at once with `now`, else if no other client is there. */
export const shutdownRequest = new RequestType<{ now: boolean }, null, EngineErrorData>('shutdown');
