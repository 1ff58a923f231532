/** The requests of clients about their workspaces and documents. */
import {
  changeDocumentNotification,
  closeDocumentNotification,
  closeWorkspaceNotification,
  forgetWorkspaceRequest,
  needsTextNotification,
  openDocumentNotification,
  openWorkspaceRequest,
  pinDocumentsNotification,
  readWorkspaceNotification,
} from '../../protocol/index.ts';
import type { ServedClient, Service } from '../service.ts';
import type { Workspaces } from './workspaces.ts';

export class WorkspaceService implements Service {
  readonly #workspaces: Workspaces;

  constructor(workspaces: Workspaces) {
    this.#workspaces = workspaces;
  }

  serve(client: ServedClient): void {
    const workspaces = this.#workspaces;
    client.onRequest(openWorkspaceRequest, async (spec, signal) => {
      const workspace = await workspaces.open(spec, client);
      if (signal.aborted) workspaces.release(client); // it left while the folder was looked at
      return { workspace };
    });
    client.onRequest(forgetWorkspaceRequest, async (which) => {
      await workspaces.forget(which);
      return null;
    });
    client.onNotification(closeWorkspaceNotification, ({ workspace }) => workspaces.release(client, workspace));
    client.onNotification(readWorkspaceNotification, (reading) => workspaces.read(client, reading));
    client.onNotification(pinDocumentsNotification, ({ workspace, keys }) => workspaces.pin(client, workspace, keys));
    client.onNotification(openDocumentNotification, (document) => workspaces.openDocument(client, document));
    client.onNotification(changeDocumentNotification, (change) => {
      const { workspace, key } = change;
      if (!workspaces.changeDocument(client, change)) client.notify(needsTextNotification, { workspace, key });
    });
    client.onNotification(closeDocumentNotification, ({ workspace, key }) =>
      workspaces.closeDocument(client, workspace, key),
    );
    client.onLeft(() => workspaces.release(client));
  }
}
