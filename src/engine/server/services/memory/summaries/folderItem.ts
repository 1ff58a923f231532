/** What a folder or the whole workspace is for: its README, its manifest, and what its most central files say of themselves. */
import type { MemoryItem, MemorySentence } from '../../../../protocol/index.ts';
import type { NewItem } from '../items.ts';
import { partsOf } from './anchoring.ts';
import { itemOf } from './item.ts';
import { MANIFEST } from './manifests.ts';
import { README } from './pages.ts';
import { fitting, LONGEST_TEXT, listed, plural, tokensOf } from './wording.ts';

/** Files and folders that are named in one sentence. */
const MOST_NAMED = 12;
/** Sentences about one folder in the one around it. */
const MOST_OF_FOLDER = 6;
const MOST_OF_README = 4;

/**
 * @param children items of the files and folders right in it.
 * @param readme sentences of its README, with their anchors.
 * @param rank how central a file or folder is.
 * @returns undefined where nothing is left to say.
 */
export function folderItem(
  path: string,
  children: readonly MemoryItem[],
  readme: readonly MemorySentence[],
  rank: (path: string) => number,
): NewItem | undefined {
  const ranked = children
    .filter((child) => child.path !== null && child.sentences.length > 0)
    .map((child) => ({ child, rank: rank(child.path!) }))
    .sort((a, b) => b.rank - a.rank || (a.child.path! < b.child.path! ? -1 : 1));
  const sentences: MemorySentence[] = [];
  for (const sentence of readme.slice(0, MOST_OF_README)) {
    const isFirst = sentences.length === 0;
    sentences.push(isFirst && path !== '' ? { ...sentence, text: `${path}: ${sentence.text}` } : sentence);
  }
  for (const { child } of ranked) if (MANIFEST.test(child.path!)) sentences.push(...child.sentences);
  const members = ranked.filter(({ child }) => !MANIFEST.test(child.path!) && !README.test(child.title));
  const naming = named(
    path,
    members.map(({ child }) => child),
  );
  if (naming !== undefined) sentences.push(naming);
  sentences.push(...chosen(members, LONGEST_TEXT - tokensOf(sentences.map(({ text }) => text).join(' '))));
  const title = path === '' ? 'workspace' : path.slice(path.lastIndexOf('/') + 1);
  const kind = path === '' ? 'workspace' : 'folder';
  const item = itemOf(
    { kind, key: path === '' ? 'workspace' : `folder:${path}`, title, path: path === '' ? null : path },
    sentences,
  );
  const models = children.filter(({ made }) => made === 'model').flatMap((child) => child.sentences);
  const isModels = item?.sentences.some(({ text }) => models.some((other) => other.text === text));
  return item && { ...item, made: isModels ? 'model' : 'extracted' };
}

/** Which files and folders there are, the most central first; it holds while all that it names are as they were. */
function named(path: string, members: readonly MemoryItem[]): MemorySentence | undefined {
  const shown = members.slice(0, MOST_NAMED);
  const anchors = shown.flatMap(({ sentences }) =>
    sentences[0]!.anchors.slice(0, 1).map((anchor) => ({ ...anchor, hash: partsOf(anchor.hash).code })),
  );
  if (anchors.length === 0) return undefined;
  const parts = (['folder', 'file'] as const).flatMap((kind) => {
    const names = shown.filter((child) => child.kind === kind).map(({ title }) => title);
    return names.length === 0 ? [] : `the ${plural(kind, names.length)} ${listed(names)}`;
  });
  const verb = members.length > shown.length ? 'has, with others,' : 'has';
  return { text: `${path === '' ? 'The workspace' : path} ${verb} ${parts.join(', and ')}.`, anchors };
}

/** Sentences of the members by how central each is, taking turns: the second of one counts a third of its first. */
function chosen(members: readonly { child: MemoryItem; rank: number }[], tokens: number): MemorySentence[] {
  const offers = members.flatMap(({ child, rank }, order) => {
    const leads = child.kind === 'folder' ? leadsOf(child).slice(0, MOST_OF_FOLDER) : child.sentences.slice(0, 1);
    return leads.map((sentence, index) => ({ sentence, worth: rank / (2 * index + 1), order: order + index / 10 }));
  });
  offers.sort((a, b) => b.worth - a.worth || a.order - b.order);
  return fitting(
    offers.map(({ sentence }) => sentence),
    tokens,
  );
}

/** Sentences of a folder that stand for themselves: those that begin with where what they are about lies. */
function leadsOf({ path, sentences }: MemoryItem): MemorySentence[] {
  return sentences.filter(({ text }) => text.startsWith(path!) && !/^\S+ has(?:, with others,)? the f/.test(text));
}
