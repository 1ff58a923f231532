/** Anchors by the text of symbols: what is told apart is told apart by it, too, if more than it has to be. */
import { createHash } from 'node:crypto';
import type { Anchoring } from '../../../../../../../src/engine/server/services/memory/summaries/anchoring.ts';
import type { Grammars } from '../../../../../../../src/syntax/grammars.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

export function textAnchoring(grammars: Grammars): Anchoring {
  return {
    async anchorsOf({ path, text }) {
      const symbols = (await grammars.outliner({ path }))?.(text) ?? [];
      const byName = new Map(symbols.map((one) => [[...one.container, one.name].join('.'), one]));
      return {
        treeHash: hashOf(text),
        anchor(symbol) {
          if (symbol === null) return { path, symbol, hash: hashOf(text) };
          const found = byName.get(symbol);
          return found && { path, symbol, hash: hashOf(text.slice(found.start, found.end)) };
        },
      };
    },
  };
}
