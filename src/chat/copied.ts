/** What the SEARCH parts of an answer are copied from: the files that a conversation is about, as they are now. */
import type { CopyOptions } from '../engine/protocol/index.ts';
import { isMarker } from './apply/hunks.ts';
import { isSamePath } from './apply/plan.ts';
import type { KeptAttachment, MessageEntry } from './conversation/entries.ts';
import type { OpenedChat } from './engineChat.ts';
import { fencedBlocks } from './markdown/split.ts';
import { billionsOf } from './plan.ts';
import { editFormOf, SEARCH_PART } from './prompt/system.ts';
import type { AttachmentKind } from './view/protocol.ts';

/** A file by its address, or as an answer names it. */
export type FilePlace = { uri: string } | { path: string };
/** What a file says now, as the editor has it; undefined where it may not be read, or is not there. */
export type TextOf = (place: FilePlace) => Promise<string | undefined>;

/** Kinds of attachments whose text stands in a file as it is. */
const CODE: readonly AttachmentKind[] = ['file', 'selection', 'symbol', 'open', 'codebase'];
/** The engine copies from no more (`CopyOptions.texts`). */
const MOST_BYTES = 1 << 20;

/** What the SEARCH parts of an answer are held to, where the model is one that is told to write them; see {@link copyFrom}. */
export async function copyFor(
  opened: OpenedChat,
  messages: readonly MessageEntry[],
  textOf: TextOf,
): Promise<CopyOptions | undefined> {
  return editFormOf(billionsOf(opened)) === 'searchReplace' ? copyFrom(messages, textOf) : undefined;
}

/**
 * @param messages of the branch that is answered, also those that are told in short.
 * @returns undefined where there is nothing to copy from, or more than the engine takes: a part of it would be worse than
 * nothing, as an answer could not change the rest.
 */
export async function copyFrom(messages: readonly MessageEntry[], textOf: TextOf): Promise<CopyOptions | undefined> {
  const attached = messages.flatMap((one) => (one.type === 'user' ? one.attachments : [])).filter(isCode);
  const files = await Promise.all([
    ...attached.map(async (one) => ({ name: pathOf(one), text: await attachedText(one, textOf) })),
    ...writtenFiles(messages, attached).map(async ({ file, code }) => ({
      name: file,
      text: (await textOf({ path: file })) ?? code,
    })),
  ]);
  const pasted = messages.flatMap((one) =>
    one.type === 'user' ? fencedBlocks(one.text).map(({ file = '', code }) => ({ name: file, text: code })) : [],
  );
  const once = new Map([...files, ...pasted].map((one) => [`${one.name}\n${one.text}`, one]));
  const all = [...once.values()].flatMap(({ name, text }) => withoutMarkers(text).map((part) => ({ name, part })));
  const bytes = all.reduce((sum, { part }) => sum + Buffer.byteLength(part), 0);
  if (all.length === 0 || bytes > MOST_BYTES) return undefined;
  return {
    ...SEARCH_PART,
    texts: all.map(({ part }) => part),
    names: all.map(({ name }) => name),
    announcing: ANNOUNCING,
  };
}

/** What a line begins with that names the file of the SEARCH parts behind it: of a fenced block, or of a call of a tool. */
const ANNOUNCING = ['```', '~~~', 'path:', 'file:'];

/** Of its address, or of a label, which may name lines. */
function pathOf({ uri, label }: KeptAttachment): string {
  if (uri === undefined) return label.replaceAll('\\', '/').replace(/:\d+(?:-\d+)?$/, '');
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

const isCode = ({ kind, text }: KeptAttachment): boolean => CODE.includes(kind) && text.trim() !== '';

/** As it was attached where the file still says so, else all of the file. */
async function attachedText({ uri, text }: KeptAttachment, textOf: TextOf): Promise<string> {
  const now = uri === undefined ? undefined : await textOf({ uri });
  if (now === undefined) return text;
  const hasLines = `\n${withLf(now)}\n`.includes(`\n${withLf(text).replace(/\n$/, '')}\n`);
  return hasLines ? text : now;
}

/** Blocks of answers that are a file of their own: who wrote it may be asked to change it. Of one file the last. */
function writtenFiles(messages: readonly MessageEntry[], attached: readonly KeptAttachment[]) {
  const files = new Map<string, string>();
  for (const message of messages) {
    if (message.type !== 'assistant') continue;
    for (const { file, code } of fencedBlocks(message.text)) {
      const known = file === undefined || attached.some(({ label, uri }) => isSamePath(file, uri ?? label));
      if (!known && !code.split('\n').some(isMarker)) files.set(file, code);
    }
  }
  return [...files].map(([file, code]) => ({ file, code }));
}

/** The parts of a text between lines that whoever applies the answer would take for markers. */
function withoutMarkers(text: string): string[] {
  const parts: string[][] = [[]];
  for (const line of withLf(text).split('\n')) {
    if (isMarker(line)) parts.push([]);
    else parts.at(-1)!.push(line);
  }
  return parts.map((lines) => lines.join('\n')).filter((part) => part.trim() !== '');
}

const withLf = (text: string): string => text.replace(/\r\n?/g, '\n');
