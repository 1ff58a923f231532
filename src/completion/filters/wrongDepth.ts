import { kindOf } from '../marks.ts';
import { columns, isBlank, lineBefore } from '../text.ts';
import type { Filter, FilterContext } from './filter.ts';
import { linesAround } from './rows.ts';

/** Words that go on with a block or end it, in any language. */
const CLAUSE = /^(?:else|elif|elsif|elseif|except|finally|rescue|ensure)\b/;
/** Words that end a block in some languages, and are names in others. */
const ENDS: readonly [kinds: RegExp, words: RegExp][] = [
  [/^(?:ruby|rb|lua|elixir|exs?|julia|jl|crystal|cr)$/, /^end\b/],
  [/^(?:shellscript|sh|bash|zsh)$/, /^(?:fi|done|esac)\b/],
];
/** A line as deep as what ends its block. */
const BEGINS_BLOCK =
  /^(?:if|else|elif|elsif|for|while|until|unless|try|except|with|def|do|begin|case|[}])|[{:]$|\b(?:do|then)$/;

/**
 * Rejects what ends a block, or goes on with it, where the editor has put the cursor deeper than that: taken there, it is
 * laid out wrongly, and in Python no program.
 */
export const wrongDepth: Filter = (draft, context) => {
  const { prefix, suffix, width, markdown } = context;
  const before = lineBefore(prefix);
  const text = draft.text.trimStart();
  if (markdown || before === '' || !isBlank(before) || /^\s*\n/.test(draft.text) || !endsBlock(text, context))
    return draft;
  const above = linesAround({ prefix, suffix }, 1).above[0];
  if (above === undefined) return draft;
  const [depth, deep] = [columns(before, width), columns(above, width)];
  if (deep > depth) return draft;
  return deep === depth && begins(above.trim(), text) ? draft : null;
};

function endsBlock(text: string, context: FilterContext): boolean {
  if (text.startsWith('}') || text.startsWith('</') || CLAUSE.test(text)) return true;
  const kind = kindOf(context);
  return ENDS.some(([kinds, words]) => kinds.test(kind) && words.test(text));
}

function begins(above: string, text: string): boolean {
  const tag = /^<\/([\w.:-]*)/.exec(text)?.[1];
  return tag === undefined ? BEGINS_BLOCK.test(above) : above.startsWith(`<${tag}`) && !above.includes('</');
}
