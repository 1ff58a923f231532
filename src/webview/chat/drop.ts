/// <reference lib="dom" />
/** Files that are dropped onto the panel, wherever on it: they are attached. Text goes on into the draft, as it does elsewhere. */
import { host } from './host.ts';

/** What the editor's lists, and other programs, name files by. */
const FILES = ['resourceurls', 'application/vnd.code.uri-list', 'text/uri-list'];
const MOST = 100;

export function takeDrops(): void {
  document.addEventListener('dragover', (event) => {
    const isFiles = [...FILES, 'Files'].some((type) => event.dataTransfer?.types.includes(type));
    if (isText(event) && !isFiles) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = isFiles ? 'copy' : 'none';
  });
  document.addEventListener('drop', (event) => {
    const uris = droppedUris(event.dataTransfer);
    const pathless = uris.length > 0 ? [] : [...(event.dataTransfer?.files ?? [])].slice(0, MOST);
    // Whatever it is, it must not take the page's place.
    if (uris.length > 0 || !isText(event)) event.preventDefault();
    if (uris.length > 0) host.post({ type: 'drop', uris });
    else if (pathless.length > 0) host.post({ type: 'dropWithoutPath', names: pathless.map(({ name }) => name) });
  });
}

const isText = ({ target }: DragEvent): boolean => target instanceof HTMLTextAreaElement;

/** Addresses in what was dropped: of the editor's own lists, or of any program's. */
function droppedUris(data: DataTransfer | null): string[] {
  const own = data?.getData('resourceurls');
  if (own) {
    try {
      const list: unknown = JSON.parse(own);
      if (Array.isArray(list)) return list.filter((uri) => typeof uri === 'string').slice(0, MOST);
    } catch {
      // Not the editor's: the common list is looked at.
    }
  }
  const lines = (data?.getData('application/vnd.code.uri-list') || data?.getData('text/uri-list') || '').split(/\r?\n/);
  return lines.filter((line) => line !== '' && !line.startsWith('#')).slice(0, MOST);
}
