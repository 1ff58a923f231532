/** The engine's status as a readable page. Pure. */
import type { EngineStatus, ModelInfo, RequestClass } from '../engine/protocol.ts';

export interface StatusFacts {
  /** The answer of the engine, or why there is none. */
  engine: EngineStatus | { error: string };
  /** Version of the extension. */
  version: string;
}

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
            ['Library', engine.native.abi],
            ['Windows', engine.clients.map(({ name, pid }) => `${name} (${pid})`).join(', ') || 'none'],
          ]),
          heading('Models'),
          ...(engine.models.length === 0 ? [['None is open.']] : engine.models.map(modelSection)),
          heading('Requests since the start'),
          totalsTable(engine.totals),
        ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function heading(text: string): string[] {
  return [text, '='.repeat(text.length)];
}

function computesOn({ gpu, devices }: EngineStatus['native']): string {
  return devices.length === 0 ? gpu : `${gpu} (${devices.join('; ')})`;
}

function modelSection(model: EngineStatus['models'][number]): string[] {
  const { info, usedCells, totalCells, running, waiting } = model;
  return table([
    [
      'Model',
      `${info.name} (${info.architecture}, ${count(info.parameters)} parameters, ${mebibytes(info.sizeBytes)})`,
    ],
    ['File', info.path],
    ['On', info.device],
    ['Context', `${count(info.contextTokens)} tokens (trained on ${count(info.trainedContextTokens)})`],
    ['Can', abilities(info)],
    ['Cache', `${count(usedCells)} of ${count(totalCells)} cells hold a token (${percent(usedCells, totalCells)})`],
    ['Now', `${running} running, ${waiting} waiting`],
  ]);
}

function abilities({ chat, specialTokens }: Pick<ModelInfo, 'chat' | 'specialTokens'>): string {
  const list: string[] = [];
  if (specialTokens.includes('fimMiddle')) list.push('fill in the middle');
  if (specialTokens.includes('fimSeparator')) list.push('read other files');
  if (chat) list.push('chat');
  return list.join(', ') || 'continue text';
}

function totalsTable(totals: EngineStatus['totals']): string[] {
  const head = ['', 'requests', 'finished', 'cancelled', 'failed', 'prompt tokens', 'from cache', 'generated'];
  const rows = CLASSES.map((name) => {
    const { requests, finished, cancelled, failed, promptTokens, cachedTokens, generatedTokens } = totals[name];
    const numbers = [requests, finished, cancelled, failed, promptTokens].map(count);
    return [name, ...numbers, percent(cachedTokens, promptTokens), count(generatedTokens)];
  });
  return table([head, ...rows]);
}

/** Columns in line: the first to the left, numbers of a wide table to the right. */
function table(rows: string[][]): string[] {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        columns > 2 && column > 0 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
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
