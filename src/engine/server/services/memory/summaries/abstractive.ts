/**
 * Summaries in a model's words. Its sentences are written under a grammar made for the file, are dropped where they name
 * anything that the code they are about does not have, and where the model itself, asked twice and the second time the other
 * way round, does not stand by them. What is dropped, or not said, is said by the extractive summary.
 */
import type { MemoryAnchor, MemoryItem, MemorySentence } from '../../../../protocol/index.ts';
import type { AnchorMaker, FileAnchors } from '../anchors/fileAnchors.ts';
import type { FileSummary, NewItem, SourceText, Summariser, SummaryLimits } from '../items.ts';
import type { ExtractiveSummariser } from './extractive.ts';
import { itemOf } from './item.ts';
import {
  isPlain,
  MOST_NAMES,
  type SaidSentence,
  saidSentences,
  sentenceGrammar,
  YES_OR_NO,
} from './sentenceGrammar.ts';
import { questions, type SummaryModel, summaryPrompt } from './summaryModel.ts';
import { suspicionOf } from './suspicion.ts';
import { nameOf, tokensOf } from './wording.ts';

/** Tokens of an answer with all its sentences. */
const MOST_WRITTEN = 700;
const LEAST_WORDS = 3;

/** What became of a model's sentences: the two checks are told apart. */
export interface ModelCounts {
  said: number;
  kept: number;
  /** They name what their code does not have, or say next to nothing. */
  absent: number;
  /** The model does not stand by them. */
  doubted: number;
  /** They look like instructions, or hide something. */
  suspicious: number;
  /** Files whose answer failed; they have the extractive summary. */
  failed: number;
}

interface Asked {
  limits: SummaryLimits;
  model: SummaryModel;
  tokens: number;
}

export class AbstractiveSummariser implements Summariser {
  readonly counts: ModelCounts = { said: 0, kept: 0, absent: 0, doubted: 0, suspicious: 0, failed: 0 };
  readonly #extractive: ExtractiveSummariser;
  readonly #anchors: Pick<AnchorMaker, 'read'>;
  readonly #model: () => SummaryModel | undefined;

  /** @param model the one to ask now; undefined where none is open that is capable. */
  constructor(
    extractive: ExtractiveSummariser,
    anchors: Pick<AnchorMaker, 'read'>,
    model: () => SummaryModel | undefined,
  ) {
    this.#extractive = extractive;
    this.#anchors = anchors;
    this.#model = model;
  }

  /** @throws the reason of the signal when it is aborted; other failures of the model leave the extractive summary. */
  async file(source: SourceText, limits?: SummaryLimits): Promise<FileSummary> {
    const summary = await this.#extractive.file(source);
    const model = this.#model();
    if (model === undefined || limits === undefined || summary.items.length === 0) return summary;
    if (limits.known === summary.treeHash) return summary;
    const asked: Asked = { limits, model, tokens: 0 };
    try {
      const said = await this.#said(source, asked);
      const items = summary.items.map((item) => inModelsWords(item, said.get(aboutOf(item)) ?? []));
      return { ...summary, items, modelTokens: asked.tokens };
    } catch {
      limits.signal.throwIfAborted();
      this.counts.failed++;
      return { ...summary, modelTokens: asked.tokens };
    }
  }

  folder(path: string, children: readonly MemoryItem[], readme: SourceText | undefined): NewItem | undefined {
    return this.#extractive.folder(path, children, readme);
  }

  restore(path: string, notes: string): void {
    this.#extractive.restore(path, notes);
  }

  prepare(rest: () => Promise<void>): Promise<void> {
    return this.#extractive.prepare(rest);
  }

  forget(path: string): void {
    this.#extractive.forget(path);
  }

  /** Sentences that passed, by what they are about. */
  async #said(source: SourceText, asked: Asked): Promise<Map<string, MemorySentence[]>> {
    const kept = new Map<string, MemorySentence[]>();
    const { anchors, outline } = await this.#anchors.read(source);
    const symbols = new Map((outline ?? []).map((symbol) => [nameOf(symbol), symbol]));
    const names = [...symbols.keys()].slice(0, MOST_NAMES);
    const prompt = summaryPrompt(source, names);
    if (outline === undefined || tokensOf(prompt) + MOST_WRITTEN > asked.limits.modelTokens) return kept;
    const grammar = sentenceGrammar(source.path, names);
    for (const one of saidSentences(await ask(asked, prompt, grammar, MOST_WRITTEN))) {
      this.counts.said++;
      const textOf = (name: string) => {
        const symbol = symbols.get(name);
        return symbol === undefined ? source.text : source.text.slice(symbol.docStart, symbol.end);
      };
      const sentence = this.#named(one, source.path, anchors);
      if (sentence === undefined || !(await this.#stands(sentence.text, textOf(one.about), asked))) continue;
      this.counts.kept++;
      kept.set(one.about, [...(kept.get(one.about) ?? []), sentence]);
    }
    return kept;
  }

  /** The sentence with its anchors; undefined where it is left out for what it names or says. */
  #named({ about, parts }: SaidSentence, path: string, anchors: FileAnchors): MemorySentence | undefined {
    const names = [about, ...parts.flatMap((part) => (typeof part === 'string' ? [] : [part.name]))];
    const found = [...new Set(names)].map((name) => anchors.anchor(name === path ? null : name));
    const words = parts.filter((part) => typeof part === 'string');
    const text = `${about}: ${parts.map((part) => (typeof part === 'string' ? part.trim() : part.name)).join(' ')}.`;
    const isWhole =
      found.every((anchor) => anchor !== undefined) && (words.join(' ').match(/\p{L}+/gu)?.length ?? 0) >= LEAST_WORDS;
    if (!isWhole || !words.every(isPlain)) this.counts.absent++;
    else if (suspicionOf(text) !== undefined) this.counts.suspicious++;
    else return { text, anchors: found as MemoryAnchor[] };
    return undefined;
  }

  async #stands(sentence: string, code: string, asked: Asked): Promise<boolean> {
    const [isTrue, isWrong] = questions(sentence, code);
    const stands =
      (await ask(asked, isTrue, YES_OR_NO, 4)).trim() === 'yes' &&
      (await ask(asked, isWrong, YES_OR_NO, 4)).trim() === 'no';
    if (!stands) this.counts.doubted++;
    return stands;
  }
}

/** '' where there are no tokens left for it: nothing is said then, and no question answered. */
async function ask(asked: Asked, prompt: string, grammar: string, maxTokens: number): Promise<string> {
  const { limits, model } = asked;
  limits.signal.throwIfAborted();
  if (asked.tokens + tokensOf(prompt) + maxTokens > limits.modelTokens) return '';
  const { text, tokens } = await model.generate({ prompt, grammar, maxTokens, signal: limits.signal });
  asked.tokens += tokens;
  return text;
}

const aboutOf = ({ kind, title, path }: NewItem): string => (kind === 'symbol' ? title : path!);

/** The model's sentences in the place of those that were quoted; what is told of the outline stays behind them. */
function inModelsWords(item: NewItem, said: readonly MemorySentence[]): NewItem {
  if (said.length === 0) return item;
  const rest = item.sentences.filter(({ text }) => !text.startsWith(`${item.title} is a`));
  const { kind, key, title, path } = item;
  const made = itemOf({ kind, key, title, path }, [...said, ...rest]);
  return made === undefined ? item : { ...made, made: 'model' };
}
