/**
 * What the engine can do is done by services: each registers its requests with every client that has introduced itself.
 * A new one is a folder in `services/`, a file in `protocol/`, and a line in `main.ts`.
 */
import type { NotificationType, ProgressType, RequestType } from 'vscode-jsonrpc';
import type { EngineErrorData, EngineSettings, ModelStatus } from '../protocol/index.ts';

export interface Service {
  /** Answers the requests of a client from now on. */
  serve(client: ServedClient): void;
  /** Settings changed while the engine runs. */
  configure?(settings: EngineSettings): void;
  /** What it has to say of a model in the engine's status. */
  statusOf?(model: string): Partial<ModelStatus>;
}

/** A client, as services see it; what it holds is held by this object. */
export interface ServedClient {
  readonly name: string;
  readonly pid: number;
  /** @param signal aborts when the client cancels the request, or is gone. */
  onRequest<P, R>(
    type: RequestType<P, R, EngineErrorData>,
    handler: (params: P, signal: AbortSignal) => Promise<R>,
  ): void;
  /** What the handler throws is written to the log: there is nobody to answer. */
  onNotification<P>(type: NotificationType<P>, handler: (params: P) => void): void;
  /** Lost without harm when the client is gone. */
  notify<P>(type: NotificationType<P>, params: P): void;
  /** A step of a request under way; none is sent where the request named no token. */
  progress<P>(type: ProgressType<P>, token: string | undefined, value: P): void;
  /** Called once, when the client has left. */
  onLeft(listener: () => void): void;
}
