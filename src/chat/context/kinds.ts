/** The kinds of context, as they are named behind an `@`. */
import type { AttachmentKind, MentionKind, Suggestion } from '../view/protocol.ts';

export const MENTIONS: readonly MentionKind[] = [
  { name: 'file', description: 'A file, whole', takesName: true },
  { name: 'selection', description: 'What is selected in the editor', takesName: false },
  { name: 'symbol', description: 'A definition: function, class, …', takesName: true },
  { name: 'problems', description: 'What the editor knows to be wrong', takesName: false },
  { name: 'diff', description: 'Uncommitted changes', takesName: false },
  { name: 'open', description: 'All open files', takesName: false },
  { name: 'folder', description: 'What is in a folder, and what it defines', takesName: true },
  { name: 'terminal', description: 'The last command and what it wrote', takesName: false },
  { name: 'codebase', description: 'What the project has on the question', takesName: false },
];

export const isKind = (name: string): name is AttachmentKind => MENTIONS.some((kind) => kind.name === name);

/** Kinds whose names begin so. @param without kinds that are not there now. */
export function kindsLike(query: string, without: readonly AttachmentKind[] = []): Suggestion[] {
  return MENTIONS.filter(({ name }) => name.startsWith(query.toLowerCase()) && !without.includes(name)).map(
    ({ name, description }) => ({ kind: name, value: '', label: name, detail: description }),
  );
}
