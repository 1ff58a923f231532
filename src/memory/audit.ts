/** What an audit found, as a document to be read. */
import type { MemoryAudit, MemoryStatus } from '../engine/protocol/index.ts';
import { budgetInWords } from './indexing.ts';
import { bytesInWords, grouped, oneLine } from './words.ts';

const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.001 ? 2 : 1)} %`;

/** Markdown. @param name of the folder. @param at when it was made, in words. */
export function auditDocument(name: string, audit: MemoryAudit, status: MemoryStatus, at: string): string {
  const rows: [string, string, string][] = [
    [
      'Names that exist',
      percent(audit.namesThatExist),
      'of the names of code that summaries mention; the goal is 100 %',
    ],
    ['Stale', percent(audit.stale), 'of the sentences: their code has changed. They are never used'],
    ['Exact copies', percent(audit.exactCopies), 'of the memories; the goal is 0'],
    ['Near copies', percent(audit.nearCopies), 'of the memories; the goal is at most 2 %'],
    ['Secrets', percent(audit.secrets), 'of the memories hold something that looks like one; the goal is 0'],
  ];
  const findings =
    audit.findings.length === 0
      ? ['Nothing.']
      : audit.findings.map(({ id, what }) => `- Memory ${id}: ${escaped(oneLine(what, 300))}`);
  return [
    `# Memory audit: ${escaped(name)}`,
    '',
    `Made ${at}. ${grouped(audit.items)} memories with ${grouped(audit.sentences)} sentences were checked against the code as it is now.`,
    '',
    '| What | Share | |',
    '| --- | ---: | --- |',
    ...rows.map(([what, share, of]) => `| ${what} | ${share} | ${of} |`),
    '',
    '## What it costs',
    '',
    `On disk: ${bytesInWords(status.bytes)} of at most ${bytesInWords(status.budgetBytes)}. ${budgetInWords(status)}. Vectors are of ${status.embedder ?? 'no embedder'}${status.unembedded > 0 ? `; ${grouped(status.unembedded)} memories wait for theirs` : ''}.`,
    '',
    '## What to look at',
    '',
    ...findings,
    '',
    'Open one by `Quire: Search Memory` and its number, such as `#12`.',
    '',
  ].join('\n');
}

/** A text that is no markup. */
const escaped = (text: string): string => text.replace(/[\\`*_{}[\]<>#|]/g, '\\$&');
