/** Answers of `quire complete`, as anybody can have them; and of the n-grams without a model, which it does not give. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CompletionCase } from '../../src/cli/cases.ts';
import { Completer } from '../../src/completion/completer.ts';
import { NOTHING } from '../../src/engine/client/client.ts';
import type { CompletionParams, CompletionResult } from '../../src/engine/protocol/index.ts';
import { Answer as AnswerText } from '../../src/engine/server/core/answer.ts';
import type { LlamaModel } from '../../src/engine/server/core/llama/model.ts';
import { Projects } from '../../src/engine/server/services/completion/project/projects.ts';
import { fitPrompt } from '../../src/engine/server/services/completion/prompt.ts';
import { repository } from '../helpers/engine.ts';
import { Desk, noRanges } from './desk.ts';
import type { Answer } from './scores.ts';

/** What `quire complete` gives for the cases, with further options of its command line. @throws Error with what it said. */
export async function answersOf(cases: readonly CompletionCase[], options: readonly string[]): Promise<Answer[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'quire-eval-'));
  try {
    const file = path.join(folder, 'cases.jsonl');
    await writeFile(file, cases.map((one) => `${JSON.stringify(one)}\n`).join(''));
    const cli = path.join(repository, 'src/cli/main.ts');
    const child = spawn(process.execPath, [cli, 'complete', '--cases', file, ...options], { stdio: 'pipe' });
    const [out, errors] = [text(child.stdout), text(child.stderr)];
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`quire complete failed: ${await errors}`);
    return (await out)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** The same prompts and rules with a model that finds every token equally likely. */
export async function answersWithoutModel(cases: readonly CompletionCase[], model: LlamaModel): Promise<Answer[]> {
  const projects = new Projects(model.tokenizer, model.info.vocabularyTokens);
  const blank = { logits: (_row: number, target = new Float32Array(model.info.vocabularyTokens)) => target.fill(0) };
  const desk = new Desk(projects, 'eval');
  const complete = async (params: CompletionParams): Promise<CompletionResult> => {
    const { contextTokens } = model.info;
    const { cursor } = fitPrompt(model.tokenizer, params.segments, contextTokens - params.maxTokens, noRanges);
    const { sampler } = projects.choose(blank, 'eval', params, cursor!, undefined);
    const answer = new AnswerText(params.stop ?? [], cursor!.beginning.length);
    for (let made = 0; made < params.maxTokens; made++) {
      const token = sampler.sample(0);
      if (model.tokenizer.isEnd(token) || answer.push(model.tokenizer.bytes(token))) break;
    }
    answer.end();
    return { ...NOTHING, finish: 'stop', text: answer.text, confidence: sampler.certainty.line, certainty: [] };
  };
  const completer = new Completer({ complete });
  const answers: Answer[] = [];
  for (const one of cases) {
    desk.show(one);
    const outcome = await completer.complete(model.info, one, { workspace: 'eval', document: one.path });
    answers.push({ text: outcome.text, shown: outcome.shown, confidence: outcome.result.confidence });
  }
  return answers;
}
