/** Attachments as they are kept, made of texts. */
import { randomUUID } from 'node:crypto';
import type { KeptAttachment } from '../conversation/entries.ts';
import type { AttachmentKind } from '../view/protocol.ts';

/** @param lines from 1, both included. */
export function attachmentOf(
  kind: AttachmentKind,
  label: string,
  text: string,
  rest: Partial<Pick<KeptAttachment, 'uri' | 'lines' | 'language' | 'cut'>> = {},
): KeptAttachment {
  return { id: randomUUID(), kind, label, text, ...rest };
}

/** `src/a.ts:10`, `src/a.ts:10-20`. */
export function labelOf(name: string, [first, last]: readonly [number, number]): string {
  return `${name}:${first === last ? first : `${first}-${last}`}`;
}

/** `a`, `a and b`, `a, b and 3 others`. */
export function namesInWords(names: readonly string[], most = 5): string {
  const shown = names.length > most ? names.slice(0, most - 1) : names;
  const others = names.length - shown.length;
  const parts = others > 0 ? [...shown, `${others} others`] : shown;
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** The first line of a definition with the comment and the decorators above it. @param first index of its own first line. */
export function withComment(lines: readonly string[], first: number): number {
  let at = first;
  while (
    at > 0 &&
    /^\s*(?:\/\/|\/\*|\*|#(?!(?:include|define|endif|if|else|region|endregion)\b)|@\w|--\s)/.test(lines[at - 1]!)
  )
    at--;
  return at;
}
