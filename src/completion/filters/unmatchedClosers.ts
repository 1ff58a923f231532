import { openStringIn, outsideText, scanBrackets } from '../brackets.ts';
import { kindOf, marksOf } from '../marks.ts';
import { isBlank, lineAfter, lineBefore } from '../text.ts';
import { type Filter, type FilterContext, shortened } from './filter.ts';
import { linesAround } from './rows.ts';

/** Cuts at a closing bracket that neither the text nor the code before it has opened, or that the code below closes. */
export const unmatchedClosers: Filter = (draft, context) => {
  const { prefix, suffix } = context;
  const marks = marksOf(context);
  const line = lineBefore(prefix);
  const code = outsideText(draft.text, line, lineAfter(suffix), marks);
  const string = code === draft.text ? line.length : (openStringIn(line, marks) ?? line.length);
  const before = scanBrackets(prefix.slice(0, prefix.length - line.length + string), [], marks).owed;
  const after = scanBrackets(suffix.slice(draft.over), [], marks).unmatched.map(({ closer }) => closer);
  const free = withoutClosedBelow(before, after);
  const wrong = scanBrackets(code, free, marks).unmatched.find(({ index }) => !endsPattern(draft.text, index, context));
  if (wrong === undefined) return draft;
  const text = draft.text.slice(0, wrong.index);
  return isBlank(text) ? null : shortened(draft, text);
};

const SHELL = /^(?:shellscript|sh|bash|zsh)$/;
const PATTERN = /^\s*[^\s()]+(?:\s*\|\s*[^\s()]+)*$/;
/** What a pattern of a shell's `case` stands below. */
const ABOVE_PATTERN = /(?:\bin|;[;&]{1,2})\s*$/;

function endsPattern(text: string, index: number, context: FilterContext): boolean {
  if (text[index] !== ')' || !SHELL.test(kindOf(context))) return false;
  const lines = (lineBefore(context.prefix) + text.slice(0, index)).split('\n');
  const above = lines.slice(0, -1).findLast((line) => !isBlank(line)) ?? linesAround(context, 1).above[0] ?? '';
  return PATTERN.test(lines.at(-1)!) && ABOVE_PATTERN.test(above);
}

/**
 * What the text may close: the innermost of the closers owed before it, as few as leave the others in step with those
 * that the suffix closes. Both windows may begin or end inside a block, so the outermost of either may be missing.
 */
function withoutClosedBelow(owed: readonly string[], below: readonly string[]): string[] {
  for (let taken = Math.max(0, owed.length - below.length); taken < owed.length; taken++) {
    const left = owed.slice(0, owed.length - taken).reverse();
    if (left.every((closer, index) => closer === below[index])) return owed.slice(owed.length - taken);
  }
  return [...owed];
}
