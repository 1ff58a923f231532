import { blockWordsOf } from '../blockWords.ts';
import { kindOf } from '../marks.ts';
import { columns, isBlank, lineBefore } from '../text.ts';
import type { Filter, FilterContext } from './filter.ts';
import { linesAround } from './rows.ts';

/** Words that go on with a block or end it, in any language; before an arrow, `else` is one of several cases, and `ensure` may be called. */
const CLAUSE = /^(?:(?:else(?!\s*[-=]>)|elif|elsif|elseif|except|finally|rescue)\b|ensure\s*(?:\n|$))/;
/** A case, which ends the one before it. */
const LABEL = /^(?:case\b.*(?::|[-=]>)|default\s*(?::|->))/;
const RUBY = /^(?:ruby|rb|crystal|cr)$/;
const RUBY_LABEL = /^(?:when|in)\b/;
const HOLDS_CASES = /\b(?:switch|select|match)\b/;
/** Depth alone ends a block. */
const BY_DEPTH = /^(?:python|pyi?|ya?ml|nim|coffee(?:script)?)$/;
/** A line as deep as what ends its block. */
const BEGINS_BLOCK =
  /^(?:if|else|elif|elsif|for|while|until|unless|try|except|with|def|do|begin|case|when|then|[}])|[{:]$|\b(?:do|then)$/;

/** So far above is looked. */
const LINES_ABOVE = 60;

/**
 * Rejects what ends a block, or goes on with it, where the editor has put the cursor deeper than that: taken there, it is
 * laid out wrongly, and in Python no program.
 */
export const wrongDepth: Filter = (draft, context) => {
  const { prefix, suffix, width, markdown } = context;
  const before = lineBefore(prefix);
  const text = draft.text.trimStart();
  if (markdown || before === '' || !isBlank(before)) return draft;
  if (/^\s*\n/.test(draft.text)) {
    // Blank lines go, and what is less deep below them would be as deep as the cursor.
    const first = draft.text.replace(/^(?:[ \t]*\n)+/, '');
    return BY_DEPTH.test(kindOf(context)) && columns(first, width) < columns(before, width) ? null : draft;
  }
  if (isInCase(text, context)) return null;
  if (!endsBlock(text, context)) return draft;
  const above = linesAround({ prefix, suffix }, 1).above[0];
  if (above === undefined) return draft;
  const [depth, deep] = [columns(before, width), columns(above, width)];
  if (deep > depth) return draft;
  return deep === depth && begins(above.trim(), text) ? draft : null;
};

/** A case begins within another, which no block of its own holds there. */
function isInCase(text: string, context: FilterContext): boolean {
  const labels = RUBY.test(kindOf(context)) ? RUBY_LABEL : LABEL;
  if (!labels.test(text)) return false;
  const depth = columns(lineBefore(context.prefix), context.width);
  const holder = linesAround(context, LINES_ABOVE).above.find((line) => columns(line, context.width) < depth);
  return holder !== undefined && labels.test(holder.trim()) && !HOLDS_CASES.test(holder);
}

function endsBlock(text: string, context: FilterContext): boolean {
  if (text.startsWith('}') || text.startsWith('</') || CLAUSE.test(text)) return true;
  return blockWordsOf(context)?.ends.test(text) ?? false;
}

function begins(above: string, text: string): boolean {
  const tag = /^<\/([\w.:-]*)/.exec(text)?.[1];
  return tag === undefined ? BEGINS_BLOCK.test(above) : above.startsWith(`<${tag}`) && !above.includes('</');
}
