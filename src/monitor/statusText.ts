/** The engine's status as a readable page. Pure. */
import type {
  Decision,
  DeviceStatus,
  EmbedderStatus,
  EngineStatus,
  KvStatus,
  MemoryUse,
  ModelInfo,
  NgramStatus,
  RequestClass,
  SchedulerStatus,
  SpeculationStatus,
  TierStatus,
} from '../engine/protocol/index.ts';
import { planRows } from './planText.ts';

export interface StatusFacts {
  /** The answer of the engine, or why there is none. */
  engine: EngineStatus | { error: string };
  /** Version of the extension. */
  version: string;
}

/** So many of the latest decisions are shown. */
const DECISIONS = 20;

const CLASSES: readonly RequestClass[] = ['keystroke', 'chat', 'background'];

/** @returns plain text, lines ended by \n. */
export function renderStatus({ engine, version }: StatusFacts): string {
  const sections =
    'error' in engine
      ? [heading(`Quire ${version}`), ['The engine does not answer.', engine.error]]
      : [
          heading(`Quire ${version}`),
          table([
            ['Engine', `version ${engine.version}, process ${engine.pid}, Node ${engine.node}`],
            ['Running for', duration(engine.uptimeMs)],
            ['Memory', `${mebibytes(engine.residentBytes)} resident`],
            ['Computes on', computesOn(engine.native)],
            ...devicesRows(engine.native),
            ['Library', engine.native.abi],
            ['Windows', engine.clients.map(({ name, pid }) => `${name} (${pid})`).join(', ') || 'none'],
          ]),
          heading('Models'),
          ...(engine.models.length === 0 ? [['None is open.']] : engine.models.flatMap(modelSections)),
          ...(engine.embedders.length === 0
            ? []
            : [heading('Models for vectors'), table(engine.embedders.flatMap(embedderRows))]),
          heading('Requests since the start'),
          totalsTable(engine.totals),
        ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function heading(text: string): string[] {
  return [text, '='.repeat(text.length)];
}

function computesOn({ gpu, chosen }: EngineStatus['native']): string {
  return chosen === 'auto' ? gpu : `${gpu}, of its devices ${chosen}`;
}

function devicesRows({ devices }: EngineStatus['native']): string[][] {
  return devices.map(({ name, description, kind, freeBytes, totalBytes }, index) => {
    const memory = totalBytes === 0 ? '' : `, ${mebibytes(freeBytes)} of ${mebibytes(totalBytes)} free`;
    return [index === 0 ? 'Devices' : '', `${name}: ${description} (${KINDS[kind]}${memory})`];
  });
}

const KINDS: Record<DeviceStatus['kind'], string> = {
  cpu: 'CPU',
  gpu: 'GPU',
  igpu: "GPU on the system's memory",
  accelerator: 'helps the CPU',
};

/** What lies where. */
function liesOn(memory: readonly MemoryUse[], device: string): string {
  if (memory.length === 0) return device;
  return memory
    .map(({ device: name, weights, cache, compute }) => {
      const parts = [
        [weights, 'weights'],
        [cache, 'cache'],
        [compute, 'buffers'],
      ] as const;
      return `${name}: ${parts.flatMap(([bytes, what]) => (bytes > 0 ? `${mebibytes(bytes)} ${what}` : [])).join(', ')}`;
    })
    .join('; ');
}

function modelSections(model: EngineStatus['models'][number]): string[][] {
  const { info, memory, plan, running, waiting, kv, scheduler, ngram, speculation } = model;
  const section = table([
    [
      'Model',
      `${info.name} (${info.architecture}, ${count(info.parameters)} parameters, ${mebibytes(info.sizeBytes)})`,
    ],
    ['File', info.path],
    ['On', liesOn(memory, info.device)],
    ...(plan ? planRows(plan, scheduler.expectedMs.decode) : []),
    [
      'Context',
      `${count(info.contextTokens)} tokens (trained on ${count(info.trainedContextTokens)})${plan ? `, kept as ${plan.kvType}` : ''}${readingOf(info)}`,
    ],
    ['Can', abilities(info)],
    ['Cache', cacheLine(kv)],
    ['Colder', tiersLine(kv)],
    ['Iterations', iterationsLine(scheduler)],
    ['Guesses', speculation ? speculationLine(speculation) : 'off: one token at a time'],
    ...(ngram ? [['Own code', ngramLine(ngram)]] : []),
    ['Now', `${running} running, ${waiting} waiting`],
  ]);
  const decisions = scheduler.decisions.slice(-DECISIONS);
  return decisions.length === 0 ? [section] : [section, heading('Latest decisions'), table(decisions.map(decisionRow))];
}

/** How much of a file a model is shown goes by it. */
const readingOf = ({ promptMs }: ModelInfo): string =>
  promptMs === undefined ? '' : `; one is read in ${ms(promptMs)}`;

function embedderRows({ name, path, device, memory, plan, contextTokens, capabilities }: EmbedderStatus): string[][] {
  const numbers = `${capabilities.dimensions} numbers of up to ${count(contextTokens)} tokens`;
  return [
    ['Model', name],
    ['File', path],
    ['On', liesOn(memory, device)],
    ...(plan ? planRows(plan) : []),
    ['Can', numbers],
  ];
}

function cacheLine(kv: KvStatus): string {
  const { strategy, pagesTotal, pagesFree, pagesCached, pagesLeased, logicalTokens, physicalTokens } = kv;
  if (strategy === 'checkpoints') return `this model cannot share pages: ${count(kv.ram.pages)} saved states instead`;
  const pages = `${count(pagesLeased)} pages in use, ${count(pagesCached)} kept, ${count(pagesFree)} free of ${count(pagesTotal)}`;
  return `${pages}; ${count(physicalTokens)} tokens stand for ${count(logicalTokens)}`;
}

function tiersLine({ ram, disk, evictions, spills, restores, pageMs }: KvStatus): string {
  const tier = (name: string, { pages, bytes, limitBytes }: TierStatus) =>
    limitBytes === 0 ? `${name} off` : `${count(pages)} in ${name} (${mebibytes(bytes)} of ${mebibytes(limitBytes)})`;
  const moved = `${count(evictions)} evicted, ${count(spills)} saved, ${count(restores)} brought back`;
  const known = pageMs.restore !== null && pageMs.compute !== null;
  const rates = known ? `; a page: ${ms(pageMs.restore)} to bring back, ${ms(pageMs.compute)} to compute` : '';
  return `${tier('memory', ram)}, ${tier('disk', disk)}; ${moved}${rates}`;
}

function iterationsLine({ iterations, iterationMs, preemptions, superseded, policy }: SchedulerStatus): string {
  const times = `p50 ${ms(iterationMs.p50)}, p99 ${ms(iterationMs.p99)}`;
  const order = policy === 'fcfs' ? ', in order of arrival' : '';
  return `${count(iterations)} (${times}); ${count(preemptions)} preemptions, ${count(superseded)} superseded${order}`;
}

function ngramLine(status: NgramStatus): string {
  const { on, gain, seen, documents, files, pending, leftOut, nearestLeftOut, tokens, bytes } = status;
  const reading = pending > 0 ? `, ${count(pending)} to read` : '';
  const left = leftOut > 0 ? `, no room for ${count(leftOut)} far ones (${nearestLeftOut.join(', ')}, ...)` : '';
  const size = `${count(documents)} documents and ${count(files)} files${reading}${left}, ${count(tokens)} tokens, ${mebibytes(bytes)}`;
  if (gain === null) return `${size}; nothing to judge it by yet`;
  const helps = `made what was typed ${Math.exp(gain).toFixed(1)} times as likely (${count(seen)} places)`;
  return `${size}; ${on ? '' : 'off for now: it '}${helps}`;
}

/** What sources are called. */
const SOURCES: Record<string, string> = {
  text: 'the text',
  answer: 'the answer before',
  line: 'lines of the project',
  code: 'code of the project',
};

function speculationLine({ on, rows, steps, drafted, right, tokensPerStep, gain, sources }: SpeculationStatus): string {
  if (rows === 1) return 'off: this build computes tokens together otherwise than alone';
  if (steps === 0) return 'nothing was generated yet';
  const now = on ? 'on' : 'off for now, as it would not pay';
  if (drafted === 0 || tokensPerStep === null) return `${now}; none was computed in ${count(steps)} steps`;
  const won = gain === null ? '' : `, ${gain.toFixed(2)} times as fast where it was drafted`;
  const from = Object.entries(sources).map(
    ([name, of]) => `${count(of.right)} of ${count(of.drafted)} from ${SOURCES[name] ?? name}`,
  );
  const most = rows === null ? '' : `, at most ${rows} computed together`;
  return `${now}; ${tokensPerStep.toFixed(2)} tokens a step${won}${most}; ${count(right)} of ${count(drafted)} right (${from.join(', ')})`;
}

function decisionRow({ at, what, request, class: kind, level, tokens, pages, ms: took, why }: Decision): string[] {
  const who = request === undefined ? 'cache' : `${kind} ${request}, level ${level}`;
  const facts = [
    tokens === undefined ? '' : `${count(tokens)} tokens`,
    pages === undefined ? '' : `${count(pages)} pages`,
    took === undefined ? '' : ms(took),
    why ?? '',
  ];
  return [(at / 1000).toFixed(3), who, what, facts.filter(Boolean).join(', ')];
}

const ms = (value: number | null): string => (value === null ? '-' : `${value.toFixed(value < 10 ? 1 : 0)} ms`);

function abilities({ capabilities, specialTokens }: Pick<ModelInfo, 'capabilities' | 'specialTokens'>): string {
  const list: string[] = [];
  if (capabilities.embeds) list.push(`${capabilities.dimensions} numbers of a text`);
  if (capabilities.completes) list.push('fill in the middle');
  if (specialTokens.includes('fimSeparator')) list.push('read other files');
  if (capabilities.chats) list.push('chat');
  return list.join(', ') || 'continue text';
}

function totalsTable(totals: EngineStatus['totals']): string[] {
  const head = ['', 'requests', 'finished', 'cancelled', 'failed', 'prompt tokens', 'from cache', 'generated'];
  const rows = CLASSES.map((name) => {
    const { requests, finished, cancelled, failed, promptTokens, cachedTokens, generatedTokens } = totals[name];
    const numbers = [requests, finished, cancelled, failed, promptTokens].map(count);
    return [name, ...numbers, percent(cachedTokens, promptTokens), count(generatedTokens)];
  });
  return table([head, ...rows], 'right');
}

/** Columns in line; those behind the first to the left, or, numbers, to the right. */
function table(rows: string[][], align: 'left' | 'right' = 'left'): string[] {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const pad = (cell: string, column: number): string =>
    align === 'right' && column > 0 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return rows.map((row) => row.map(pad).join('  ').trimEnd());
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
}

function mebibytes(bytes: number): string {
  return `${count(Math.round(bytes / 2 ** 20))} MiB`;
}

function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
