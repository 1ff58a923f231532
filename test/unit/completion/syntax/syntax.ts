import type { CompletionRequest } from '../../../../src/completion/request.ts';
import { scopeOf } from '../../../../src/completion/scope.ts';
import { endOf } from '../../../../src/completion/stops.ts';
import type { CodePlace } from '../../../../src/completion/syntax/codePlace.ts';
import { Syntax } from '../../../../src/completion/syntax/syntax.ts';
import { GRAMMARS } from '../../../../src/syntax/languages.ts';
import { place } from '../place.ts';

/** With every grammar loaded. */
export const syntax = new Syntax(import.meta.url);
for (const { languageIds } of GRAMMARS) await syntax.load({ path: '', languageId: languageIds[0]! });

/** The place of `|` in a file, as its grammar reads it. */
export function codeAt(languageId: string, file: string): CodePlace {
  const near = place(file);
  const cursor = near.prefix.length;
  const code = syntax.at({ ...near, place: { start: 0, cursor, end: file.length - 1 } }, { path: '', languageId });
  if (code === undefined) throw new Error(`no grammar for ${languageId}`);
  return code;
}

const requestFor = (languageId: string, file: string, width: number): CompletionRequest => ({
  path: '',
  languageId,
  ...place(file),
  indentation: { tabs: false, width },
});

export const scopeAt = (languageId: string, file: string, width = 2) =>
  scopeOf(place(file), requestFor(languageId, file, width), codeAt(languageId, file));

/** Where a text that is generated at `|` ends. */
export function endAt(languageId: string, file: string, text: string, width = 2): number | null {
  const code = codeAt(languageId, file);
  return endOf(text, scopeOf(place(file), requestFor(languageId, file, width), code), width, code);
}
