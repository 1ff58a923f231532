/** What a message says besides its words: the slash command that it begins with, and mentions that were typed by hand. */
import type { AttachmentKind } from '../view/protocol.ts';
import { isKind, MENTIONS } from './kinds.ts';

export interface Mention {
  kind: AttachmentKind;
  /** As `ContextSources.resolve` takes it. */
  value: string;
  /** Where it stands in the text, in UTF-16 code units. */
  start: number;
  end: number;
  /** Written as `@src/a.ts`, without its kind: where no such file exists it is no mention, but only words. */
  guessed: boolean;
}

export interface ParsedMessage {
  /** `rest` is what follows the name, without spaces around. Whether such a command exists is not known here. */
  command: { name: string; rest: string } | null;
  mentions: Mention[];
}

/** Behind a space or a bracket: an at-sign in an address or in code is none. */
const MENTION =
  /(?<=^|[\s([{"'])@(?:([a-z]+):(?:"([^"\n]+)"|([^\s"]+))|([a-z]+)(?![\w./\\:@-])|([\w./\\+~-]+)(?![\w./\\+~(-]))/g;
const NAMED = new Set(MENTIONS.filter(({ takesName }) => takesName).map(({ name }) => name));
/** A file's name has an ending; `@scope/package` has none. */
const FILE = /^(?:[\w.+~-]+[/\\])*[\w.+~-]*\.[A-Za-z]\w{0,9}$/;

export function parseMessage(text: string): ParsedMessage {
  const begins = /^\s*\/([a-z][\w-]*)(?=\s|$)([\s\S]*)$/i.exec(text);
  const command = begins ? { name: begins[1]!, rest: begins[2]!.trim() } : null;
  const mentions: Mention[] = [];
  const words = withoutCode(text);
  for (const match of words.matchAll(MENTION)) {
    const [all, kind, quoted, bare, alone, path] = match;
    const value = quoted ?? (bare ?? path)?.replace(/[.,;:!?)\]}'>]+$/, '') ?? '';
    const start = match.index;
    const end = start + all.length - (quoted === undefined ? (bare ?? path ?? '').length - value.length : 0);
    if (kind !== undefined) {
      if (isKind(kind) && value !== '') mentions.push({ kind, value, start, end, guessed: false });
    } else if (alone !== undefined) {
      if (isKind(alone) && !NAMED.has(alone)) mentions.push({ kind: alone, value: '', start, end, guessed: false });
    } else if (FILE.test(value)) mentions.push({ kind: 'file', value, start, end, guessed: true });
  }
  return { command, mentions };
}

/** Spaces in the place of code, fenced or in backticks: an at-sign there is the code's own. */
function withoutCode(text: string): string {
  return text.replace(/^(`{3,}|~{3,})[\s\S]*?(?:^\1|(?![\s\S]))|(`+)[^`\n]+?\2(?!`)/gm, (code) =>
    ' '.repeat(code.length),
  );
}
