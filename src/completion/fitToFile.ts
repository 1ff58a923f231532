/** Puts a suggestion into the file's own indentation and line endings. */
import type { Draft } from './closers.ts';
import type { Surroundings } from './prompt.ts';
import type { Indentation } from './request.ts';
import { columns, isBlank, type LineEnding, leadingSpace, lineBefore, withLineEnding } from './text.ts';

/** The draft as it goes into the file: no space at its end, no indentation twice, tabs or spaces as the file has them. */
export function fitToFile(draft: Draft, { prefix }: Surroundings, indentation: Indentation, ending: LineEnding): Draft {
  let text = draft.text;
  const before = lineBefore(prefix);
  if (before !== '' && isBlank(before)) {
    // The editor has indented this line already.
    text = text.replace(/^(?:[ \t]*\n)*[ \t]+|^(?:[ \t]*\n)+/, '');
  }
  // The tail goes on where the text ends only if something stays between them.
  if (draft.over === 0) text = text.trimEnd();
  return {
    text: withLineEnding(reindent(text, indentation), ending),
    over: draft.over,
    tail: withLineEnding(reindent(draft.tail, indentation), ending),
  };
}

/** Rewrites the indentation of every line but the first, where it is not what the file uses. */
function reindent(text: string, { tabs, width }: Indentation): string {
  const [first = '', ...rest] = text.split('\n');
  if (rest.length === 0) return text;
  const foreign = rest.filter((line) => leadingSpace(line).includes(tabs ? '  ' : '\t'));
  if (foreign.length === 0) return text;
  const unit = tabs ? Math.min(...foreign.map((line) => leadingSpace(line).replaceAll('\t', '').length)) : width;
  const lines = rest.map((line) => {
    const space = leadingSpace(line);
    const column = columns(space, unit);
    const written = tabs ? '\t'.repeat(Math.floor(column / unit)) + ' '.repeat(column % unit) : ' '.repeat(column);
    return isBlank(line) ? '' : written + line.slice(space.length);
  });
  return [first, ...lines].join('\n');
}
