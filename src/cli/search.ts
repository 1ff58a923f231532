/** `quire search`: the places in a folder's files that a question is about, as the chat finds them. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type FoundPlace, MOST_PLACES, readWorkspaceNotification } from '../engine/protocol/index.ts';
import { engineCommand } from './engineCommand.ts';
import { numberOf } from './numbers.ts';
import { print } from './output.ts';
import { withPrivateEngine } from './privateEngine.ts';
import { UsageError } from './usage.ts';

/** Lines of a place that are printed for people. */
const SHOWN_LINES = 3;
/** A folder of the size that is read at all takes a minute on a slow disk. */
const WAIT_MS = 600_000;

export async function search(argv: string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: argv,
    options: { top: { type: 'string', default: '10' }, json: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [given, query, ...more] = positionals;
  if (given === undefined || query === undefined || more.length > 0)
    throw new UsageError('search takes a folder and a question: quote it');
  const top = numberOf('top', values.top, { least: 1, most: MOST_PLACES });
  const folder = path.resolve(given);
  const isFolder = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new Error(`there is no folder ${folder}`);

  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort(new Error('interrupted'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  // Of its own: in the editor's, a folder that its user does not want read would be.
  const { cache: _, ...command } = engineCommand('off');
  const { signal } = interrupted;
  const result = await withPrivateEngine(command, 'quire search', signal, async (client) => {
    const workspace = await client.openWorkspace({ folder, name: folder, trusted: true });
    client.tell(readWorkspaceNotification, { workspace, on: true });
    return client.search({ workspace, query, top, waitMs: WAIT_MS }, { signal });
  });
  if (values.json) await print(result);
  else process.stdout.write(textOf(result.places));
}

function textOf(places: readonly FoundPlace[]): string {
  if (places.length === 0) return 'Nothing was found.\n';
  return places
    .flatMap(({ path: file, start, end, text, score, why }) => {
      const lines = text.split('\n').slice(0, SHOWN_LINES);
      return [
        `${file}:${start}-${end}  ${score.toFixed(1)}  ${why.join(', ')}`,
        ...lines.map((line) => `    ${line}`),
        '',
      ];
    })
    .join('\n');
}
