/** The page of the statistics, as text: tables and one link that erases them. It has no script. */
import { escaped } from '../../webview/page.ts';
import { type Counts, sum, sumBy } from './counts.ts';
import { type Day, dateOf } from './store.ts';

/** Days that have a row of their own. */
const DAYS_SHOWN = 14;
const COLUMNS: [title: string, about: string, of: (counts: Counts) => string][] = [
  ['Shown', 'Suggestions that were on screen', ({ shown }) => number(shown)],
  ['Taken', 'Suggestions that were taken whole', ({ taken }) => number(taken)],
  ['By words', 'Pieces of suggestions that were taken word by word or line by line', ({ parts }) => number(parts)],
  ['Typed', 'Suggestions that were typed to their end by hand', ({ typed }) => number(typed)],
  [
    'Wrong',
    'Suggestions in whose place something else was typed, or that were put away',
    ({ wrong, shown }) => (shown > 0 ? `${number(wrong)} (${percent(wrong / shown)})` : number(wrong)),
  ],
  ['Undone', 'What was taken and undone', ({ takenBack }) => number(takenBack)],
  [
    'Characters saved',
    'Characters of what was taken and stayed, less the key that took it',
    ({ characters }) => number(Math.max(0, characters)),
  ],
];

export interface PageOptions {
  cspSource: string;
  styleUri: string;
  today: Date;
  /** Command that the link runs. */
  eraseCommand: string;
}

/** @param days the newest first. */
export function statisticsPage(
  days: readonly Day[],
  { cspSource, styleUri, today, eraseCommand }: PageOptions,
): string {
  const csp = `default-src 'none'; style-src ${cspSource}; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(csp)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Suggestion Statistics</title>
<link rel="stylesheet" href="${escaped(styleUri)}">
</head>
<body>
<main>
<h1>Suggestion Statistics</h1>
<p>Numbers only, counted on this machine and kept there for half a year: nothing of your code, and nothing that is sent anywhere.</p>
${days.length === 0 ? '<p>Nothing was counted yet.</p>' : tables(days, today)}
<p><a href="command:${escaped(eraseCommand)}">Erase these statistics</a></p>
</main>
</body>
</html>
`;
}

function tables(days: readonly Day[], today: Date): string {
  const all = days.flatMap(({ tallies }) => tallies);
  const since = (count: number): string => dateOf(new Date(today.getTime() - (count - 1) * 86_400_000));
  const from = (date: string) => sum(days.filter((day) => day.date >= date).flatMap(({ tallies }) => tallies));
  return [
    table('Period', [
      ['Today', from(dateOf(today))],
      ['Last 7 days', from(since(7))],
      ['Last 30 days', from(since(30))],
      ['All', sum(all)],
    ]),
    table('Language', sumBy(all, 'language')),
    table('Model', sumBy(all, 'model')),
    table(
      'Day',
      days.slice(0, DAYS_SHOWN).map(({ date, tallies }) => [date, sum(tallies)]),
    ),
  ].join('\n');
}

function table(title: string, rows: readonly [name: string, counts: Counts][]): string {
  const head = COLUMNS.map(([name, about]) => `<th scope="col" title="${escaped(about)}">${escaped(name)}</th>`).join(
    '',
  );
  const body = rows.map(([name, counts]) => {
    const cells = COLUMNS.map(([, , of]) => `<td>${escaped(of(counts))}</td>`).join('');
    return `<tr><th scope="row">${escaped(name)}</th>${cells}</tr>`;
  });
  return `<table>
<thead><tr><th scope="col">${escaped(title)}</th>${head}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table>`;
}

const number = (value: number): string => value.toLocaleString('en-US');
/** Its sign stays beside the number. */
const percent = (share: number): string => `${Math.round(share * 100)}\u00a0%`;
