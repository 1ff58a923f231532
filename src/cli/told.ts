/** Tells the engine what the events of a trace make of the documents, as the editor does. */
import type { EngineClient } from '../engine/client/client.ts';
import {
  changeDocumentNotification,
  closeDocumentNotification,
  openDocumentNotification,
} from '../engine/protocol/index.ts';
import type { TraceEvent } from './trace.ts';

export type Listener = Pick<EngineClient, 'tell'>;

/**
 * @param version of the document after the event; each event that changes a text makes the next one.
 * An event that changes no text tells nothing.
 */
export function tell(engine: Listener, workspace: string, event: TraceEvent, version: number): void {
  if (event.type === 'chat') return;
  const { path: key } = event;
  if (event.type === 'open') {
    engine.tell(openDocumentNotification, { workspace, key, path: key, version, text: event.text });
  } else if (event.type === 'close') {
    engine.tell(closeDocumentNotification, { workspace, key });
  } else if (event.type === 'insert' || event.type === 'delete') {
    const { offset: start } = event;
    const edit =
      event.type === 'insert'
        ? { start, end: start, text: event.text }
        : { start, end: start + event.length, text: '' };
    engine.tell(changeDocumentNotification, { workspace, key, from: version - 1, version, edits: [edit] });
  }
}
