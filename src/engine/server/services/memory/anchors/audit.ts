/** How well a store keeps to the truth: names that exist, what is stale, what is there twice, secrets. */
import { LRUCache } from 'lru-cache';
import type { CheckedSentence, MemoryAudit, MemoryItem, MemoryKind } from '../../../../protocol/index.ts';
import { wordsOf } from '../../search/words.ts';
import { type AnchorChecker, isTrue } from '../items.ts';
import { copiesIn } from './copies.ts';
import { absentFrom, namesIn } from './names.ts';
import { checkSentences } from './sentences.ts';

export interface AuditParts {
  checker: AnchorChecker;
  /** Words of the code of a file as it is now; undefined where it cannot be read. */
  namesOf(path: string): Promise<ReadonlySet<string> | undefined>;
  /** What secret a text holds, in words without it; undefined: none. */
  secretIn(text: string): string | undefined;
}

/** Kinds that are written for what was said; of the code each place has its own item, however alike they are. */
const SAID: ReadonlySet<MemoryKind> = new Set(['turn', 'session', 'fact', 'proposal']);
/** Sentences that are checked at a time: files are read once for them. */
const AT_A_TIME = 500;
/** Whose names are kept for the next sentence. */
const FILES_KEPT = 64;
const MOST_FINDINGS = 100;

interface Finding {
  id: number;
  what: string;
  /** The larger the worse. */
  weight: number;
}

/**
 * @param items of a store; superseded ones are left out. `stale` is the share of sentences about code that are not true any
 * more and so are never used; `namesThatExist` the share of those that are true whose names are all in their code.
 * @throws the reason of `signal` when it is aborted.
 */
export async function audited(
  items: readonly MemoryItem[],
  { checker, secretIn, ...parts }: AuditParts,
  signal?: AbortSignal,
): Promise<MemoryAudit> {
  const used = items.filter(({ supersededBy }) => supersededBy === null).sort((a, b) => a.id - b.id);
  const findings: Finding[] = [];
  const find = (id: number, weight: number, what: string) => findings.push({ id, what, weight });
  const said = used.flatMap(({ id, path, sentences }) => sentences.map((sentence) => ({ id, path, sentence })));
  const ofCode = said.filter(({ sentence }) => sentence.anchors.length > 0);
  // Those of one file together.
  ofCode.sort((a, b) => ((a.path ?? '') < (b.path ?? '') ? -1 : (a.path ?? '') > (b.path ?? '') ? 1 : a.id - b.id));
  const namesOf = remembering(parts.namesOf);
  let stale = 0;
  let real = 0;
  for (let at = 0; at < ofCode.length; at += AT_A_TIME) {
    signal?.throwIfAborted();
    const some = ofCode.slice(at, at + AT_A_TIME);
    const checked = await checkSentences(
      checker,
      some.map(({ sentence }) => sentence),
    );
    for (const [index, sentence] of checked.entries()) {
      const { id } = some[index]!;
      if (!sentence.isTrue) {
        stale++;
        find(id, 1, staleness(sentence));
        continue;
      }
      const missing = await missingNames(sentence, namesOf);
      if (missing.length === 0) real++;
      else find(id, 3, `Names ${missing.map((name) => `\`${name}\``).join(', ')}, which its code does not have.`);
    }
  }
  const talk = used.filter(({ kind }) => SAID.has(kind));
  const copies = copiesIn(talk.map(({ text }) => text));
  for (const [at, copy] of copies.entries()) {
    const how = copy?.is === 'exact' ? 'Says the same as' : 'Says nearly the same as';
    if (copy !== undefined) find(talk[at]!.id, 2, `${how} memory ${talk[copy.of]!.id}.`);
  }
  const secrets = used.filter((item) => {
    const what = secretIn(wordsIn(item));
    if (what !== undefined) find(item.id, 4, `Holds what looks like ${what}: forget it, and change the secret.`);
    return what !== undefined;
  });
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  const living = ofCode.length - stale;
  return {
    items: used.length,
    sentences: said.length,
    namesThatExist: living === 0 ? 1 : real / living,
    stale: share(stale, ofCode.length),
    exactCopies: share(copies.filter((copy) => copy?.is === 'exact').length, talk.length),
    nearCopies: share(copies.filter((copy) => copy?.is === 'near').length, talk.length),
    secrets: share(secrets.length, used.length),
    findings: findings
      .sort((a, b) => b.weight - a.weight || a.id - b.id)
      .slice(0, MOST_FINDINGS)
      .map(({ id, what }) => ({ id, what })),
  };
}

/** Names that a sentence mentions and that none of the files of its anchors has. */
export async function missingNames(
  { text, anchors }: CheckedSentence,
  namesOf: AuditParts['namesOf'],
): Promise<string[]> {
  const paths = [...new Set(anchors.map(({ path }) => path))];
  const known = new Set(anchors.flatMap(({ path, symbol }) => wordsOf(`${path} ${symbol ?? ''}`)));
  const { names, files } = namesIn(text);
  if (names.length === 0 && files.length === 0) return [];
  for (const path of paths) for (const word of (await namesOf(path)) ?? []) known.add(word);
  const absent = absentFrom(text, { paths, words: () => known });
  const missing = absent.names;
  for (const file of absent.files) if ((await namesOf(file)) === undefined) missing.push(file);
  return missing;
}

/** Sentences of one file follow each other: its names are read once. */
function remembering(namesOf: AuditParts['namesOf']): AuditParts['namesOf'] {
  const known = new LRUCache<string, Promise<ReadonlySet<string> | undefined>>({ max: FILES_KEPT });
  return (path) => {
    const names = known.get(path) ?? namesOf(path);
    known.set(path, names);
    return names;
  };
}

function staleness({ anchors }: CheckedSentence): string {
  const lost = anchors.find(({ state }) => !isTrue(state));
  if (lost === undefined) return 'Names what has another name now.';
  const where = lost.symbol === null ? lost.path : `${lost.symbol} of ${lost.path}`;
  const what = { gone: 'is gone', unread: 'cannot be read', changed: 'has changed', holds: '', moved: '' }[lost.state];
  return `Is not used any more: ${where} ${what}.`;
}

const wordsIn = ({ title, text, summary, path, sentences }: MemoryItem): string =>
  [title, path ?? '', text, summary, ...sentences.map((sentence) => sentence.text)].join('\n');
