/** What can go wrong between a client and its engine, as the callers see it. */
import { ErrorCodes, ResponseError } from 'vscode-jsonrpc';
import type { EngineErrorData, EngineErrorKind } from '../protocol/index.ts';

/** What the calls of `EngineClient` reject with: `message` is for the user, `detail` for the log. */
export class EngineError extends Error {
  readonly kind: EngineErrorKind;
  readonly detail: string | undefined;

  constructor(kind: EngineErrorKind, message: string, detail?: string) {
    super(message);
    this.name = 'EngineError';
    this.kind = kind;
    this.detail = detail;
  }
}

/** The engine is gone, or counts as gone, under what ran on its session. */
export class LostError extends Error {
  constructor() {
    super('The engine was lost.');
    this.name = 'LostError';
  }
}

/** True for the errors of a connection that closed under a request. */
export function isClosed(error: unknown): boolean {
  if (error instanceof LostError) return true;
  if (error instanceof ResponseError) return error.code === ErrorCodes.PendingResponseRejected;
  // vscode-jsonrpc throws plain ConnectionErrors when asked to send on a closed or disposed connection.
  return (
    error instanceof Error &&
    /connection (is|got) (closed|disposed)|not connected|EPIPE|ECONNRESET|stream was destroyed|write after end/i.test(
      error.message,
    )
  );
}

/** @returns the error that a caller of the client gets for whatever was thrown. */
export function toEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  if (error instanceof ResponseError) {
    const data = error.data as EngineErrorData | undefined;
    if (data?.kind) return new EngineError(data.kind, error.message, data.detail);
  }
  const message = error instanceof Error ? error.message : String(error);
  return new EngineError('internal', 'The engine failed at a request.', message);
}
