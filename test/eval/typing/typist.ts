/**
 * Somebody who types a passage in an editor as VS Code is by default: brackets and quotes close themselves, new lines are
 * indented, ghost text is asked for a moment after each key. What is shown is read; what is right is taken whole, what
 * begins rightly by words, and anything else is typed on over.
 */

import type { Call, CompletionTiming } from '../../../src/completion/call.ts';
import { type Completer, MAX_TOKENS } from '../../../src/completion/completer.ts';
import type { Eagerness } from '../../../src/completion/eagerness.ts';
import { RESTS_AFTER_MS } from '../../../src/completion/restReader.ts';
import { Session } from '../../../src/completion/session.ts';
import { Suggestions } from '../../../src/completion/suggestions.ts';
import { isWord } from '../../../src/completion/text.ts';
import { Threshold } from '../../../src/completion/threshold.ts';
import type { ModelInfo } from '../../../src/engine/protocol/index.ts';
import type { Random } from '../../traces/random.ts';
import type { SkippingClock } from './clock.ts';
import type { Desk } from './desk.ts';

/** Times in milliseconds. */
export interface Manner {
  /** Between keys: log-normal, median and deviation of the logarithm (Dhakal et al., CHI 2018). */
  gap: number;
  spread: number;
  /** Where the cursor came to, before anything is done there. */
  rest: number;
  /** Before a new line is begun. */
  thought: number;
  /** To see a new text and judge it, and for each character of it (Rayner 1998: about 30 characters a second). */
  glance: number;
  perCharacter: number;
  /** From a key to the extension's knowing of it, and to the editor's asking; the second is measured 35 after the first. */
  knownDelay: number;
  editorDelay: number;
}

export const MANNER: Manner = {
  gap: 130,
  spread: 0.45,
  rest: 2_500,
  thought: 800,
  glance: 250,
  perCharacter: 15,
  knownDelay: 15,
  editorDelay: 50,
};

/** A text that was shown. */
export interface Shown {
  /** Where it began: `line` before anything of the line was written, `word` inside a word, `place` elsewhere. */
  kind: 'line' | 'word' | 'place';
  characters: number;
  lines: number;
  right: boolean;
  /** Its first word was right. */
  begun: boolean;
  /** From the key to the text, without the editor's own delay. */
  delayMs: number;
  /** Characters that it gave, and the keys that took them. */
  taken: number;
  keys: number;
}

export interface Typed {
  /** Of the passage, as keys: indentation comes by itself. */
  characters: number;
  /** Keys that were pressed, those that took texts included. */
  keys: number;
  shown: Shown[];
  requests: CompletionTiming[];
  /** Asked of the engine, those included that a newer key ended. */
  asked: number;
  /** With ghost text, reading included; and without it. */
  ms: number;
  plainMs: number;
}

const CLOSES: Record<string, string> = { '(': ')', '[': ']', '{': '}', '"': '"', "'": "'", '`': '`' };

export class Typist {
  readonly #desk: Desk;
  readonly #model: ModelInfo;
  readonly #completer: Completer;
  readonly #clock: SkippingClock;
  readonly #random: Random;
  readonly #manner: Manner;
  readonly #eagerness: Eagerness;
  readonly #threshold: Threshold;
  readonly #session: Session;
  #timings: CompletionTiming[] = [];
  #asked = 0;
  /** The passage, where it begins in the document, and how much of it is written. */
  #target = '';
  #start = 0;
  #at = 0;
  /** Closers behind the cursor that the editor put there. */
  #rest = '';
  #asking = new AbortController();
  /** On screen, and not disproved; it is counted. */
  #seen = '';

  constructor(
    desk: Desk,
    model: ModelInfo,
    completer: Completer,
    options: { clock: SkippingClock; random: Random; manner: Manner; eagerness: Eagerness; threshold?: Threshold },
  ) {
    this.#desk = desk;
    this.#model = model;
    this.#completer = completer;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#manner = options.manner;
    this.#eagerness = options.eagerness;
    this.#threshold = options.threshold ?? new Threshold();
    this.#session = new Session(
      {
        onComplete: (timing) => this.#timings.push(timing),
        onJudged: (told) => this.#threshold[told](this.#eagerness),
      },
      new Suggestions(400, () => this.#clock.now()),
      this.#clock,
    );
  }

