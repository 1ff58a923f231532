/**
 * Reads what a model wrote as a call of a tool: in the form that it was trained on, or in Quire's own, whose code stands
 * outside of JSON. Small models write all of them with faults; what can be mended without guessing is, and of the rest the
 * model is told.
 */
import { fitCall, parameterNamed, toolNamed } from './fitCall.ts';
import { isRecord, jsonOf, jsonSpans, spanAt } from './jsonValues.ts';
import type { CallOutcome, ToolSpec } from './tool.ts';

const NAME_KEYS = ['name', 'tool', 'tool_name', 'toolName', 'function', 'function_name', 'action', 'recipient_name'];
const ARGUMENT_KEYS = ['arguments', 'parameters', 'args', 'params', 'input', 'tool_input', 'action_input', 'kwargs'];
const CUT_OFF = 'The call was cut off before its end. Call the tool again, with less text in one call.';
const UNREADABLE = 'The call could not be read. Write the name of the tool and its arguments as they were described.';
/** The tags that close a call. */
const CLOSED = /(?:<\/(?:tool_?calls?|tool_?use|function_?calls?|minimax:tool_call)\s*>\s*)+$/i;
const OWN_HEAD = /^\s*<{2,4}\s*call\b[:\s]*/i;

/**
 * @param text all of it, with or without its markers. @param whole false: the answer ended before the call was closed.
 * @returns the calls in it, at least one outcome.
 */
export function parseCalls(text: string, tools: readonly ToolSpec[], whole = true): CallOutcome[] {
  if (OWN_HEAD.test(text)) return [parseOwn(text, tools, whole)];
  const inner = text.replace(CLOSED, '');
  const outcomes =
    parseXml(text, tools, whole) ??
    parseLines(inner, tools) ??
    parseNamedJson(inner, tools) ??
    parseJson(inner, tools) ??
    parsePython(inner, tools);
  return outcomes ?? [{ problem: UNREADABLE }];
}

