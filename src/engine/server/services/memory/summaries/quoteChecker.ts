/** Checks sentences that quote comments: the code by its anchor, then whether the comment still says so, of what is still there. */
import { grammarFor } from '../../../../../syntax/languages.ts';
import type { CheckedAnchor, MemoryAnchor } from '../../../../protocol/index.ts';
import type { AnchorMaker } from '../anchors/fileAnchors.ts';
import { type AnchorChecker, isTrue } from '../items.ts';
import { isQuoted, partsOf } from './anchoring.ts';
import { docOf, headOf } from './comments.ts';
import { proseOf } from './prose.ts';
import { namedCode, quotable } from './quotable.ts';
import { nameOf } from './wording.ts';

/** The text of a file by its path, by the rules of what may be read; undefined where it may not, or is gone. */
export type ReadText = (path: string) => Promise<string | undefined>;

/** An {@link AnchorChecker} around the one that checks the code, which is given anchors without quotes. */
export class QuoteChecker implements AnchorChecker {
  readonly #code: AnchorChecker;
  readonly #anchors: Pick<AnchorMaker, 'read'>;
  readonly #read: ReadText;

  constructor(code: AnchorChecker, anchors: Pick<AnchorMaker, 'read'>, read: ReadText) {
    this.#code = code;
    this.#anchors = anchors;
    this.#read = read;
  }

  async check(anchors: readonly MemoryAnchor[]): Promise<CheckedAnchor[]> {
    const checked = await this.#code.check(anchors.map((one) => ({ ...one, hash: partsOf(one.hash).code })));
    const comments = new Map<string, Promise<Comments | undefined>>();
    const result: CheckedAnchor[] = [];
    for (const [index, one] of checked.entries()) {
      const { quote } = partsOf(anchors[index]!.hash);
      if (quote === undefined) {
        result.push(one);
        continue;
      }
      const hash = `${one.hash}+${quote}`;
      if (!isTrue(one.state)) {
        result.push({ ...one, hash });
        continue;
      }
      const known = comments.get(one.path) ?? this.#commentsIn(one.path);
      comments.set(one.path, known);
      const said = (await known)?.(one.symbol);
      const state = said === undefined ? 'unread' : isQuoted(quote, said) ? one.state : 'changed';
      result.push({ ...one, hash, state });
    }
    return result;
  }

  async #commentsIn(path: string): Promise<Comments | undefined> {
    const grammar = grammarFor(undefined, path)?.name;
    const text = await this.#read(path);
    if (grammar === undefined || text === undefined) return undefined;
    const { outline: declared, words } = await this.#anchors.read({ path, text });
    if (declared === undefined) return undefined;
    const code = namedCode(path, words);
    return (symbol) => {
      const comments =
        symbol === null
          ? [headOf(text, declared, grammar)]
          : declared.filter((one) => nameOf(one) === symbol).map((one) => docOf(text, one, grammar));
      const said = comments.map((comment) => quotable(proseOf(comment), code));
      return said.flatMap(({ sentences, tags }) => [...sentences, ...tags.map(({ text }) => text)]);
    };
  }
}

/** Sentences of the comments of a symbol, or of the file (null). */
type Comments = (symbol: string | null) => string[];
