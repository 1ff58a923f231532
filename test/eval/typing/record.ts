/**
 * Keys of some typed lines, and what the engine says there: `node test/eval/typing/record.ts OUT.jsonl [--lines N]
 * [--seed N] [--known file|open|project] [--keys SHARE] [--model PATH] PROJECT...`. What the certainty is fitted on (`../fit/`).
 * With less than all keys, more lines are asked about in the same time, and they are less alike.
 */
import { createWriteStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { Completer } from '../../../src/completion/completer.ts';
import { EngineClient } from '../../../src/engine/client/client.ts';
import type { CompletionParams, Step } from '../../../src/engine/protocol/index.ts';
import { bundledModel, engineCommand, privateRuntime } from '../../helpers/engine.ts';
import { Random } from '../../traces/random.ts';
import { TUNING } from '../packages.ts';
import { corpusOf, languageOf } from './corpus.ts';
import { Desk, type Known } from './desk.ts';
import { scriptsOf, targetOf } from './script.ts';

/** One key: what has been written of a line, what was to come, and what the engine would have said. */
export interface Record {
  project: string;
  language: string;
  known: Known;
  line: number;
  /** Of the passage, before the cursor and behind it. */
  before: string;
  truth: string;
  text: string;
  typed: number;
  steps: Step[];
  ms: number;
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      lines: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      known: { type: 'string', default: 'project' },
      keys: { type: 'string', default: '1' },
      model: { type: 'string', default: bundledModel },
    },
  });
  const [out = 'test-results/keys.jsonl', ...names] = positionals;
  const file = createWriteStream(out);
  const runtime = privateRuntime();
  const corpora = await Promise.all((names.length > 0 ? names : TUNING).map(corpusOf));
  const client = new EngineClient(engineCommand(), 'record');
  const model = await client.openModel({ path: values.model, contextTokens: 0 });
  const completer = new Completer({
    complete: (params: CompletionParams, options) => client.complete({ ...params, explain: true }, options),
  });
  const known = values.known as Known;
  const desk = new Desk(client, model, known);
  const random = new Random(Number(values.seed));
  const scripts = scriptsOf(corpora, Number(values.lines), random);
  let count = 0;
  for (const script of scripts) {
    await desk.open(script);
    for (const passage of script.passages) {
      const { start, text: target } = targetOf(script, passage);
      const indentation = /^[ \t]*/.exec(target)![0];
      desk.edit(start, start, `${indentation}\n`);
      for (let at = indentation.length; at < target.length; ) {
        if (random.chance(Number(values.keys))) {
          const said = await ask(start + at);
          const { name: project } = script.corpus;
          const language = languageOf(script.file.path);
          const [before, truth] = [target.slice(0, at), target.slice(at)];
          const record: Record = { project, language, known, line: count, before, truth, ...said };
          file.write(`${JSON.stringify(record)}\n`);
        }
        const key = /^\n[ \t]*|^[\s\S]/.exec(target.slice(at))![0];
        desk.edit(start + at, start + at, key);
        at += key.length;
      }
      count += passage.count;
    }
    console.error(`record: ${count} lines`);
  }
  desk.dispose();
  await client.dispose({ shutdown: true });
  await runtime.dispose();
  await new Promise((resolve) => file.end(resolve));
  process.exit(0); // native threads may linger

  async function ask(offset: number): Promise<Pick<Record, 'text' | 'typed' | 'steps' | 'ms'>> {
    const asked = performance.now();
    const { text, result } = await completer.complete(model, desk.requestAt(offset), {
      workspace: desk.workspace,
      document: desk.path,
      maxTokens: { one: 32, many: 48 },
    });
    return { text, typed: result.typed ?? 0, steps: result.steps ?? [], ms: performance.now() - asked };
  }
}
