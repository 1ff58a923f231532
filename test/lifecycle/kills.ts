/**
 * Kills a real engine at random moments, half of them while it works, and looks whether anything is lost: every request has
 * to end with its text or with an error in words, and nothing may be left behind.
 *
 *     node test/lifecycle/kills.ts --seed 1 --kills 1000 [--entry dist/engine/main.mjs]
 *
 * Prints one JSON object; exit code 1 where a check fails.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { EngineClient, EngineError } from '../../src/engine/client/client.ts';
import type { GenerateParams, ModelInfo } from '../../src/engine/protocol/index.ts';
import { bundledModel, engineCommand, gone, openWorkspace, stateOf } from '../helpers/engine.ts';

export interface KillsOptions {
  seed: number;
  kills: number;
  /** The engine's entry file; absent: from source. */
  entry?: string;
  /** Called after each kill. */
  onKill?: (report: KillsReport) => void;
}

export interface KillsReport {
  kills: number;
  /** Among the kills: of an engine that worked, that started, and that was stopped (SIGSTOP) and had to be found hung. */
  busy: number;
  starting: number;
  hung: number;
  requests: number;
  texts: number;
  /** Rejected, by message. */
  told: Record<string, number>;
  /** How often the row of losses was too long, and a restart was asked for. */
  restarts: number;
  /** What must not be: silent losses, wrong texts, things left behind. */
  faults: string[];
  /** Of this process, after the first tenth and at the end, in bytes. */
  rss: { early: number; late: number };
}

const KINDS = ['short', 'long', 'streamed'] as const;
type Kind = (typeof KINDS)[number];

/** A request that has not ended by then counts as lost: an engine is found hung, killed, started and asked again in less. */
const LOST_MS = 120_000;
const HANG_MS = 1_000;
/** Growth of this process that is none yet. */
const RSS_SLACK = 64 << 20;

