/** The summaries of a folder, checked against what is in it now. */
import path from 'node:path';
import type { CheckedSentence, MemoryAnchor, MemorySentence } from '../../../../src/engine/protocol/index.ts';
import { missingNames } from '../../../../src/engine/server/services/memory/anchors/audit.ts';
import { CodeAnchorChecker } from '../../../../src/engine/server/services/memory/anchors/checker.ts';
import { CodeFiles } from '../../../../src/engine/server/services/memory/anchors/codeFiles.ts';
import { AnchorMaker } from '../../../../src/engine/server/services/memory/anchors/fileAnchors.ts';
import { checkSentences } from '../../../../src/engine/server/services/memory/anchors/sentences.ts';
import { HashIndex } from '../../../../src/engine/server/services/memory/anchors/whereabouts.ts';
import { QuoteChecker } from '../../../../src/engine/server/services/memory/summaries/quoteChecker.ts';
import { readSource } from '../../../../src/engine/server/services/workspaceFiles/folder.ts';
import { Grammars } from '../../../../src/syntax/grammars.ts';
import type { Referee } from '../evolution/truth.ts';
import { type Truths, verdicts } from '../evolution/verdicts.ts';
import { summarise } from '../summaries/summarised.ts';

/** One sentence as it is now. */
export interface Said {
  /** Of its item. */
  key: string;
  before: MemorySentence;
  sentence: CheckedSentence;
  /** Names that its code does not have. */
  missing: string[];
}

/** As it was made. */
interface Made {
  key: string;
  sentence: MemorySentence;
}

const maker = new AnchorMaker(new Grammars(import.meta.url));
const SCRIPT = /\.[cm]?[jt]sx?$/;

export class FolderAudit {
  /** What the summaries left out, and why. */
  readonly leftOut: string;
  readonly #folder: string;
  readonly #sentences: readonly Made[];

  private constructor(folder: string, sentences: readonly Made[], leftOut: string) {
    this.#folder = folder;
    this.#sentences = sentences;
    this.leftOut = leftOut;
  }

  static async of(folder: string): Promise<FolderAudit> {
    const { items, summariser } = await summarise(folder);
    const sentences = items.flatMap(({ key, sentences }) => sentences.map((sentence) => ({ key, sentence })));
    const anchored = sentences.filter(({ sentence }) => sentence.anchors.length > 0);
    return new FolderAudit(folder, anchored, JSON.stringify(summariser.leftOut));
  }

  readonly read = (file: string): Promise<string | undefined> => readSource(path.join(this.#folder, file));

  /** All sentences, as the folder is now. */
  async check(): Promise<Said[]> {
    const code = new CodeAnchorChecker(new CodeFiles(this.#folder, maker), new HashIndex());
    const checker = new QuoteChecker(code, maker, this.read);
    const checked = await checkSentences(
      checker,
      this.#sentences.map(({ sentence }) => sentence),
    );
    const known = new Map<string, Promise<ReadonlySet<string> | undefined>>();
    const namesOf = (file: string) => {
      const names = known.get(file) ?? this.#namesOf(file);
      known.set(file, names);
      return names;
    };
    const said: Said[] = [];
    for (const [at, sentence] of checked.entries()) {
      const { key, sentence: before } = this.#sentences[at]!;
      said.push({ key, before, sentence, missing: await missingNames(sentence, namesOf) });
    }
    return said;
  }

  /** What another parser reads in the files that are spoken of. */
  async truths(referee: Referee, said: readonly { anchors: readonly MemoryAnchor[] }[] = []): Promise<Truths> {
    const anchors = [...this.#sentences.map(({ sentence }) => sentence), ...said].flatMap((one) => one.anchors);
    const truths: Truths = new Map();
    for (const file of new Set(anchors.map((anchor) => anchor.path))) {
      const text = SCRIPT.test(file) ? await this.read(file) : undefined;
      if (text !== undefined) truths.set(file, referee.read(file, text));
    }
    return truths;
  }

  /** Of the sentences that are used: whose code is another than it was, in words. */
  async changed(
    referee: Referee,
    before: Truths,
    used: readonly Said[],
  ): Promise<{ judged: number; changed: string[] }> {
    const after = await this.truths(
      referee,
      used.map(({ sentence }) => sentence),
    );
    const { anchors, wrong } = verdicts(
      before,
      after,
      used.flatMap((one) => one.before.anchors),
      used.flatMap((one) => one.sentence.anchors),
    );
    return { judged: anchors, changed: wrong.filter((line) => line.startsWith('falsely fresh')) };
  }

  async #namesOf(file: string): Promise<ReadonlySet<string> | undefined> {
    const text = await this.read(file);
    return text === undefined ? undefined : maker.namesOf({ path: file, text });
  }
}
