/** A memory as Markdown, for people to read, and the facts of one that they wrote or kept. */
import type { MemoryItem, MemoryKind } from '../../../../protocol/index.ts';

const HEADINGS: readonly [kind: MemoryKind, heading: string][] = [
  ['fact', 'Facts'],
  ['proposal', 'Proposals'],
  ['workspace', 'Workspace'],
  ['folder', 'Folders'],
  ['file', 'Files'],
  ['symbol', 'Symbols'],
  ['session', 'Sessions'],
  ['turn', 'Conversations'],
];
const PINNED = ' *(pinned)*';
const SUPERSEDED = ' *(superseded)*';

/** A section for each kind; facts as a list that {@link factsOf} reads. */
export function markdownOf(items: readonly MemoryItem[]): string {
  const sections = HEADINGS.flatMap(([kind, heading]) => {
    const ofKind = items.filter((item) => item.kind === kind).sort((a, b) => a.id - b.id);
    if (ofKind.length === 0) return [];
    const written = ofKind.map(kind === 'fact' || kind === 'proposal' ? listed : titled);
    return [`## ${heading}\n\n${written.join(kind === 'fact' || kind === 'proposal' ? '\n' : '\n\n')}\n`];
  });
  return `# What Quire remembers\n\n${sections.join('\n')}`;
}

/** Items of the lists below headings “Facts”; a line that is indented goes on with the one above. Superseded ones are left out. */
export function factsOf(markdown: string): { text: string; pinned: boolean }[] {
  const facts: string[][] = [];
  let isInside = false;
  let isOpen = false;
  for (const line of markdown.split(/\r?\n/)) {
    if (/^#{1,6} /.test(line)) {
      isInside = /^#{1,6} facts\s*$/i.test(line);
      isOpen = false;
    } else if (!isInside) continue;
    else if (/^[-*+] /.test(line)) {
      facts.push([line.slice(2)]);
      isOpen = true;
    } else if (isOpen && (/^ {2}/.test(line) || line === '')) facts.at(-1)!.push(line.slice(2));
    else isOpen = false;
  }
  return facts
    .map((lines) => lines.join('\n').trim())
    .filter((text) => text !== '' && !text.endsWith(SUPERSEDED.trim()))
    .map((text) => ({
      text: text.endsWith(PINNED) ? text.slice(0, -PINNED.length) : text,
      pinned: text.endsWith(PINNED),
    }));
}

function listed(item: MemoryItem): string {
  return `- ${item.text.replaceAll('\n', '\n  ')}${marksOf(item)}`;
}

function titled(item: MemoryItem): string {
  const title = item.title.replaceAll('\n', ' ');
  const text = item.text.replaceAll(/^(#+ )/gm, '\\$1');
  return `### ${title}${item.path === null ? '' : ` (${item.path})`}${marksOf(item)}\n\n${text}`;
}

function marksOf({ pinned, supersededBy }: MemoryItem): string {
  return (pinned ? PINNED : '') + (supersededBy === null ? '' : SUPERSEDED);
}
