/** Which of the texts a block of an answer is copied from: those of the file that was announced last before it. */
import type { CopyOptions } from '../../../protocol/index.ts';
import { CopyRules } from './copyRules.ts';

/** Beyond so many bytes a line announces nothing. */
const LONGEST_LINE = 1_000;
/** A file, and not a language: it has a folder, or a name and an ending. */
const IS_FILE = /[/\\]|[^./\\]\.\w{1,12}$/;

export class Announced {
  readonly #options: CopyOptions;
  /** By the indices of their texts. */
  readonly #known = new Map<string, CopyRules>();
  #line = '';
  #rules: CopyRules;

  constructor(options: CopyOptions) {
    this.#options = options;
    this.#rules = this.#of(options.texts.map((_, index) => index));
  }

  /** Of the next block. */
  get rules(): CopyRules {
    return this.#rules;
  }

  /** @param bytes a byte string that stands outside of blocks, behind what was taken before. */
  take(bytes: string): void {
    if (!this.#options.names) return;
    const lines = (this.#line + bytes).split('\n');
    this.#line = lines.pop()!.slice(0, LONGEST_LINE);
    for (const line of lines) if (line.length < LONGEST_LINE) this.#read(Buffer.from(line, 'latin1').toString('utf8'));
  }

  /** A block has ended: what comes next begins a line. */
  lineBegins(): void {
    this.#line = '';
  }

  #read(line: string): void {
    const { announcing = [], names = [], texts } = this.#options;
    const text = line.trim();
    const prefix = announcing.find((one) => text.toLowerCase().startsWith(one));
    if (prefix === undefined) return;
    const words = text.slice(prefix.length).split(/[\s"'`=:{}]+/);
    const files = words.map((word) => word.replaceAll('\\', '/')).filter((word) => IS_FILE.test(word));
    const all = texts.map((_, index) => index);
    const isMeant = (index: number) => {
      const name = names[index] ?? '';
      return name === '' || files.some((file) => endsAlike(file, name));
    };
    this.#rules = this.#of(files.length === 0 ? all : all.filter(isMeant));
  }

  #of(indices: readonly number[]): CopyRules {
    const key = indices.join();
    const rules =
      this.#known.get(key) ??
      new CopyRules({ ...this.#options, texts: indices.map((index) => this.#options.texts[index]!) });
    this.#known.set(key, rules);
    return rules;
  }
}

/** One path ends with the other, by whole names: an answer seldom knows where a workspace begins. */
function endsAlike(one: string, other: string): boolean {
  const [short, long] = [one, other]
    .map((path) => path.split('/').filter((part) => part !== '' && part !== '.'))
    .sort((a, b) => a.length - b.length) as [string[], string[]];
  return short.length > 0 && short.every((part, index) => part === long[long.length - short.length + index]);
}
