/** What a service sees of one client's connection: requests to answer, progress to send. */
import type { ProgressType, RequestType } from 'vscode-jsonrpc';
import type { EngineErrorData } from '../../protocol/index.ts';

export interface Requests {
  /**
   * Answers all requests of a type. What the handler throws as EngineFailure reaches the client.
   * @param handler its signal aborts when the client cancels the request or leaves.
   */
  onRequest<P, R>(
    type: RequestType<P, R, EngineErrorData>,
    handler: (params: P, signal: AbortSignal) => R | Promise<R>,
  ): void;
  /** Lost without harm when the client is gone. */
  sendProgress<P>(type: ProgressType<P>, token: string, value: P): void;
}
