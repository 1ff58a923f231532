import { scanBrackets } from '../brackets.ts';
import { kindOf, marksOf } from '../marks.ts';
import { isBlank, lineAfter, lineBefore } from '../text.ts';
import { type Filter, type FilterContext, shortened } from './filter.ts';

/** No comma before the closer, ever. JSON with comments takes one in some readers only. */
const NONE = new Set(
  words('json jsonc jsonl geojson webmanifest ipynb code-workspace sql haskell hs elm erlang erl elixir ex exs prolog'),
);
/** None behind the last argument of a call. */
const NONE_IN_CALLS = new Set(words('c h cpp cc cxx hpp java csharp cs lua sql objective-c m mm r css less'));
/** None in a table between braces. */
const NONE_IN_BRACES = new Set(words('toml'));
/** A line of a list ends with a comma, the last one too. */
const ALWAYS = new Set(words('go'));
/** What follows a list in a query. */
const CLAUSE = /^\s*(?:from|where|group|order|having|limit|union|returning|values|into|on)\b/i;
const JSON_LIKE = new Set(words('json jsonc geojson webmanifest ipynb code-workspace'));
const JSON_VALUE = String.raw`(?:"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|\[.*\]|\{.*\}|[\]}])`;
const JSON_PROPERTY = new RegExp(String.raw`^\s*"(?:[^"\\]|\\.)*"\s*:\s*${JSON_VALUE}$|^\s*[\]}]$`);
const JSON_ELEMENT = new RegExp(String.raw`^\s*${JSON_VALUE}$`);

function words(text: string): string[] {
  return text.split(' ');
}

/** The comma at the end of the last element is there where the language wants it, and not where it refuses it. */
export const separators: Filter = (draft, context) => {
  const { suffix } = context;
  const kind = kindOf(context);
  const following = suffix.slice(draft.over);
  const next = following.trimStart()[0];
  const text = draft.text.trimEnd();
  if (next === undefined || isBlank(text)) return draft;
  const refused =
    (NONE.has(kind) && ')]}'.includes(next)) ||
    (NONE_IN_CALLS.has(kind) && next === ')') ||
    (NONE_IN_BRACES.has(kind) && next === '}') ||
    (kind.endsWith('sql') && CLAUSE.test(following));
  if (draft.tail !== '') {
    const tail = refused ? draft.tail.replace(/\s*,\s*$/, '') : draft.tail;
    return tail === '' ? { ...draft, over: 0, tail } : { ...draft, tail };
  }
  if (text.endsWith(',')) {
    return refused ? cut(draft, text.replace(/\s*,$/, '') + draft.text.slice(text.length)) : draft;
  }
  return isBlank(lineAfter(following)) && lacksComma(text, next, kind, context)
    ? { ...draft, text: `${text},` }
    : draft;
};

function cut(draft: Parameters<Filter>[0], text: string): ReturnType<Filter> {
  return isBlank(text) ? null : shortened(draft, text);
}

/** An element that is whole, in a list that goes on below, or in a language whose lists end so. */
function lacksComma(text: string, next: string, kind: string, { prefix, ...context }: FilterContext): boolean {
  const line = (lineBefore(prefix) + text).split('\n').at(-1)!;
  if (JSON_LIKE.has(kind)) {
    const container = scanBrackets(prefix, [], marksOf(context)).owed.at(-1);
    if (!/["{[\d\-tfn]/.test(next)) return false;
    return container === '}' ? JSON_PROPERTY.test(line) : container === ']' && JSON_ELEMENT.test(line);
  }
  if (!ALWAYS.has(kind) || !')}'.includes(next)) return false;
  const above = prefix.slice(0, prefix.length - lineBefore(prefix).length).trimEnd();
  return above.endsWith(',') && scanBrackets(text, [], marksOf(context)).owed.length === 0;
}
