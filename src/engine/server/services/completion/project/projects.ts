/** The indexes of all workspaces for one model, and the samplers of completions, which search them. */
import type { IndexedFiles, NgramStatus, TextEdit } from '../../../../protocol/index.ts';
import type { DecodeBackend, Drawer, Tokenizer } from '../../../core/backend.ts';
import { Slices } from '../../../core/slices.ts';
import type { DraftSource } from '../../../core/speculation/draft.ts';
import type { NgramIndex } from '../../../core/speculation/ngrams.ts';
import { answerIndex } from '../../../core/speculation/textSource.ts';
import { LineTable } from '../lines/lineTable.ts';
import { LineTokens } from '../lines/lineTokens.ts';
import { type LineScope, Recall } from '../lines/recall.ts';
import { RecalledLines } from '../lines/recalledLines.ts';
import { type Surroundings, surroundingsOf } from '../lines/surroundings.ts';
import type { Cursor } from '../prompt.ts';
import { draftSources } from './draftSources.ts';
import type { Scope } from './evidence.ts';
import { MixedSampler, MixingTools } from './mixedSampler.ts';
import { type KnownText, ProjectIndex } from './projectIndex.ts';
import { Reliability } from './reliability.ts';
import { Shard } from './shard.ts';
import { Vocabulary } from './vocabulary.ts';

/** Open documents come on top. */
const FILE_BYTES = 60 << 20;

/** Documents whose last answer is kept. */
const ANSWERS = 16;

export interface Project {
  index: ProjectIndex;
  reliability: Reliability;
  /** By document, the latest last: what it was answered, with what stood before it. */
  answers: Map<string, NgramIndex>;
}

/** What chooses the tokens of a completion, and what guesses them. */
export interface Choosing {
  sampler: MixedSampler;
  sources: DraftSource[];
}

export interface SamplerOptions {
  /** The document that is completed, and the cursor in it; absent: what the prompt has is all that is known of it. */
  document?: string | undefined;
  offset?: number | undefined;
  ngram: boolean;
  oneLine: boolean;
  mayBreak?: boolean;
  least?: number | undefined;
  /** See {@link MixedSamplerOptions.branching}. */
  branching?: boolean;
  /** The text at the cursor is not what the document has: it is asked ahead, and tells nothing of who was right. */
  ahead?: boolean;
}

export class Projects {
  readonly #tokenizer: Tokenizer;
  readonly #vocabulary: Vocabulary;
  readonly #spelling: LineTokens;
  readonly #tools: MixingTools;
  readonly #recall: Recall;
  readonly #projects = new Map<string, Project>();
  readonly #slices: Slices;
  readonly #fileBytes: number;
  #reading: Promise<void> | undefined;

  /**
   * @param slices say when it is the turn of others.
   * @param fileBytes memory for the files of a workspace that are not open.
   */
  constructor(tokenizer: Tokenizer, vocabularyTokens: number, slices = new Slices(), fileBytes = FILE_BYTES) {
    this.#slices = slices;
    this.#fileBytes = fileBytes;
    this.#tokenizer = tokenizer;
    this.#vocabulary = new Vocabulary(tokenizer, vocabularyTokens);
    this.#spelling = new LineTokens(tokenizer, vocabularyTokens);
    this.#tools = new MixingTools(this.#vocabulary);
    this.#recall = new Recall(this.#spelling);
  }

