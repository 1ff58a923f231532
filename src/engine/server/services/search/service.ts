/** `workspace/search` of every client: an index of words for each workspace that was asked about, while its files are read. */
import {
  LONGEST_QUERY,
  MOST_PLACES,
  type SearchParams,
  type SearchResult,
  searchRequest,
} from '../../../protocol/index.ts';
import { EngineFailure } from '../../core/failure.ts';
import type { Models } from '../../core/models.ts';
import { Slices } from '../../core/slices.ts';
import type { ServedClient, Service } from '../../service.ts';
import type { Workspace, WorkspaceListener, Workspaces } from '../../workspaces/workspaces.ts';
import { FolderSearch } from './folderSearch.ts';
import { parseQuery } from './query.ts';

const WAIT_MS = 2_000;

export class SearchService implements Service, WorkspaceListener {
  readonly #models: Pick<Models, 'list'>;
  readonly #workspaces: Workspaces;
  readonly #searches = new Map<string, FolderSearch>();

  constructor(models: Pick<Models, 'list'>, workspaces: Workspaces) {
    this.#models = models;
    this.#workspaces = workspaces;
    workspaces.listen(this);
  }

  serve(client: ServedClient): void {
    client.onRequest(searchRequest, async (params, signal) => {
      check(params);
      return this.#search(this.#workspaces.of(client, params.workspace), params, signal);
    });
  }

  filesRead({ id }: Workspace, changed: readonly string[] | undefined): void {
    this.#searches.get(id)?.changed(changed);
  }

  filesForgotten({ id }: Workspace): void {
    this.#drop(id);
  }

  workspaceClosed({ id }: Workspace): void {
    this.#drop(id);
  }

  async #search(workspace: Workspace, params: SearchParams, signal: AbortSignal): Promise<SearchResult> {
    if (workspace.folder === null || !workspace.reading) throw unread(workspace);
    const search = this.#of(workspace, workspace.folder);
    const { query, top, waitMs = WAIT_MS } = params;
    const question = { query: parseQuery(query), top, within: withinOf(params.paths), waitMs };
    try {
      return await search.ask(question, signal);
    } catch (error) {
      // Reading ended under the question: of what was read before, nothing is told.
      if (!signal.aborted && this.#searches.get(workspace.id) !== search) throw unread(workspace);
      throw error;
    }
  }

  #of(workspace: Workspace, folder: string): FolderSearch {
    let search = this.#searches.get(workspace.id);
    if (!search) {
      // Whichever model a key asks, it waits for this thread.
      const slices = new Slices(() => this.#models.list().some(({ loop }) => loop.busy));
      search = new FolderSearch({ folder, slices, documents: () => workspace.documents.values() });
      this.#searches.set(workspace.id, search);
    }
    return search;
  }

  #drop(id: string): void {
    this.#searches.get(id)?.dispose();
    this.#searches.delete(id);
  }
}

function unread({ folder }: Workspace): EngineFailure {
  const words =
    folder === null
      ? 'This workspace has no folder on this machine whose files could be searched: open a folder.'
      : 'The files of this folder are not read, so they cannot be searched: trust the folder, and turn on quire.completion.useProjectCode.';
  return new EngineFailure('workspaceUnread', words);
}

/** Which files lie at or below one of the paths. */
function withinOf(paths: readonly string[] | undefined): ((path: string) => boolean) | undefined {
  if (paths === undefined) return undefined;
  const names = paths.map((path) => path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, ''));
  return (file) => names.some((name) => name === '' || name === '.' || file === name || file.startsWith(`${name}/`));
}

function check({ query, top, paths, waitMs = 0 }: SearchParams): void {
  const fault = (what: string) => new EngineFailure('promptInvalid', `The request is malformed: ${what}.`);
  if (typeof query !== 'string' || query.length > LONGEST_QUERY)
    throw fault(`query must be a text of at most ${LONGEST_QUERY} characters`);
  if (!Number.isInteger(top) || top < 1 || top > MOST_PLACES)
    throw fault(`top must be an integer from 1 to ${MOST_PLACES}`);
  if (paths !== undefined && !(Array.isArray(paths) && paths.every((one) => typeof one === 'string')))
    throw fault('paths must be texts');
  if (!(Number.isFinite(waitMs) && waitMs >= 0)) throw fault('waitMs must be milliseconds');
}
