import type { EngineErrorKind } from '../../protocol/index.ts';

/** An error that reaches the user: `message` in their words and with what to do, `detail` for the log. */
export class EngineFailure extends Error {
  readonly kind: EngineErrorKind;
  readonly detail: string | undefined;

  constructor(kind: EngineErrorKind, message: string, detail?: string) {
    super(message);
    this.name = 'EngineFailure';
    this.kind = kind;
    this.detail = detail;
  }
}
