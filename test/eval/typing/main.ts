/**
 * `npm run eval:typing [-- [--lines N] [--seed N] [--known file,open,project] [--show quiet,balanced,eager] [--gap MS] [--rest MS]
 * [--answer MS] [--model PATH] [PROJECT...]]`: somebody types real lines of real projects, key by key, through the editor's
 * own session, with the project open and indexed; what that saves, and what it costs. A project is an npm package as
 * `name@version` or the path of a folder; the held-out packages if none is named. `--answer` has every answer take so long,
 * for machines that do other things too. Tables, and test-results/typing.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Completer } from '../../../src/completion/completer.ts';
import type { Eagerness } from '../../../src/completion/eagerness.ts';
import { Syntax } from '../../../src/completion/syntax/syntax.ts';
import { EngineClient } from '../../../src/engine/client/client.ts';
import { bundledModel, engineCommand, privateRuntime, repository } from '../../helpers/engine.ts';
import { Random } from '../../traces/random.ts';
import { HELD_OUT } from '../packages.ts';
import { SkippingClock } from './clock.ts';
import { corpusOf, languageOf } from './corpus.ts';
import { Desk, type Known } from './desk.ts';
import { processorMs } from './processor.ts';
import { type Passage, type Savings, savingsOf } from './savings.ts';
import { scriptsOf, targetOf } from './script.ts';
import { MANNER, Typist } from './typist.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    lines: { type: 'string', default: '120' },
    seed: { type: 'string', default: '1' },
    known: { type: 'string', default: 'project' },
    show: { type: 'string', default: 'balanced' },
    gap: { type: 'string', default: String(MANNER.gap) },
    rest: { type: 'string', default: String(MANNER.rest) },
    answer: { type: 'string' },
    model: { type: 'string', default: bundledModel },
  },
});
const runtime = privateRuntime();
const corpora = await Promise.all((positionals.length > 0 ? positionals : HELD_OUT).map(corpusOf));
const scripts = scriptsOf(corpora, Number(values.lines), new Random(Number(values.seed)));
const rows: Record<string, unknown>[] = [];
for (const known of values.known.split(',') as Known[]) {
  for (const eagerness of values.show.split(',') as Eagerness[]) {
    const passages = await typed(known, eagerness);
    const groups: [string, Passage[]][] = [
      ['all', passages],
      ...[...Map.groupBy(passages, ({ project }) => project)].sort(),
      ...[...Map.groupBy(passages, ({ language }) => language)].sort(),
    ];
    for (const [group, part] of groups) rows.push({ known, eagerness, group, ...savingsOf(part) });
    print(known, eagerness, passages);
  }
}
const results = path.join(repository, 'test-results');
mkdirSync(results, { recursive: true });
writeFileSync(path.join(results, 'typing.json'), JSON.stringify(rows, null, 2));
await runtime.dispose();
process.exit(0); // native threads may linger

/** Everything typed once, with an engine of its own and a threshold that learns on the way. */
async function typed(known: Known, eagerness: Eagerness): Promise<Passage[]> {
  const client = new EngineClient(engineCommand(), 'eval:typing');
  const model = await client.openModel({ path: values.model, contextTokens: 0 });
  const engineMs = () => (client.state.kind === 'ready' ? processorMs(client.state.pid) : undefined);
  const desk = new Desk(client, model, known);
  const random = new Random(Number(values.seed));
  const manner = { ...MANNER, gap: Number(values.gap), rest: Number(values.rest) };
  const syntax = new Syntax(import.meta.url);
  const typist = new Typist(desk, model, new Completer(client, syntax), {
    clock: new SkippingClock(values.answer === undefined ? undefined : Number(values.answer)),
    random,
    manner,
    eagerness,
  });
  const passages: Passage[] = [];
  for (const [index, script] of scripts.entries()) {
    if (index % 10 === 0) console.error(`eval: ${known}, ${eagerness}: ${index} of ${scripts.length} files`);
    await desk.open(script);
    // An editor has had the time for it.
    await syntax.load(script.file);
    for (const passage of script.passages) {
      const { start, text } = targetOf(script, passage);
      const before = engineMs();
      const result = await typist.type(start, text);
      const spent = before === undefined ? undefined : engineMs()! - before;
      passages.push({
        project: script.corpus.name,
        language: languageOf(script.file.path),
        engineMs: spent,
        ...result,
      });
    }
  }
  desk.dispose();
  await client.dispose({ shutdown: true });
  return passages;
}

function print(known: Known, eagerness: Eagerness, passages: readonly Passage[]): void {
  const groups: [string, Savings][] = [
    ['all', savingsOf(passages)],
    ...[...Map.groupBy(passages, ({ project }) => project)].map(([name, part]): [string, Savings] => [
      name,
      savingsOf(part),
    ]),
    ...[...Map.groupBy(passages, ({ language }) => language)].map(([name, part]): [string, Savings] => [
      name,
      savingsOf(part),
    ]),
  ];
  console.log(`\n${known} known, ${eagerness}, ${values.gap} ms a key`);
  const percent = (share: number | null) => (share === null ? '' : `${(100 * share).toFixed(1)} %`);
  const number = (value: number | null, digits = 1) => (value === null ? '' : value.toFixed(digits));
  const table1 = groups.map(([name, s]) => [
    name,
    String(s.characters),
    percent(s.saved),
    percent(s.net),
    number(s.wrongPer100),
    number(s.shownPer100),
    percent(s.precision),
    percent(s.begun),
    number(s.requestsPer100),
    number(s.engineMsPer100, 0),
    `${number(s.delay.p50, 0)} / ${number(s.delay.p95, 0)}`,
    percent(s.time),
  ]);
  console.log(
    table(
      [
        '',
        'characters',
        'saved',
        'less keys',
        'wrong/100',
        'shown/100',
        'right',
        'begun',
        'asked/100',
        'CPU ms/100',
        'ms p50/p95',
        'time saved',
      ],
      table1,
    ),
  );
  const kinds = savingsOf(passages).kinds;
  console.log(
    table(
      ['begins', 'shown', 'right', 'begun right', 'characters', 'given'],
      kinds.map((k) => [
        k.kind,
        String(k.shown),
        percent(k.right),
        percent(k.begun),
        number(k.characters),
        number(k.given),
      ]),
    ),
  );
}

function table(head: readonly string[], rows: readonly string[][]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
