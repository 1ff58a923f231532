/**
 * Takes the calls of tools out of an answer while it comes in pieces that are cut anywhere. Nothing of a call is ever shown:
 * what could be the beginning of one is held back until it is clear. What only looked like one comes out unchanged.
 */
import { spanAt } from './jsonValues.ts';
import { type CallKind, CLOSINGS, Markers } from './markers.ts';
import { parseCalls } from './parseCall.ts';
import type { CallOutcome, ToolSpec } from './tool.ts';

export interface CallDelta {
  /** To be shown. */
  text: string;
  calls: CallOutcome[];
}

/** They have markers of their own, and are never meant as text. */
const MARKED: readonly CallKind[] = ['own', 'tag', 'element', 'tail', 'channel'];
const FENCE = /^(`{3,}|~{3,})([^\n`]*)(?:\n(\s*)|$)/;
/** What a fence says of itself where what is in it may be a call; in one of a language it is code. */
const CALL_FENCES = /^(?:|jsonc?|xml|text|plaintext|tool_?(?:code|call|use|request)s?|function_?calls?)$/i;
/** Tags with nothing between them; the second one where it is there. */
const HOLLOW = /^<[^<>]*>\s*(<\/[^<>]*>)?$/;
const OWN_END = /<{2,4}\s*\/?\s*end\b(?:\s*call)?\s*>{0,4}\s*$/i;
const BEGINS = /[<[{`~A-Za-z]/;

export class CallStream {
  readonly #tools: readonly ToolSpec[];
  readonly #markers: Markers;
  #held = '';
  /** What is being held as a call; its text begins where `#held` does. */
  #call: { kind: CallKind; opened: number; fence: string } | undefined;
  /** What was shown of the line that is being written. */
  #line = '';
  /** The fence of ordinary code that is open. */
  #fence = '';
  /** The fence that a call stood in: its end is not shown. */
  #emptied = '';
  #seen = false;

  /** @param tools with none, everything is text. */
  constructor(tools: readonly ToolSpec[]) {
    this.#tools = tools;
    this.#markers = new Markers(tools);
  }

  /** A call is being written. */
  get writesCall(): boolean {
    return this.#call !== undefined;
  }

  push(piece: string): CallDelta {
    this.#held += piece;
    return this.#read(false);
  }

  /** No more comes. */
  end(): CallDelta {
    return this.#read(true);
  }

  #read(final: boolean): CallDelta {
    const delta: CallDelta = { text: '', calls: [] };
    if (this.#tools.length === 0) {
      delta.text = this.#held;
      this.#held = '';
      return delta;
    }
    while (this.#call ? this.#finish(delta, final) : this.#find(delta, final));
    return delta;
  }

  /** Shows text up to where a call may begin. @returns whether to go on. */
  #find(delta: CallDelta, final: boolean): boolean {
    let lineBegins = this.#line.trim() === '';
    let ticks = this.#line.split('`').length - 1;
    let begun = lineBegins;
    for (let at = 0; at < this.#held.length; at++) {
      const character = this.#held[at]!;
      // What was known before this character.
      lineBegins = begun;
      const quoted = ticks % 2 === 1;
      if (character === '\n') {
        begun = true;
        ticks = 0;
        continue;
      }
      if (character === '`') ticks++;
      if (character.trim() !== '') begun = false;
      if (!BEGINS.test(character)) continue;
      if (!lineBegins && /[A-Za-z]/.test(character)) continue;
      if (lineBegins && (character === '`' || character === '~')) {
        const read = this.#readFence(at, delta, final);
        if (read !== undefined) return read;
      }
      if (this.#fence !== '' || character === '`' || character === '~' || quoted) continue;
      const begin = this.#markers.at(this.#held, at, lineBegins, this.#seen);
      if (begin === undefined) continue;
      if (begin === 'maybe') {
        if (!final) return this.#show(at, delta);
        if (!this.#markers.isTorn(this.#held.slice(at))) continue;
        this.#show(at, delta);
        delta.calls.push({ problem: 'The call was cut off at its beginning. Call the tool again.' });
        this.#held = '';
        return false;
      }
      this.#show(at, delta);
      if (typeof begin === 'object') this.#held = this.#held.slice(begin.stray);
      else this.#call = { kind: begin, opened: 1, fence: '' };
      return true;
    }
    return this.#show(this.#held.length, delta);
  }

  /** @returns whether to go on; undefined: it is no fence. */
  #readFence(at: number, delta: CallDelta, final: boolean): boolean | undefined {
    const rest = this.#held.slice(at);
    if (/^(?:`{1,2}|~{1,2})$/.test(rest) && !final) return this.#show(at, delta);
    const found = FENCE.exec(rest);
    if (!found)
      return /^(?:`{3,}|~{3,})/.test(rest) && !final && !rest.includes('\n') ? this.#show(at, delta) : undefined;
    const [whole, fence, info, blank] = found as unknown as [string, string, string, string | undefined];
    const closes = (open: string) => open !== '' && info.trim() === '' && fence.startsWith(open);
    if (closes(this.#emptied) || closes(this.#fence)) {
      if (blank === undefined && !final) return this.#show(at, delta);
      const swallows = closes(this.#emptied);
      this.#show(at, delta);
      const length = fence.length + info.length;
      if (swallows) this.#held = this.#held.slice(length);
      else this.#show(length, delta);
      if (swallows) this.#emptied = '';
      else this.#fence = '';
      return true;
    }
    if (this.#fence !== '') return undefined;
    const start = at + whole.length;
    const begin = start < this.#held.length ? this.#markers.at(this.#held, start, true, false) : 'maybe';
    if (begin === 'maybe' && !final) return this.#show(at, delta);
    const isCode = begin !== undefined && !MARKED.includes(begin as CallKind) && !CALL_FENCES.test(info.trim());
    if (begin === 'maybe' || begin === undefined || typeof begin === 'object' || isCode) {
      this.#fence = fence;
      this.#show(at + fence.length + info.length, delta);
      return true;
    }
    this.#show(at, delta);
    this.#call = { kind: begin, opened: whole.length + 1, fence };
    return true;
  }

  /** Reads a call to its end. @returns whether to go on. */
  #finish(delta: CallDelta, final: boolean): boolean {
    const { kind, opened, fence } = this.#call!;
    const end =
      this.#endOf(kind, opened) ??
      (final && kind === 'own' && OWN_END.test(this.#held) ? this.#held.length : undefined);
    if (end === undefined && !final) return false;
    const body = this.#held.slice(opened - 1, end ?? this.#held.length);
    const hollow = kind === 'tag' ? HOLLOW.exec(body) : null;
    if (hollow && (this.#seen || (end !== undefined && hollow[1] === undefined))) {
      this.#call = undefined;
      this.#held = this.#held.slice(opened - 1 + body.length);
      return true;
    }
    const outcomes = parseCalls(body, this.#tools, end !== undefined || kind === 'tail');
    this.#call = undefined;
    const meant = MARKED.includes(kind) || outcomes.some((outcome) => 'call' in outcome) || isEvident(body);
    if (!meant) {
      if (fence !== '') this.#fence = fence;
      this.#show(fence === '' ? body.length : opened - 1, delta);
      return true;
    }
    delta.calls.push(...outcomes);
    this.#seen = true;
    if (fence !== '') this.#emptied = fence;
    this.#held = this.#held.slice(end ?? this.#held.length).replace(/^[ \t]*[;,\]][ \t]*/, '');
    return true;
  }

  /** The place behind a call; undefined: more of it comes. */
  #endOf(kind: CallKind, opened: number): number | undefined {
    const held = this.#held;
    const closing = CLOSINGS[kind];
    if (closing) {
      closing.lastIndex = opened;
      const found = closing.exec(held);
      return found ? found.index + found[0].length : undefined;
    }
    if (kind === 'lines') {
      const blank = held.indexOf('\n\n', opened);
      return blank < 0 ? undefined : blank;
    }
    if (kind === 'tool') {
      const name = /^<([\w-]+)([^>]*)>/.exec(held.slice(opened - 1));
      if (!name) return undefined;
      if (name[2]!.endsWith('/')) return opened - 1 + name[0].length;
      const close = held.indexOf(`</${name[1]}>`, opened);
      return close < 0 ? undefined : close + name[1]!.length + 3;
    }
    const bracket = held.slice(opened - 1).search(kind === 'channel' ? /\{/ : /[{[(](?!ARGS)/);
    if (bracket < 0) return undefined;
    const span = spanAt(held, opened - 1 + bracket);
    return span.state === 'whole' ? span.end : undefined;
  }

  /** Shows the first characters of what is held. */
  #show(length: number, delta: CallDelta): false {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    this.#line = this.#after(text);
    delta.text += text;
    return false;
  }

  #after(text: string): string {
    const lineBreak = text.lastIndexOf('\n');
    return lineBreak < 0 ? this.#line + text : text.slice(lineBreak + 1);
  }
}

/** Too much like a call to be shown, though it is none that can be made. */
function isEvident(body: string): boolean {
  const named = /["'](?:name|tool|function|tool_name|action)["']\s*:/i.test(body);
  return (
    (named && /["'](?:arguments|parameters|args|tool_input|action_input)["']\s*:/i.test(body)) ||
    /["']tool_calls["']\s*:/i.test(body) ||
    /^\s*\[?[\w.]+\s*\(\s*\w+\s*=/.test(body) ||
    /^\s*[\w.]+\s*(?:\[ARGS\]|json)?\s*\{\s*["']/.test(body) ||
    /\naction[ _]input\s*:/i.test(body)
  );
}
