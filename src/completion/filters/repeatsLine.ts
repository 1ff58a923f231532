import { kindOf, marksOf } from '../marks.ts';
import { isBlank, isWord, lineAfter, lineBefore } from '../text.ts';
import { type Filter, type FilterContext, shortened } from './filter.ts';

const WORDS = /[\p{L}\p{N}_$]+/gu;

/** Words that never stand twice. */
const KEYWORD =
  /(?:^|[^\p{L}\p{N}_$.])([#@]?(?:return|const|let|var|val|import|include|define|from|export|default|class|def|defp|function|func|fun|fn|new|await|async|yield|throw|raise|if|elif|unless|for|foreach|while|switch|match|case|package|using|use|require|public|private|protected|static|final|struct|enum|interface|type|impl|trait|mod|pub|namespace|select|insert|update|delete|where|typeof|extends|implements))\s+$/iu;
/** Marks at the beginning of a line. */
const LIST_MARK = /^[ \t]*((?:[-*+]|\d+[.)]|>|#{1,6})(?: \[[ x]\])?)[ \t]+$/;
/** Behind these, what was there before them is not said again: `self.` and `self.name`, `total =` and `total = 1`. */
const LEADS_ON = /(?:\.|(?:::|->|[^=!<>]=|:=)\s*)$/;
/** Elements that do not stand directly in their like. */
const NO_NEST = /<(li|p|h[1-6]|a|button|option|td|th|tr|label|title)>$/i;
/** A shorter word may stand twice. */
const LEAST_WORD = 3;

/**
 * Takes off the beginning of an answer that says again what stands before the cursor: the whole line (`const a = |` and `const a =
 * b;`), its end, the word that is begun, or a mark. A single word may stand twice, and so may an element of a list.
 */
export const repeatsLine: Filter = (draft, context) => {
  const { prefix } = context;
  const start = draft.text.search(/\S/);
  if (start < 0) return draft;
  const before = lineBefore(prefix);
  const again = saidAgain(before, draft.text, start, context);
  if (again === 0) return draft;
  const rest = draft.text.slice(start + again);
  if (isBlank(rest)) return null;
  return shortened(draft, /\s$/.test(prefix) ? rest.trimStart() : rest);
};

/** How many characters of the text, from its first word on, stand before the cursor already. */
function saidAgain(before: string, text: string, start: number, context: FilterContext): number {
  const said = text.slice(start);
  const line = before.trim();
  if (line.endsWith(',')) return 0;
  if ((line.match(WORDS)?.length ?? 0) >= 2 && said.startsWith(line)) return line.length;
  if (start === 0) {
    const begun = partOfWord(before, said);
    if (begun > 0) return begun;
  }
  return (
    markAgain(before, said, context) || (/\s$/.test(before) ? keywordAgain(before, said) : 0) || endAgain(before, said)
  );
}

/** A word that is begun, and begins the text. */
function partOfWord(before: string, said: string): number {
  const word = /[\p{L}\p{N}_$]+$/u.exec(before)?.[0] ?? '';
  return word.length >= LEAST_WORD && said.startsWith(word) && !/^\d/.test(word) ? word.length : 0;
}

function keywordAgain(before: string, said: string): number {
  const word = KEYWORD.exec(before)?.[1];
  return word !== undefined && said.startsWith(word) && !isWord(said[word.length]) ? word.length : 0;
}

/** The end of the line, from the beginning of a word on, where it leads on to what comes. */
function endAgain(before: string, said: string): number {
  if (!LEADS_ON.test(before)) return 0;
  const end = before.trimEnd();
  for (const { index } of before.matchAll(WORDS)) {
    const part = end.slice(index);
    if (said.startsWith(part)) return part.length;
  }
  const mark = /(?:::|->|[.=])$/.exec(end)?.[0] ?? '';
  if (mark === '.') return said.startsWith('.') && isWord(said[1]) && !/[\d.]\.$/.test(end) ? 1 : 0;
  if (mark === '=') return end !== before && /^=\s*[^=>\s]/.test(said) ? 1 : 0;
  return said.startsWith(mark) && isWord(said[mark.length]) ? mark.length : 0;
}

/** A mark of a comment, a list, a name or an element. */
function markAgain(before: string, said: string, context: FilterContext): number {
  const { comment } = marksOf(context);
  const kind = kindOf(context);
  const line = before.trim();
  const list = LIST_MARK.exec(before)?.[1];
  const isList = context.markdown || /^ya?ml$/.test(kind) || list === '*';
  if (list !== undefined && isList && said.startsWith(`${list} `)) return list.length + 1;
  // One that documents something has more strokes, or a mark of its own.
  const inComment = /(?:^|\s)([^\s\p{L}\p{N}"'`]+)$/u.exec(line)?.[1];
  if (inComment?.startsWith(comment) && said.startsWith(inComment) && !context.markdown) return inComment.length;
  if ((line === '#' || line === '@') && !context.markdown && kind !== 'ruby' && kind !== 'rb') {
    if (said.startsWith(line) && isWord(said[1])) return 1;
  }
  if (before.endsWith('$') && kind === 'php' && /^\$\w/.test(said)) return 1;
  const isMarkup = /^(?:html?|vue|svelte|xml|[jt]sx|(?:java|type)scriptreact|astro|php)$/.test(kind);
  if (before.endsWith('<') && isMarkup && /^<[\p{L}]/u.test(said)) return 1;
  const quote = before.at(-1)!;
  if (
    /["'`]/.test(quote ?? '') &&
    lineAfter(context.suffix).startsWith(quote) &&
    said[0] === quote &&
    isWord(said[1])
  ) {
    return said.indexOf(quote, 1) > 0 ? 1 : 0;
  }
  const element = NO_NEST.exec(before)?.[0];
  return element !== undefined && said.startsWith(element) ? element.length : 0;
}
