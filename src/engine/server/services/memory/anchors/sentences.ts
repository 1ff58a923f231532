/**
 * Which sentences are true now. An anchor that moved keeps its sentence true only as far as the sentence does not name the
 * old place: a name is replaced where it surely means what was renamed, and where that is in doubt the sentence is not used.
 */
import type { CheckedAnchor, CheckedSentence, MemoryAnchor, MemorySentence } from '../../../../protocol/index.ts';
import { type AnchorChecker, isTrue } from '../items.ts';

/** The sentences in their order, with the names that their code has now. All their anchors are checked at once. */
export async function checkSentences(
  checker: AnchorChecker,
  sentences: readonly MemorySentence[],
): Promise<CheckedSentence[]> {
  const checked = await checker.check(sentences.flatMap(({ anchors }) => anchors));
  let at = 0;
  return sentences.map(({ text, anchors }) => {
    const now = checked.slice(at, at + anchors.length);
    at += anchors.length;
    return judged(text, anchors, now);
  });
}

/** What is kept of a sentence that followed its code: its anchors are where the code is now. */
export function followed({ text, anchors }: CheckedSentence): MemorySentence {
  return { text, anchors: anchors.map(({ path, symbol, hash }) => ({ path, symbol, hash })) };
}

function judged(text: string, before: readonly MemoryAnchor[], anchors: CheckedAnchor[]): CheckedSentence {
  if (!anchors.every(({ state }) => isTrue(state))) return { text, anchors, isTrue: false };
  let now: string | undefined = text;
  for (const [at, anchor] of anchors.entries()) {
    if (anchor.state === 'moved' && now !== undefined) now = renamed(now, before[at]!, anchor);
  }
  return { text: now ?? text, anchors, isTrue: now !== undefined };
}

/** Undefined where it is in doubt what the text means. */
function renamed(text: string, before: MemoryAnchor, now: MemoryAnchor): string | undefined {
  let result = text;
  if (before.path !== now.path) {
    result = replaced(result, before.path, now.path);
    const [oldName, newName] = [fileName(before.path), fileName(now.path)];
    if (oldName !== newName) result = replaced(result, oldName, newName);
  }
  if (before.symbol === null || now.symbol === null || before.symbol === now.symbol) return result;
  const old = before.symbol.split('.');
  const is = now.symbol.split('.');
  if (old.length > 1) result = replaced(result, before.symbol, now.symbol);
  const [oldName, newName] = [old.at(-1)!, is.at(-1)!];
  // Names that the new ones bring in again are none of the old.
  const rest = replaced(result, now.symbol, '');
  if (oldName !== newName) {
    if (mentions(rest, oldName).some(({ sure }) => !sure)) return undefined;
    result = replaced(result, oldName, newName);
  }
  const leftBehind = old.slice(0, -1).filter((name) => !is.includes(name));
  return leftBehind.some((name) => mentions(rest, name).length > 0) ? undefined : result;
}

/** Places where a name stands by itself; `sure`: as code, and not as a part of something else. */
function mentions(text: string, name: string): { sure: boolean }[] {
  const isCode = /[a-z\d][A-Z]|[_$\d]/.test(name);
  return [...text.matchAll(alone(name))].map(({ index }) => {
    const before = text.slice(0, index);
    const behind = text[index + name.length];
    const ofAnother = before.endsWith('.') && !/(?:^|[^\w$.])(?:this|self)\.$/.test(before);
    return { sure: !ofAnother && (isCode || behind === '(' || (before.endsWith('`') && behind === '`')) };
  });
}

const replaced = (text: string, old: string, is: string): string => text.replace(alone(old), () => is);
const alone = (name: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}_$#/-])${name.replace(/[/$.*+?^(){}|[\]\\]/g, '\\$&')}(?![\\p{L}\\p{N}_$])`, 'gu');
const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