/** Random numbers in [0, 1) from a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export async function runKills({ seed, kills, entry, onKill }: KillsOptions): Promise<KillsReport> {
  const random = randomFrom(seed);
  const runtimeFolder = await mkdtemp(path.join(tmpdir(), 'qk-'));
  const command = engineCommand({ runtimeFolder, hangMs: HANG_MS, ...(entry ? { entry: path.resolve(entry) } : {}) });
  const client = new EngineClient(command, 'kills');
  const report: KillsReport = {
    kills: 0,
    busy: 0,
    starting: 0,
    hung: 0,
    requests: 0,
    texts: 0,
    told: {},
    restarts: 0,
    faults: [],
    rss: { early: 0, late: 0 },
  };
  const fault = (words: string) => report.faults.push(words);
  try {
    const model = await client.openModel({ path: bundledModel, contextTokens: 0 });
    const workspace = await openWorkspace(client);
    const requestOf = (n: number, kind: Kind) => request(model, workspace, n, kind);
    const expected = (await client.generate(requestOf(0, 'short'))).text;
    const running = new Set<Promise<void>>();
    const ask = (kind: Kind) => {
      report.requests++;
      const one = outcomeOf(client, requestOf(report.requests, kind), kind === 'streamed').then((outcome) => {
        running.delete(one);
        if (outcome.kind === 'silent') fault(`a request was lost without a word (${kind}): ${outcome.why}`);
        else if (outcome.kind === 'told') report.told[outcome.words] = (report.told[outcome.words] ?? 0) + 1;
        else {
          report.texts++;
          if (kind === 'short' && outcome.text !== expected) fault(`another text: ${JSON.stringify(outcome.text)}`);
        }
      });
      running.add(one);
    };
    const started = async () => {
      if (client.state.kind === 'failed') report.restarts++;
      // Killed too often in a row it fails, which is said in words; the next turn asks for a restart.
      await (client.state.kind === 'failed' ? client.restart() : client.start()).catch(() => undefined);
    };
    /** Leads to a random moment at work, at rest or at the start. */
    const prepare = async (moment: string) => {
      if (moment === 'starting') {
        void started();
        return sleep(random() * 1000);
      }
      await started();
      if (moment === 'busy') for (let n = 1 + Math.floor(random() * 3); n > 0; n--) ask(pick(random, KINDS));
      else await Promise.all(running);
      return sleep(random() * 50);
    };
    const before = { handles: handles(), sockets: unixSockets() };
    while (report.kills < kills) {
      await prepare(['busy', 'starting', 'busy', 'idle'][report.kills % 4]!);
      const victims = enginesIn(runtimeFolder);
      const hang = random() < 0.04;
      const { kind } = client.state;
      if (victims.length === 0) continue; // it is between two engines
      for (const pid of victims) kill(pid, hang ? 'SIGSTOP' : 'SIGKILL');
      if (kind !== 'ready') report.starting++;
      else if (running.size > 0) report.busy++;
      report.kills++;
      if (hang) {
        report.hung++;
        ask('short'); // somebody has to notice
        await Promise.all(victims.map(gone));
      }
      // Otherwise the next turn would ask an engine that is gone, and find the one after it while that starts.
      await stateOf(client, (state) => state.kind !== 'ready' || !victims.includes(state.pid));
      if (report.kills === Math.ceil(kills / 10)) report.rss.early = process.memoryUsage.rss();
      onKill?.(report);
    }
    await Promise.all(running);
    if (client.state.kind === 'failed') await client.restart();
    const last = await client.generate(requestOf(0, 'short'));
    if (last.text !== expected) fault('the last engine makes another text');
    report.rss.late = process.memoryUsage.rss();
    if (report.rss.late > report.rss.early + RSS_SLACK) fault('this process has grown');
    const after = { handles: handles(), sockets: unixSockets() };
    if (after.handles > before.handles) fault(`${after.handles} handles are open, ${before.handles} were`);
    if (after.sockets > before.sockets) fault(`${after.sockets} sockets are open, ${before.sockets} were`);
    const ready = stateOf(client, ({ kind }) => kind === 'ready');
    const state = await ready;
    await client.dispose({ shutdown: true });
    if (state.kind === 'ready') await gone(state.pid);
    await sleep(500);
    const left = enginesIn(runtimeFolder);
    if (left.length > 0) fault(`${left.length} engines are left`);
  } finally {
    await client.dispose();
    for (const pid of enginesIn(runtimeFolder)) kill(pid, 'SIGKILL');
    rmSync(runtimeFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
  return report;
}

function request(model: ModelInfo, workspace: string, n: number, kind: Kind): GenerateParams {
  return {
    model: model.id,
    workspace,
    class: kind === 'short' ? 'keystroke' : 'chat',
    prompt: { text: kind === 'short' ? 'const a = [1, 2, ' : `// ${n}\nexport function add(` },
    maxTokens: kind === 'short' ? 6 : 200,
    ...(kind === 'short' ? {} : { sampling: { grammar: 'root ::= [a-z ] root' } }),
  };
}

type Outcome = { kind: 'text'; text: string } | { kind: 'told'; words: string } | { kind: 'silent'; why: string };

async function outcomeOf(client: EngineClient, params: GenerateParams, streamed: boolean): Promise<Outcome> {
  const time = new AbortController();
  let text = '';
  const onText = (delta: string) => {
    text += delta;
  };
  const silent = sleep(LOST_MS, { kind: 'silent', why: 'it never ended' } as const, { signal: time.signal }).catch(() =>
    never(),
  );
  const answer = client.generate(params, streamed ? { onText } : {}).then(
    (result): Outcome => {
      // The same text twice would be one that was repeated behind a part that had been delivered.
      const whole = !streamed || text === result.text;
      if (whole) return { kind: 'text', text: result.text };
      return { kind: 'silent', why: `${text.length} units were streamed of ${result.text.length}` };
    },
    (error): Outcome => {
      const inWords = error instanceof EngineError && error.kind === 'engineStopped' && error.message.endsWith('.');
      return inWords ? { kind: 'told', words: error.message } : { kind: 'silent', why: String(error) };
    },
  );
  const outcome = await Promise.race([answer, silent]);
  time.abort();
  return outcome;
}

const never = (): Promise<never> => new Promise(() => undefined);

function pick<T>(random: () => number, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!;
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}

/** Processes with the folder in their command line, from /proc. */
function enginesIn(folder: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    return Number.isInteger(pid) && commandLineOf(pid).includes(folder) ? [pid] : [];
  });
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Timers, sockets and processes that keep this process alive. */
function handles(): number {
  return process.getActiveResourcesInfo().length;
}

function unixSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => /pipe/i.test(kind)).length;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      kills: { type: 'string', default: '1000' },
      entry: { type: 'string' },
    },
  });
  const report = await runKills({
    seed: Number(values.seed),
    kills: Number(values.kills),
    ...(values.entry === undefined ? {} : { entry: values.entry }),
    onKill: (so) => so.kills % 50 === 0 && process.stderr.write(`${JSON.stringify(so)}\n`),
  });
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  process.exitCode = report.faults.length > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