  /** Types a passage at `start` of the document, into a line of its own. */
  async type(start: number, text: string): Promise<Typed> {
    const indentation = /^[ \t]*/.exec(text)![0];
    this.#desk.edit(start, start, `${indentation}\n`);
    this.#session.edited(this.#desk.path, { offset: start, length: 0, text: `${indentation}\n` });
    [this.#start, this.#target, this.#at, this.#rest, this.#seen] = [start, text, indentation.length, '', ''];
    await this.#linger();
    this.#timings = [];
    this.#asked = 0;
    const typed: Typed = {
      characters: keysOf(text.slice(this.#at)),
      keys: 0,
      shown: [],
      requests: this.#timings,
      asked: 0,
      ms: 0,
      plainMs: 0,
    };
    const begun = this.#clock.now();
    let reading = this.#manner.thought;
    typed.plainMs = this.#manner.thought;
    while (this.#at < text.length) {
      const asked = this.#clock.now();
      const gap = this.#random.logNormal(this.#manner.gap, this.#manner.spread);
      const before = Math.max(gap, reading);
      reading = 0;
      const { draft, delayMs } = await this.#answer(asked + before);
      const left = before - (this.#clock.now() - asked);
      if (draft !== undefined) {
        const shown = await this.#read(draft, delayMs, typed);
        if (shown && shown.taken > 0) continue;
      }
      await this.#clock.wait(left);
      const key = this.#key();
      typed.keys++;
      typed.plainMs += gap;
      if (key === '\n') {
        reading = this.#manner.thought;
        typed.plainMs += this.#manner.thought;
      }
    }
    this.#asking.abort();
    this.#replace(this.#rest.length, '');
    this.#rest = '';
    const saved = typed.shown.reduce((sum, { taken }) => sum + taken, 0);
    typed.plainMs += saved * this.#manner.gap;
    typed.asked = this.#asked;
    typed.ms = this.#clock.now() - begun;
    return typed;
  }

  /** The cursor rests here: the extension has the prompt read, as far as there is time for it. */
  async #linger(): Promise<void> {
    const { rest } = this.#manner;
    if (rest <= RESTS_AFTER_MS) return;
    const typing = new AbortController();
    await this.#clock.wait(RESTS_AFTER_MS);
    const reading = this.#clock.during(this.#readAhead(typing.signal)).catch(() => undefined);
    await Promise.race([reading, this.#clock.wait(rest - RESTS_AFTER_MS)]);
    typing.abort();
    await reading;
  }

  async #readAhead(signal: AbortSignal): Promise<void> {
    const request = this.#desk.requestAt(this.#start + this.#at);
    const { workspace } = this.#desk;
    const maxTokens = { one: 1, many: MAX_TOKENS.many };
    await this.#completer.complete(this.#model, request, {
      workspace,
      maxTokens,
      class: 'background',
      supersedes: false,
      signal,
    });
  }

  /** What is on screen when the typist is ready for the next key, if it came in time. */
  async #answer(deadline: number): Promise<{ draft: { full: string; over: number } | undefined; delayMs: number }> {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const asked = this.#clock.now();
    const { knownDelay, editorDelay } = this.#manner;
    await this.#clock.wait(Math.min(knownDelay, deadline - asked));
    if (this.#clock.now() < deadline) this.#session.foresee(this.#call());
    await this.#clock.wait(Math.min(asked + editorDelay, deadline) - this.#clock.now());
    if (this.#clock.now() >= deadline) return { draft: undefined, delayMs: 0 };
    const rest = this.#rest;
    const called = this.#clock.now();
    let found: { full: string; over: number } | undefined;
    const answered = this.#session.suggest(this.#call(), signal).then((draft) => {
      if (draft) found = { full: draft.text + rest.slice(0, draft.over) + draft.tail, over: draft.over };
    });
    await Promise.race([answered, this.#clock.wait(deadline - called)]);
    return { draft: found, delayMs: this.#clock.now() - called };
  }

  #call(): Call {
    const cursor = this.#start + this.#at;
    const { text, path, workspace } = this.#desk;
    return {
      place: { path, prefix: text.slice(0, cursor), suffix: text.slice(cursor), offset: cursor },
      explicit: false,
      afterAccept: false,
      debounceMs: null,
      run: (signal, onText) => {
        this.#asked++;
        return this.#clock.during(
          this.#completer.complete(this.#model, this.#desk.requestAt(cursor), {
            workspace,
            document: path,
            prudence: this.#threshold.prudence(this.#eagerness),
            signal,
            onText,
          }),
        );
      },
    };
  }