/** `<<<call read>>>`, a line for each parameter, the body as it is, `<<<end>>>`. */
function parseOwn(text: string, tools: readonly ToolSpec[], whole: boolean): CallOutcome {
  const head = OWN_HEAD.exec(text)![0];
  const line = /^([\w.:-]+)([^\n>]*)>{0,4}[ \t]*(?:\r?\n)?/.exec(text.slice(head.length));
  if (!line) return { problem: UNREADABLE };
  const tool = toolNamed(line[1]!, tools);
  if (!tool) return fitCall(line[1]!, {}, tools);
  if (!whole && tool.body !== undefined) return { problem: CUT_OFF };
  const rest = text.slice(head.length + line[0].length).replace(/\r?\n?[ \t]*<{2,4}\s*\/?\s*end\b[^\n]*\s*$/i, '');
  const span = jsonSpans(rest)[0];
  if (span?.start === rest.search(/\S/) && tool.body === undefined) return fitCall(tool.name, jsonOf(span.text), tools);
  const args: Record<string, unknown> = attributes(line[2] ?? '');
  const lines = rest.split('\n');
  let at = 0;
  for (; at < lines.length; at++) {
    const field = /^\s*["']?([A-Za-z_]+)["']?\s*[:=]\s*(.*?)\s*$/.exec(lines[at]!);
    const key = field ? parameterNamed(field[1]!, tool) : undefined;
    if (!field || key === undefined || key === tool.body) {
      if (lines[at]!.trim() === '' && at === 0) continue;
      break;
    }
    args[key] = unquoted(field[2]!);
  }
  if (tool.body !== undefined && args[tool.body] === undefined) {
    const body = unfenced(lines.slice(at).join('\n')).replace(/^\s*(?:command|body|content)\s*:[ \t]*/i, '');
    if (body.trim() !== '') args[tool.body] = body;
  } else if (lines.slice(at).join('').trim() !== '' && Object.keys(args).length === 0) {
    return fitCall(tool.name, unquoted(lines.slice(at).join('\n').trim()), tools);
  }
  return fitCall(tool.name, args, tools);
}

/** Qwen3-Coder, MiniMax, Claude: `<function=read><parameter=path>…`; Cline: `<read><path>…`. */
function parseXml(text: string, tools: readonly ToolSpec[], whole: boolean): CallOutcome[] | undefined {
  const heads = [...text.matchAll(/<(?:function|invoke|tool)(?:\s*=\s*|\s+name\s*=\s*)["']?([\w.:-]+)["']?\s*>/gi)];
  const own = /^\s*(?:<tool_?(?:call|use)s?>\s*)?<([\w-]+)((?:\s+[\w-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/i.exec(
    text,
  );
  if (heads.length === 0 && own && toolNamed(own[1]!, tools)) {
    const args = { ...elements(text.slice(own[0].length), toolNamed(own[1]!, tools)!, whole), ...attributes(own[2]!) };
    return [args.cut ? { problem: CUT_OFF } : fitCall(own[1]!, args, tools)];
  }
  if (heads.length === 0) return undefined;
  return heads.map((head, index): CallOutcome => {
    const tool = toolNamed(head[1]!, tools);
    if (!tool) return fitCall(head[1]!, {}, tools);
    const body = text.slice(head.index + head[0].length, heads[index + 1]?.index);
    const { cut, ...args } = elements(body, tool, whole || index + 1 < heads.length);
    if (cut) return { problem: CUT_OFF };
    const span = Object.keys(args).length === 0 ? jsonSpans(body)[0] : undefined;
    return span ? fitCall(tool.name, jsonOf(span.text), tools) : fitCall(tool.name, args, tools);
  });
}

/** Parameters as elements. One that is not closed ends where the next begins; `cut`: the answer ended in it. */
function elements(text: string, tool: ToolSpec, whole: boolean): Record<string, unknown> & { cut?: true } {
  const args: Record<string, unknown> = {};
  const opening = /<(?:parameter\s*(?:=\s*|\s+name\s*=\s*)["']?([\w-]+)["']?|([\w-]+))\s*>/gi;
  for (let found = opening.exec(text); found; found = opening.exec(text)) {
    const key = parameterNamed(found[1] ?? found[2]!, tool);
    if (key === undefined || (found[2] && !tool.parameters.properties)) continue;
    const start = opening.lastIndex;
    const rest = text.slice(start);
    const close = rest.search(found[1] ? /<\/parameter\s*>/i : new RegExp(`</${found[2]}\\s*>`, 'i'));
    const other = rest.search(/<parameter\s*(?:=|\s+name)|<\/(?:function|invoke|tool)/i);
    const end = close >= 0 && (other < 0 || close < other) ? close : other;
    if (end < 0 && !whole) return { cut: true };
    const value = end < 0 ? rest.replace(/<\/[\w|-]*>?\s*$/, '') : rest.slice(0, end);
    if (!(key in args)) args[key] = value.replace(/^\r?\n/, '').replace(/\r?\n[ \t]*$/, '');
    opening.lastIndex = start + Math.max(0, end);
    if (end < 0) break;
  }
  return args;
}

/** Mistral `read[ARGS]{…}`, gpt-oss `to=functions.read …{…}`, DeepSeek and Kimi with their separators, `read {…}`. */
function parseNamedJson(text: string, tools: readonly ToolSpec[]): CallOutcome[] | undefined {
  const brace = text.indexOf('{');
  if (brace < 0) return undefined;
  const before = text.slice(0, brace);
  const channel = /\bto\s*=\s*([\w.:-]+)/.exec(before);
  const named =
    channel ??
    /(?:^|[\s\]>▁｜|])([A-Za-z_][\w.:-]*)\s*(?:\[ARGS\]|\[CALL_ID\]\w*\[ARGS\]|<｜tool▁sep｜>|<\|[a-z_]+\|>|json|```json|\s)*$/.exec(
      before,
    );
  if (!named || (!channel && !toolNamed(named[1]!, tools))) return undefined;
  const span = spanAt(text, brace);
  if (span.state === 'inText') return [{ problem: CUT_OFF }];
  const value = jsonOf(span.text);
  // A whole call behind a word that is the name of a tool, too: `I call read {"name": "read", …}`.
  if (isRecord(value) && callOf(value, tools)) return undefined;
  const rest = parseNamedJson(text.slice(span.end), tools) ?? [];
  return [value === undefined ? { problem: UNREADABLE } : fitCall(named[1]!, value, tools), ...rest];
}

/** Hermes, Qwen, Llama 3, Mistral: objects with a name and arguments. */
function parseJson(text: string, tools: readonly ToolSpec[]): CallOutcome[] | undefined {
  const quoted = /^[^{["]*("(?:[^"\\]|\\.)*")\s*(?:<|$)/.exec(text);
  const inner = quoted ? jsonOf(quoted[1]!) : undefined;
  if (typeof inner === 'string' && /^\s*[{[]/.test(inner)) return parseJson(inner, tools);
  const outcomes: CallOutcome[] = [];
  for (const span of jsonSpans(text)) {
    if (span.state === 'inText') outcomes.push({ problem: CUT_OFF });
    else outcomes.push(...outcomesOf(jsonOf(span.text), tools));
  }
  return outcomes.length > 0 ? outcomes : undefined;
}

function outcomesOf(value: unknown, tools: readonly ToolSpec[]): CallOutcome[] {
  if (Array.isArray(value)) return value.flatMap((item) => outcomesOf(item, tools));
  if (typeof value === 'string') return outcomesOf(jsonOf(value), tools);
  if (!isRecord(value)) return [];
  if (Array.isArray(value.tool_calls)) return outcomesOf(value.tool_calls, tools);
  const found = callOf(value, tools);
  return [found ? fitCall(found.name, found.arguments, tools) : { problem: UNREADABLE }];
}

/** A name and its arguments, wherever the object has them. */
function callOf(
  value: Record<string, unknown>,
  tools: readonly ToolSpec[],
): { name: string; arguments: unknown } | undefined {
  const entries = Object.entries(value);
  const get = (keys: readonly string[]): [string, unknown] | undefined =>
    entries.find(([key]) => keys.some((wanted) => wanted.toLowerCase() === key.toLowerCase().trim()));
  const [nameKey, name] = get(NAME_KEYS) ?? [];
  if (isRecord(name)) return callOf(name, tools);
  if (typeof name === 'string') {
    const given = get(ARGUMENT_KEYS);
    if (given) return { name, arguments: given[1] };
    const rest = Object.fromEntries(entries.filter(([key]) => key !== nameKey && key !== 'type' && key !== 'id'));
    return { name, arguments: rest };
  }
  const [key, only] = entries[0] ?? [];
  return entries.length === 1 && key !== undefined && toolNamed(key, tools)
    ? { name: key, arguments: only }
    : undefined;
}

/** `[read(path="a.ts", from=1)]`, as Llama 3.2 and Gemma write it. */
function parsePython(text: string, tools: readonly ToolSpec[]): CallOutcome[] | undefined {
  const outcomes: CallOutcome[] = [];
  const heads = /([A-Za-z_][\w.]*)\s*\(/g;
  for (let head = heads.exec(text); head; head = heads.exec(text)) {
    const tool = toolNamed(head[1]!, tools);
    if (!tool) continue;
    const span = spanAt(text, heads.lastIndex - 1);
    if (span.state === 'inText') return [...outcomes, { problem: CUT_OFF }];
    const inside = span.text.slice(1).replace(/\)$/, '').trim();
    // Keyword arguments are an object whose colons are spelled `=`.
    const keyed = /^[A-Za-z_]\w*\s*=/.test(inside);
    const value = keyed
      ? jsonOf(`{${keywords(inside)}}`)
      : inside.startsWith('{')
        ? jsonOf(inside)
        : positional(jsonOf(`[${inside}]`), tool);
    outcomes.push(value === undefined ? { problem: UNREADABLE } : fitCall(tool.name, value, tools));
    heads.lastIndex = span.end;
  }
  return outcomes.length > 0 ? outcomes : undefined;
}

function keywords(inside: string): string {
  return inside.replace(
    /("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([A-Za-z_]\w*)\s*=(?!=)/g,
    (_all, text: string | undefined, key: string) => text ?? `"${key}":`,
  );
}

function positional(values: unknown, tool: ToolSpec): Record<string, unknown> | undefined {
  if (!Array.isArray(values)) return undefined;
  const names = Object.keys(tool.parameters.properties ?? {});
  return Object.fromEntries(values.slice(0, names.length).map((value, index) => [names[index]!, value]));
}

/** `Action: read` and `Action Input: …`; `name: read` with a line for each parameter. */
function parseLines(text: string, tools: readonly ToolSpec[]): CallOutcome[] | undefined {
  const name = /^\s*(?:<[\w|]+>\s*)?(?:action|tool|name|function)\s*:\s*["'`]?([\w.-]+)["'`]?\s*$/im.exec(text);
  const tool = name ? toolNamed(name[1]!, tools) : undefined;
  if (!name || !tool) return undefined;
  const args: Record<string, unknown> = {};
  for (const [, key, value] of text.slice(name.index + name[0].length).matchAll(/^\s*([\w ]+?)\s*:\s*(.+?)\s*$/gm)) {
    if (plainInput(key!)) return [fitCall(tool.name, unquoted(value!), tools)];
    const right = parameterNamed(key!, tool);
    if (right !== undefined) args[right] = unquoted(value!);
  }
  return [fitCall(tool.name, args, tools)];
}

const plainInput = (key: string): boolean => /^(?:action[ _])?input$/i.test(key);

function attributes(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))/g)];
  return Object.fromEntries(pairs.map(([, key, double, single, bare]) => [key!, double ?? single ?? bare ?? '']));
}

const unquoted = (text: string): string => /^(["'`])(.*)\1,?$/s.exec(text)?.[2] ?? text;
/** A body that a model has put into a fence of its own. */
const unfenced = (text: string): string => /^\s*```[^\n]*\n(.*?)\n?```\s*$/s.exec(text)?.[1] ?? text;
