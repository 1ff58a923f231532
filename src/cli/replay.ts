/** `quire replay`: plays a recorded or generated editing session against an engine of its own, and reports its times. */
import { stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Documents } from './documents.ts';
import { engineCommand } from './engineCommand.ts';
import { resolveModel } from './model.ts';
import { print, say } from './output.ts';
import { Player } from './player.ts';
import { withPrivateEngine } from './privateEngine.ts';
import { type ReplayReport, reportOf } from './replayReport.ts';
import { readTrace } from './trace.ts';
import { UsageError } from './usage.ts';

const PROGRESS_MS = 1_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface ReplayOptions {
  trace: string;
  model: string;
  gpu: string;
  devices: string;
  speed: number;
  reuse: boolean;
  preempt: boolean;
}

export async function replay(argv: string[]): Promise<void> {
  const options = readOptions(argv);
  const interrupted = new AbortController();
  const interrupt = (signal: NodeJS.Signals) => interrupted.abort(new Error(`interrupted by ${signal}`));
  for (const signal of SIGNALS) process.once(signal, interrupt);
  try {
    await print(await run(options, interrupted.signal));
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}

function readOptions(argv: string[]): ReplayOptions {
  const { values } = parseArgs({
    args: argv,
    options: {
      trace: { type: 'string' },
      model: { type: 'string', default: 'bundled' },
      'no-reuse': { type: 'boolean', default: false },
      'no-preempt': { type: 'boolean', default: false },
      speed: { type: 'string', default: '1' },
      gpu: { type: 'string', default: 'auto' },
      devices: { type: 'string', default: 'auto' },
    },
  });
  if (!values.trace) throw new UsageError('--trace is missing');
  const speed = Number(values.speed);
  if (!Number.isFinite(speed) || speed <= 0)
    throw new UsageError(`--speed must be a number above 0, not '${values.speed}'`);
  const { trace, model, gpu, devices } = values;
  return { trace, model, gpu, devices, speed, reuse: !values['no-reuse'], preempt: !values['no-preempt'] };
}

async function run({ trace, speed, reuse, preempt, ...options }: ReplayOptions, signal: AbortSignal) {
  // Nothing is kept on disk: what is measured begins with nothing.
  const command = {
    ...engineCommand(options.gpu, options.devices),
    cache: {},
    policy: preempt ? ('preemptive' as const) : ('fcfs' as const),
  };
  const durationMs = await check(trace, signal);
  return withPrivateEngine(command, 'quire replay', signal, async (client): Promise<ReplayReport> => {
    const model = await client.openModel({ path: resolveModel(options.model), contextTokens: 0 });
    say(`${model.name} on ${model.device}, context ${model.contextTokens} tokens`);
    const player = new Player(client, model, { speed, reuse });
    const progress = setInterval(() => say(describe(player, durationMs)), PROGRESS_MS);
    try {
      await player.play(readTrace(trace, signal), signal);
    } finally {
      clearInterval(progress);
    }
    say(`${describe(player, durationMs)}; events were up to ${player.progress.lateMs.toFixed(1)} ms late`);
    for (const [kind, message] of player.failures) say(`requests failed (${kind}): ${message}`);
    const status = (await client.status()).models.find(({ info }) => info.id === model.id);
    if (!status) throw new Error('the engine was restarted and has lost what it counted');
    return reportOf(player.tallies, model, status);
  });
}

/**
 * Reads a file to its end before anything is started, so that its last line is wrong now and not in an hour.
 * @returns how long the trace is, in ms; undefined where it can be read only once.
 */
async function check(trace: string, signal: AbortSignal): Promise<number | undefined> {
  const pipe = trace === '-' || (await stat(trace).catch(() => undefined))?.isFIFO() === true;
  if (pipe) return undefined;
  const documents = new Documents();
  let first: number | undefined;
  let last = 0;
  for await (const traced of readTrace(trace, signal)) {
    documents.take(traced);
    first ??= traced.event.t;
    last = traced.event.t;
  }
  return last - (first ?? 0);
}

function describe({ progress, tallies }: Player, durationMs: number | undefined): string {
  const seconds = (ms: number) => (ms / 1000).toFixed(0);
  const whole = durationMs === undefined ? '' : ` of ${seconds(durationMs)}`;
  const running = tallies.keystroke.running + tallies.chat.running;
  return `${seconds(progress.atMs)}${whole} s, ${progress.events} events, ${tallies.keystroke.count} completions, ${tallies.chat.count} chats, ${running} running`;
}
