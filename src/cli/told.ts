/** Tells the engine what the events of a trace make of the documents, as the editor does. */
import type { DocumentEdits, DocumentText } from '../engine/protocol/index.ts';
import type { TraceEvent } from './trace.ts';

export interface Listener {
  tellText(document: DocumentText): void;
  tellEdits(edits: DocumentEdits): void;
}

/** An event that changes no text tells nothing; that a document was closed is told with the list of open ones. */
export function tell(engine: Listener, workspace: string, event: TraceEvent): void {
  if (event.type === 'open') engine.tellText({ workspace, key: event.path, text: event.text });
  else if (event.type === 'insert' || event.type === 'delete') {
    const { path: key, offset: start } = event;
    const edit =
      event.type === 'insert'
        ? { start, end: start, text: event.text }
        : { start, end: start + event.length, text: '' };
    engine.tellEdits({ workspace, key, edits: [edit] });
  }
}
