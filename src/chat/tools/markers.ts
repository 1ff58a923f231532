/** What a call of a tool begins and ends with, in the forms of the models that are about. */
import type { ToolSpec } from './tool.ts';

/**
 * `own`: Quire's. `tag`, `element`: between tags. `tail`: to the end of the answer. The others end with a bracket, and are only a
 * call if a tool of that name is called: the same text may be meant as text.
 */
export type CallKind = 'own' | 'tag' | 'element' | 'tail' | 'channel' | 'json' | 'named' | 'tool' | 'lines';

/** In lower case. Where one is the beginning of another the longer one stands first. */
const OPENINGS: readonly (readonly [text: string, kind: CallKind])[] = [
  ['<<<<call', 'own'],
  ['<<<call', 'own'],
  ['<<< call', 'own'],
  ['<<call', 'own'],
  ['<tool_call', 'tag'], // Hermes, Qwen, GLM; also <tool_calls>
  ['<toolcall', 'tag'],
  ['<tool_use', 'tag'],
  ['<function_call', 'tag'],
  ['<|tool_call', 'tag'], // Phi, LFM2, Kimi
  ['<minimax:tool_call', 'tag'],
  ['<function=', 'element'], // Qwen3-Coder, where it forgets <tool_call>
  ['<function name', 'element'],
  ['<invoke name', 'element'],
  ['[tool_calls]', 'tail'], // Mistral
  ['<|python_tag|>', 'tail'], // Llama 3
  ['<｜tool▁call', 'tail'], // DeepSeek
  ['<|channel|>commentary to=', 'channel'], // gpt-oss
  ['<|start|>assistant to=', 'channel'],
  ['commentary to=functions', 'channel'], // the same, without its control tokens
];

/** Ends of the kinds that have markers of their own. A second call ends one that was never closed. */
export const CLOSINGS: Partial<Record<CallKind, RegExp>> = {
  own: /<{2,4}\s*\/?\s*end\b(?:\s*call)?\s*(?:>{3,4}|>>(?=[^>]))|(?=\n\s*<{2,4}\s*call\b)/gi,
  tag: /<\/(?:tool_?calls?|tool_?use|function_?calls?|minimax:tool_call)\s*>|<\|\/?tool_calls?(?:_section)?_?(?:end)?\|>|(?=<\/?tool_call\s*>)/gi,
  element: /<\/(?:function|invoke)\s*>|(?=<function=)/gi,
  tail: /(?=\[TOOL_CALLS\])/gi,
};

/** What is left over of a call that ended before it, in lower case. */
const STRAYS = [
  '</tool_calls>',
  '</tool_call>',
  '</function_calls>',
  '</function_call>',
  '</function>',
  '</invoke>',
  '</tool_use>',
  '</toolcall>',
  '</minimax:tool_call>',
  '<|tool_call_end|>',
  '<|tool_calls_section_end|>',
  '<|/tool_call|>',
  '<|call|>',
  '<|eom_id|>',
  '<<<end>>>',
  '[/tool_calls]',
];

/** Keys that a call begins with where it is plain JSON. */
const JSON_KEYS =
  'name|tool|tool_name|toolname|function|function_name|action|type|id|arguments|parameters|tool_calls|recipient_name';

/** `maybe`: more has to be read. `stray`: to be dropped, so long. */
export type Begin = CallKind | 'maybe' | { stray: number } | undefined;

export class Markers {
  readonly #names: string[];
  readonly #json: RegExp;
  readonly #jsonKey: RegExp;
  readonly #called: RegExp;

  constructor(tools: readonly ToolSpec[]) {
    const names = tools.flatMap(({ name, aliases = [] }) => [name.toLowerCase(), ...aliases]);
    this.#names = [...new Set(names.flatMap((name) => [name, name.replaceAll(/[^a-z0-9]/g, '')]))].filter(Boolean);
    const any = this.#names.map((name) => name.replaceAll(/[^\w]/g, '\\$&')).join('|');
    this.#json = new RegExp(`^\\[?\\s*\\{\\s*["'](?:${JSON_KEYS}|${any})["']\\s*:`, 'i');
    this.#jsonKey = /^\[?\s*(?:\{\s*(?:["'][\w.-]*(?:["']\s*)?)?)?$/;
    this.#called = new RegExp(
      `^\\[?(?:print\\()?(?:(?:functions|default_api|tools)\\.)?(?:${any})(?::\\d+)?(?:\\s*\\(\\s*[\\w"'{)]|\\s*(?:json\\s*)?\\{\\s*["'}]|\\s*\\[ARGS\\])`,
      'i',
    );
  }

  /**
   * What begins at a place of a text.
   * @param lineBegins nothing but blanks is before it on its line. @param afterCall a call was there before.
   */
  at(text: string, at: number, lineBegins: boolean, afterCall: boolean): Begin {
    const rest = text.slice(at, at + 200);
    const lower = rest.toLowerCase();
    if (afterCall) {
      const stray = STRAYS.find((marker) => lower.startsWith(marker));
      if (stray) return { stray: stray.length };
    }
    let maybe = false;
    for (const [opening, kind] of OPENINGS) {
      if (opening.startsWith('c') && !lineBegins) continue;
      if (lower.startsWith(opening)) return kind;
      maybe ||= opening.startsWith(lower);
    }
    if (afterCall) maybe ||= STRAYS.some((marker) => marker.startsWith(lower));
    if (rest[0] === '{' || rest[0] === '[') {
      if (this.#json.test(rest)) return 'json';
      maybe ||= this.#jsonKey.test(rest);
    }
    if (lineBegins) {
      const line = this.#onLine(rest, lower);
      if (line) return line;
    }
    return maybe ? 'maybe' : undefined;
  }

  /** Where a marker was begun, and nothing follows. */
  isTorn(text: string): boolean {
    const lower = text.toLowerCase();
    return lower.length >= 6 && OPENINGS.some(([opening]) => opening.startsWith(lower));
  }

  #onLine(rest: string, lower: string): Begin {
    if (rest[0] === '<') {
      const element = /^<([\w-]*)(?:(\s|>|\/)|$)/.exec(lower);
      if (!element) return undefined;
      if (element[2] !== undefined) return this.#names.includes(element[1]!) ? 'tool' : undefined;
      return this.#names.some((name) => name.startsWith(element[1]!)) ? 'maybe' : undefined;
    }
    if (/^(?:action|tool)\s*:/i.test(rest)) return 'lines';
    if (['action:', 'tool:'].some((word) => word.startsWith(lower.trimEnd()))) return 'maybe';
    if (this.#called.test(rest)) return 'named';
    const word =
      /^\[?(?:print\()?(?:(?:functions|default_api|tools)\.)?([\w.-]*)(?::\d*)?(\s*(?:json\s*)?[({[]?\s*(?:[A-Z]*)?)$/i.exec(
        rest,
      );
    if (!word) return undefined;
    const name = word[1]!.toLowerCase();
    const isWhole = word[2]!.trim() !== '' || /\s$/.test(rest);
    const known = this.#names.some((other) => (isWhole ? other === name : other.startsWith(name)));
    const prefix = ['functions.', 'default_api.', 'print(', 'tools.'].some((other) => other.startsWith(lower));
    return known || prefix ? 'maybe' : undefined;
  }
}
