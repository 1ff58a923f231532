/** What `quire plan` is told on its command line, or in JSON files. */
import { readFile } from 'node:fs/promises';
import type { Machine, ModelRole, ModelShape, PlannedModel } from '../engine/protocol/index.ts';
import { MACHINES, SHAPES } from './imagined.ts';
import { resolveModel } from './model.ts';
import { UsageError } from './usage.ts';

const ROLES: readonly string[] = ['completion', 'chat', 'embedding'] satisfies ModelRole[];
const KINDS: readonly unknown[] = ['gpu', 'igpu', 'cpu'] satisfies Machine['devices'][number]['kind'][];

/** @param given `ROLE=MODEL`. @throws UsageError; Error where a file cannot be read. */
export async function plannedModel(given: string): Promise<PlannedModel> {
  const cut = given.indexOf('=');
  const role = given.slice(0, Math.max(0, cut));
  const name = given.slice(cut + 1);
  if (!isRole(role) || name === '') throw new UsageError(`--models takes ROLE=MODEL, not '${given}'`);
  const known = SHAPES[name];
  if (known) return { role, model: { shape: known } };
  if (name.endsWith('.json')) return { role, model: { shape: shapeOf(await json(name), name) } };
  return { role, model: { path: resolveModel(name) } };
}

const isRole = (role: string): role is ModelRole => ROLES.includes(role);

/** @param given name of a machine, or a JSON file. @throws UsageError; Error where the file is not one. */
export async function machineOf(given: string): Promise<Machine> {
  const known = MACHINES[given];
  if (known) return known;
  if (!given.endsWith('.json')) {
    throw new UsageError(`--devices takes a JSON file, or one of ${Object.keys(MACHINES).join(', ')}, not '${given}'`);
  }
  const found = await json(given);
  const devices: unknown = found.devices;
  if (!Array.isArray(devices)) throw new Error(`${given} names no list 'devices'`);
  devices.forEach((device: Record<string, unknown>, index) => {
    const where = `${given}, device ${index}`;
    if (typeof device?.name !== 'string' || device.name === '') throw new Error(`${where}: 'name' is missing`);
    if (!KINDS.includes(device.kind)) throw new Error(`${where}: 'kind' is not gpu, igpu or cpu`);
    for (const key of ['totalBytes', 'freeBytes']) checkNumber(device, key, where, 0);
    for (const key of ['bandwidth', 'flops']) if (device[key] !== undefined) checkNumber(device, key, where, 1);
  });
  if (new Set(devices.map(({ name }) => name)).size < devices.length) throw new Error(`${given} names a device twice`);
  if (devices.filter(({ kind }) => kind === 'cpu').length !== 1)
    throw new Error(`${given} must name one device of kind cpu`);
  if (found.link !== undefined) checkNumber(found, 'link', given, 1);
  return found as unknown as Machine;
}

function shapeOf(found: Record<string, unknown>, file: string): ModelShape {
  if (typeof found.name !== 'string') throw new Error(`${file}: 'name' is missing`);
  for (const key of ['layers', 'embedding', 'heads', 'kvHeads', 'vocabulary', 'contextTokens'])
    checkNumber(found, key, file, 1);
  checkNumber(found, 'feedForward', file, 0);
  for (const key of ['headLength', 'bits']) if (found[key] !== undefined) checkNumber(found, key, file, 1);
  if (found.experts !== undefined) {
    const experts = found.experts as Record<string, unknown>;
    for (const key of ['count', 'used', 'feedForward']) checkNumber(experts, key, `${file}, experts`, 1);
  }
  return found as unknown as ModelShape;
}

function checkNumber(of: Record<string, unknown>, key: string, where: string, least: number): void {
  const value = of[key];
  if (typeof value === 'number' && Number.isFinite(value) && value >= least) return;
  throw new Error(`${where}: '${key}' is not a number of at least ${least}`);
}

async function json(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${file} cannot be read (${error.code})`);
  });
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new Error(`${file} is no JSON object`);
}
