/** What all memories of the thread share: grammars, and the embedder that comes with Quire. */
import { fileURLToPath } from 'node:url';
import { Grammars } from '../../../../syntax/grammars.ts';
import { reasonOf } from '../../storage/databaseFile.ts';
import type { Log } from '../../storage/messages.ts';
import { AnchorMaker } from './anchors/fileAnchors.ts';
import { StaticEmbedder } from './embedding/staticEmbedder.ts';
import type { Embedder } from './items.ts';

/** Bundled, this module is in dist/engine/memory.mjs; from source it lies five folders deep in src/. */
const root = new URL(import.meta.url.endsWith('.mjs') ? '../../' : '../../../../../', import.meta.url);
const TABLE = new URL('media/memory/static-code.bin', root);

export class ThreadParts {
  readonly grammars = new Grammars(import.meta.url);
  readonly anchors = new AnchorMaker(this.grammars);
  /** Undefined where the installation is broken, which the log says: what is asked is found by its words then. */
  readonly table: Embedder | undefined;

  /** @param table another file than the one that comes with Quire. */
  constructor(log: Log, table = fileURLToPath(TABLE)) {
    const embedder = new StaticEmbedder(table);
    try {
      void embedder.id;
      this.table = embedder;
    } catch (error) {
      log('warn', reasonOf(error));
    }
  }
}
