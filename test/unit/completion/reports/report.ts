/** A place and an answer as peers' users have reported them, through all that an answer goes through. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Completer, type CompletionEngine, type CompletionRequest } from '../../../../src/completion/completer.ts';
import { Syntax } from '../../../../src/completion/syntax/syntax.ts';
import type { CompletionResult } from '../../../../src/engine/protocol/index.ts';
import { modelInfo } from '../model.ts';
import { outcome } from '../outcome.ts';
import { place } from '../place.ts';

/**
 * `[path, file, answer, line]`: the cursor is at `§`; `line` is what the cursor's line becomes, of more lines all that was put
 * in; null: nothing is shown.
 */
export type Report = [
  path: string,
  file: string,
  answer: string,
  line: string | null,
  more?: Partial<CompletionRequest>,
];

/** Gives an answer as an engine does: up to the first text that is to end it. */
const saying = (answer: string): CompletionEngine => ({
  complete: async ({ stop = [] }): Promise<CompletionResult> => {
    const ends = stop.map((one) => answer.indexOf(one)).filter((index) => index >= 0);
    const { result } = outcome(answer);
    return ends.length === 0
      ? { ...result, finish: 'endOfText' }
      : { ...result, text: answer.slice(0, Math.min(...ends)), finish: 'stop' };
  },
});

const syntax = new Syntax(import.meta.url);

export async function lineOf([path, file, answer, , more = {}]: Report, read: boolean): Promise<string | null> {
  const request: CompletionRequest = { path, ...place(file), ...more };
  if (read) await syntax.load(request);
  const completer = new Completer(saying(answer), read ? syntax : undefined);
  const { shown, over, tail } = await completer.complete(modelInfo(), request, { workspace: 'w' });
  if (shown === null) return null;
  const { prefix, suffix } = request;
  const start = prefix.lastIndexOf('\n') + 1;
  const rest = suffix.split(/\r?\n/, 1)[0]!;
  return prefix.slice(start) + shown + rest.slice(0, over) + tail + rest.slice(over);
}

/** The same with the grammar of the language as without. */
export function testReports(kind: string, reports: readonly Report[]): void {
  for (const report of reports) {
    const [path, file, answer, line] = report;
    for (const read of [false, true]) {
      test(`${kind}: ${JSON.stringify(answer)} in ${path} at ${JSON.stringify(file.slice(-60))}${read ? ', parsed' : ''}`, async () => {
        assert.equal(await lineOf(report, read), line);
      });
    }
  }
}
