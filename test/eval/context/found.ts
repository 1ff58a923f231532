/** What each source finds at a place, without an editor: the search is the engine's, definitions are looked up by name. */
import { definitionPieces } from '../../../src/completion/context/definitions.ts';
import { importOutlines } from '../../../src/completion/context/importOutlines.ts';
import { namesBefore } from '../../../src/completion/context/names.ts';
import type { ContextFile, Piece } from '../../../src/completion/context/piece.ts';
import { editPieces } from '../../../src/completion/context/recentEdits.ts';
import { visitPieces } from '../../../src/completion/context/recentlyVisited.ts';
import { questionAt, similarPieces } from '../../../src/completion/context/similarPieces.ts';
import type { EngineClient } from '../../../src/engine/client/client.ts';
import { Grammars } from '../../../src/syntax/grammars.ts';
import { symbolsOf } from '../../../src/syntax/symbols.ts';
import type { WorkPlace } from './revisions.ts';

const grammars = new Grammars(import.meta.url);
const never = new AbortController().signal;

const VISITS = 4;
const EDITS = 6;

/** @param workspace of the engine, whose documents are as they are at the place. */
export async function foundAt(place: WorkPlace, client: EngineClient, workspace: string): Promise<Piece[]> {
  const { path, prefix, suffix, others, edits } = place;
  const files = new Map(
    others.map((file): [string, ContextFile] => [file.path, { path: file.path, text: file.content }]),
  );
  const own: ContextFile = { path, text: prefix + suffix };
  const open = async (paths: readonly string[]) =>
    paths.map((one) => files.get(one)).find((file) => file !== undefined);
  const outlines = await importOutlines(own, grammars, open);
  const definitions = await definitionPieces(
    namesBefore(prefix, 8),
    grammars,
    async ({ name }) => {
      for (const file of files.values()) {
        if (!file.text.includes(name)) continue;
        const symbol = (await symbolsOf(grammars, file))?.find((one) => one.name === name && one.kind !== 'field');
        if (symbol) return [{ file, start: symbol.start, end: symbol.end }];
      }
      return [];
    },
    never,
  );
  const question = questionAt(prefix, suffix);
  const { places } = question
    ? await client.search({ workspace, query: question, top: 12, waitMs: 20_000 })
    : { places: [] };
  const similar = similarPieces(
    { prefix, suffix },
    places.filter((one) => one.path !== path),
    3,
  );
  const visited = visitPieces(
    edits.filter((edit) => edit.path !== path).slice(-VISITS),
    (file) => files.get(file)?.text,
  );
  return [...outlines, ...visited, ...similar, ...definitions, ...editPieces(edits.slice(-EDITS))];
}
