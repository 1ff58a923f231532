/** From a caught error to what is told to the user. No `vscode`. */
import type { EngineErrorKind } from '../engine/protocol/index.ts';
import { isProblemKind, type Problem } from './notices.ts';

/** @returns the problem behind any thrown value; what is not ours is `internal`, its message in the log only. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) return { kind: 'internal', message: '', detail: String(error) };
  const { kind, detail } = error as { kind?: EngineErrorKind | string; detail?: string };
  if (kind !== undefined && isProblemKind(kind)) return { kind, message: error.message, detail };
  return { kind: 'internal', message: '', detail: error.message };
}
