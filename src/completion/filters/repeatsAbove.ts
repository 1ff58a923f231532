import { columns, isBlank, lineBefore } from '../text.ts';
import { type Filter, shortened } from './filter.ts';
import { isParting, squeeze } from './rows.ts';

/** What declares or sets something by its name, and is whole on its line. */
const NAMES =
  /^(?:(?:import|from|export|use|using|#include|require|const|let|var|val|def|fn|func|function|class|interface|type|struct|enum|trait|public|private|protected|static)\s+\S.*|["']?[\p{L}_$][\p{L}\p{N}_$-]*["']?\??\s*:(?!:)\s*\S.*)(?<![{([,:])$/u;
/** So far above is looked. */
const LINES_ABOVE = 60;

/** Rejects what declares, imports or sets again what its block does already, in the same words; of several lines, those before stay. */
export const repeatsAbove: Filter = (draft, { prefix, markdown, width }) => {
  if (markdown) return draft;
  const before = lineBefore(prefix);
  const rows = draft.text.split('\n');
  const lines = [before + rows[0]!, ...rows.slice(1)];
  const depth = columns(lines[0]!, width);
  let known: Set<string> | undefined;
  for (const [row, line] of lines.entries()) {
    if (columns(line, width) !== depth) continue;
    const said = sayOf(line);
    if (!NAMES.test(said)) continue;
    known ??= blockAbove(prefix.slice(0, prefix.length - before.length), depth, width);
    if (known.has(said)) {
      const text = rows.slice(0, row).join('\n').trimEnd();
      return isBlank(text) ? null : shortened(draft, text);
    }
    known.add(said);
  }
  return draft;
};

/** The lines of the block above that are as deep. */
function blockAbove(text: string, depth: number, width: number): Set<string> {
  const known = new Set<string>();
  const above = text.slice(-8_192).split('\n').reverse().slice(0, LINES_ABOVE);
  for (const line of above) {
    if (isBlank(line)) continue;
    const column = columns(line, width);
    if (column < depth || isParting(line)) break;
    if (column === depth) known.add(sayOf(line));
  }
  return known;
}

/** The last of a list may have no comma. */
const sayOf = (line: string): string => squeeze(line).replace(/[,;]$/, '');
