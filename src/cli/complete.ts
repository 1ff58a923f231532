/** `quire complete`: completions for a file of cases, through the editor's own client, prompts and filters. */
import { parseArgs } from 'node:util';
import { Completer } from '../completion/completer.ts';
import { EngineClient } from '../engine/client.ts';
import type { GenerateParams, SamplingOptions } from '../engine/protocol.ts';
import { readCases } from './cases.ts';
import { engineCommand } from './engineCommand.ts';
import { resolveModel } from './model.ts';
import { print, say } from './output.ts';
import { UsageError } from './usage.ts';

export async function complete(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: {
      cases: { type: 'string' },
      model: { type: 'string', default: 'bundled' },
      'max-tokens': { type: 'string' },
      'no-reuse': { type: 'boolean', default: false },
      seed: { type: 'string' },
      temperature: { type: 'string' },
      gpu: { type: 'string', default: 'auto' },
    },
  });
  if (values.cases === undefined) throw new UsageError('--cases is missing');
  const maxTokens = number('max-tokens', values['max-tokens'], 1);
  const sampling = samplingOf(number('seed', values.seed, 0), number('temperature', values.temperature, 0));

  const client = new EngineClient(engineCommand(values.gpu), 'quire complete');
  try {
    const model = await client.openModel({ path: resolveModel(values.model), contextTokens: 0 });
    say(`${model.name} on ${model.device}, context ${model.contextTokens} tokens`);
    const completer = new Completer({
      generate: (params: GenerateParams, options) => client.generate({ ...params, ...sampling }, options),
    });
    for await (const { id, ...request } of readCases(values.cases)) {
      const { text, shown, rejectedBy, result } = await completer.complete(model, request, {
        workspace: `quire complete ${process.pid}`,
        reuse: !values['no-reuse'],
        ...(maxTokens === undefined ? {} : { maxTokens }),
      });
      const { promptTokens, cachedTokens, generatedTokens, firstTokenMs, totalMs } = result;
      await print({ id, text, shown, rejectedBy, promptTokens, cachedTokens, generatedTokens, firstTokenMs, totalMs });
    }
  } finally {
    await client.dispose();
  }
}

function samplingOf(seed: number | undefined, temperature: number | undefined): { sampling?: SamplingOptions } {
  if (seed === undefined && temperature === undefined) return {};
  return {
    sampling: { ...(seed === undefined ? {} : { seed }), ...(temperature === undefined ? {} : { temperature }) },
  };
}

function number(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < least) {
    throw new UsageError(`--${name} must be a number of at least ${least}, not '${text}'`);
  }
  return value;
}