  /** Reads a text where it is new, and takes of it what is right. @returns it, where it was new. */
  async #read(
    { full, over }: { full: string; over: number },
    delayMs: number,
    typed: Typed,
  ): Promise<Shown | undefined> {
    if (this.#seen !== '' && this.#seen.startsWith(full)) return undefined;
    const to = this.#target.slice(this.#at);
    const before = this.#target.slice(0, this.#at);
    const atLine = /(?:^|\n)[ \t]*$/.test(before);
    const shown: Shown = {
      kind: atLine ? 'line' : isWord(before.at(-1)) && isWord(full[0]) ? 'word' : 'place',
      characters: full.length,
      lines: full.split('\n').length,
      right: agrees(to, full),
      begun: agrees(to, wordsOf(full)[0] ?? ''),
      delayMs,
      taken: 0,
      keys: 0,
    };
    typed.shown.push(shown);
    await this.#clock.wait(this.#manner.glance + this.#manner.perCharacter * full.length);
    if (shown.right) {
      this.#take(full, over);
      [shown.taken, shown.keys] = [keysOf(full), 1];
      this.#seen = '';
    } else {
      let begun = '';
      const keys: string[] = [];
      for (const word of wordsOf(full)) {
        if (!agrees(to, begun + word)) break;
        begun += word;
        keys.push(word);
      }
      this.#seen = full;
      // A word that is not longer than the key that takes it is typed.
      if (keysOf(begun) > keys.length) {
        this.#take(begun, 0);
        [shown.taken, shown.keys] = [keysOf(begun), keys.length];
        this.#seen = full.slice(begun.length);
      }
    }
    typed.keys += shown.keys;
    for (let key = 0; key < shown.keys; key++) {
      this.#count();
      await this.#clock.wait(this.#manner.gap);
    }
    if (shown.right) await this.#session.accepted(undefined);
    return shown;
  }

  /** Types the next character of the passage as the editor would take it. */
  #key(): string {
    const key = this.#target[this.#at]!;
    const behind = this.#rest;
    this.#seen = this.#seen.startsWith(key) ? this.#seen.slice(1) : '';
    this.#count();
    if (behind.startsWith(key)) {
      this.#rest = behind.slice(1);
      this.#at++;
      return key;
    }
    if (key === '\n') {
      const indentation = /^\n[ \t]*/.exec(this.#target.slice(this.#at))![0];
      this.#replace(behind.length, indentation);
      this.#rest = '';
      this.#at += indentation.length;
      return key;
    }
    const closer = CLOSES[key];
    const isQuote = closer === key;
    const closes = closer !== undefined && (!isQuote || (!isWord(this.#target[this.#at - 1]) && !this.#inString(key)));
    this.#replace(0, closes ? key + closer : key);
    if (closes) this.#rest = closer + behind;
    this.#at++;
    return key;
  }

  #inString(quote: string): boolean {
    const line = this.#target.slice(this.#target.lastIndexOf('\n', this.#at - 1) + 1, this.#at);
    return line.split(quote).length % 2 === 0;
  }

  #take(text: string, over: number): void {
    this.#replace(over, text);
    this.#rest = this.#rest.slice(over);
    this.#at += text.length;
  }

  #replace(length: number, text: string): void {
    const cursor = this.#start + this.#at;
    if (length === 0 && text === '') return;
    this.#desk.edit(cursor, cursor + length, text);
    this.#session.edited(this.#desk.path, { offset: cursor, length, text });
  }

  #count(): void {
    this.#session.key();
    this.#threshold.key(this.#eagerness);
  }
}

/** The passage goes on as `text` says, and a word that the text ends with goes no further. */
export function agrees(passage: string, text: string): boolean {
  return passage.startsWith(text) && !(isWord(text.at(-1)) && isWord(passage[text.length]));
}

/** As the editor's command for the next word would take them. */
const wordsOf = (text: string): string[] => text.match(/\s*(?:[\p{L}\p{N}_$]+|[^\s\p{L}\p{N}_$]+)/gu) ?? [];

/** Keys that a text costs to type: indentation comes by itself. */
const keysOf = (text: string): number => text.replace(/\n[ \t]*/g, '\n').length;