  /** Of one workspace; nothing is ever searched across. */
  of(workspace: string): Project {
    let project = this.#projects.get(workspace);
    if (!project) {
      project = {
        index: new ProjectIndex(this.#tokenizer, this.#spelling, this.#fileBytes),
        reliability: new Reliability(this.#vocabulary),
        answers: new Map(),
      };
      this.#projects.set(workspace, project);
    }
    return project;
  }

  open(workspace: string, document: KnownText): void {
    this.of(workspace).index.open(document);
    void this.#readOn();
  }

  /** @throws RangeError when an edit does not fit the text. */
  edit(workspace: string, id: string, edits: readonly TextEdit[]): void {
    this.of(workspace).index.edit(id, edits);
  }

  close(workspace: string, id: string): void {
    const { index, reliability, answers } = this.of(workspace);
    reliability.forget(id);
    answers.delete(id);
    index.close(id);
  }

  /** Nobody has the workspace open any more. */
  forget(workspace: string): void {
    this.#projects.delete(workspace);
  }

  /**
   * The tokens of a part of an open document, as the index has them.
   * @param range UTF-16 offsets.
   */
  tokensOf(workspace: string, document: KnownText, { start, end }: { start: number; end: number }): Int32Array {
    const { index } = this.of(workspace);
    // The one that was used longest ago may have given way.
    const known = index.document(document.id) ?? index.open(document);
    return known.tokensIn(start, end);
  }

  forgetFiles(workspace: string): void {
    const { index, answers } = this.of(workspace);
    index.files.clear();
    answers.clear();
  }

  encode(text: string): Int32Array {
    return this.#tokenizer.encode(text);
  }

  /** @param indexed how far files are indexed. */
  status(indexed: IndexedFiles): NgramStatus {
    const projects = [...this.#projects.values()];
    const sum = (of: (project: Project) => number) => projects.reduce((total, project) => total + of(project), 0);
    const latest = projects.at(-1)?.reliability.status() ?? { on: true, gain: null, seen: 0 };
    return {
      ...latest,
      ...indexed,
      documents: sum(({ index }) => index.documents),
      files: sum(({ index }) => index.files.files),
      tokens: sum(({ index }) => index.tokens),
      bytes: sum(({ index }) => index.bytes),
    };
  }

  /** A completion of a document was answered. */
  answered(workspace: string, document: string, { before }: Cursor, tokens: readonly number[]): void {
    const { answers } = this.of(workspace);
    answers.delete(document);
    answers.set(document, answerIndex(before, tokens));
    const [oldest] = answers.keys();
    if (answers.size > ANSWERS && oldest !== undefined) answers.delete(oldest);
  }

  /**
   * Chooses the tokens of a completion, and guesses them.
   * @param drawer draws where the choice is left to chance; undefined: the likeliest token is taken.
   */
  choose(
    backend: Pick<DecodeBackend, 'logits'>,
    workspace: string,
    { document, offset = 0, ngram, oneLine, mayBreak = false, least, branching = false, ahead = false }: SamplerOptions,
    cursor: Cursor,
    drawer: Drawer | undefined,
  ): Choosing {
    const { index, reliability, answers } = this.of(workspace);
    const key = document ?? '';
    const own = document === undefined ? undefined : index.document(document);
    if (own && !ahead) reliability.arrived(key, offset, (start, end) => own.slice(start, end));
    const scopes = ngram ? [near(cursor, own === undefined), ...index.scopes(document, offset)] : [];
    const sampler = new MixedSampler(backend, this.#tools, {
      drawer,
      vocabulary: this.#vocabulary,
      context: cursor.before,
      following: cursor.after,
      beginning: cursor.beginning,
      scopes,
      recalled: ngram && reliability.on ? this.#recalled(index, document, offset, cursor) : undefined,
      oneLine,
      mayBreak,
      typed: this.#typed(cursor),
      ...(least === undefined ? {} : { least }),
      branching,
      bias: own ? reliability.biasOf(key) : 0,
      onFirst: (evidence, mixture, model) => {
        const beginning = Buffer.from(cursor.beginning).toString('utf8').length;
        if (own && !ahead)
          reliability.expects(key, { at: offset - beginning, cursor: offset }, evidence, mixture, model);
        return reliability.on;
      },
    });
    const answer = document === undefined ? undefined : answers.get(document);
    const vocabulary = this.#vocabulary;
    return { sampler, sources: draftSources({ vocabulary, cursor, scopes, sampler, oneLine, answer }) };
  }

  /** Bytes of the cursor's line before the cursor, without its indentation. */
  #typed({ before, beginning }: Cursor): number {
    let line = '';
    for (let at = before.length - 1; at >= 0 && !line.includes('\n'); at--)
      line = this.#spelling.text(before[at]!) + line;
    return line.slice(line.lastIndexOf('\n') + 1).trimStart().length + beginning.length;
  }

  /** Tokenizes what is left of large documents, beside the loop. */
  /** Resolves when all that is open has been read. */
  async read(): Promise<void> {
    await this.#reading;
  }

  #readOn(): Promise<void> {
    this.#reading ??= this.#readAll();
    return this.#reading;
  }

  async #readAll(): Promise<void> {
    const left = () => [...this.#projects.values()].some(({ index }) => index.readOn());
    do await this.#slices.next();
    while (left());
    this.#reading = undefined;
  }

  /** Lines of the project that may be what is being written at the cursor. */
  #recalled(index: ProjectIndex, key: string | undefined, offset: number, cursor: Cursor): RecalledLines | undefined {
    const { at, scopes, own } = lineContext(this.#spelling, index, key, offset, cursor);
    const candidates = this.#recall.candidates(at, scopes, own);
    if (candidates.length === 0) return undefined;
    const beginning = Buffer.from(cursor.beginning).toString('latin1');
    return new RecalledLines(this.#tokenizer, this.#spelling, candidates, { typed: at.typed, beginning });
  }
}

/** What lines are recalled by: the lines around the cursor, where others are looked for, the tokens of its document. */
export function lineContext(
  spelling: LineTokens,
  index: ProjectIndex,
  key: string | undefined,
  offset: number,
  { before, after, beginning }: Cursor,
): { at: Surroundings; scopes: LineScope[]; own: Int32Array[] } {
  const at = surroundingsOf(spelling, before, after, beginning);
  const document = key === undefined ? undefined : index.document(key);
  const scopes = index.lineScopes(key);
  if (document) return { at: { ...at, row: document.rowAt(offset) }, scopes, own: [document.text] };
  const table = new LineTable(spelling);
  table.add(0, after);
  table.add(1, before);
  return { at, scopes: [{ table, own: true }, ...scopes], own: [before, after] };
}

/** Tokens on each side of the cursor that are searched from the prompt: as many as a piece of the index has, or many. */
const NEAR = { known: 384, alone: 2_048 };

/**
 * The text around the cursor as a scope of its own, in two parts: the cursor is between them, and does not find itself.
 * @param alone the document has no index: this is all that is known of it.
 */
export function near({ before, after }: Cursor, alone: boolean): Scope {
  const most = alone ? NEAR.alone : NEAR.known;
  const shard = new Shard(Math.min(before.length, most) + Math.min(after.length, most));
  shard.add({ before: [], body: after.subarray(0, most), after: [] });
  shard.add({ before: [], body: before.subarray(-most), after: [] });
  return { shard, own: true };
}
