/** What `quire plan` is told on its command line, or in JSON files. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Machine, ModelRole, ModelShape, PlannedModel } from '../engine/protocol/index.ts';
import { MACHINES, SHAPES } from './imagined.ts';
import { resolveModel } from './model.ts';
import { unreadable } from './unreadable.ts';
import { UsageError } from './usage.ts';

/** Of any count in a model: no model comes near. */
const MOST = 1e9;
/** Each is placed by itself. */
const MOST_LAYERS = 1000;

const ROLES: readonly string[] = ['completion', 'chat', 'embedding'] satisfies ModelRole[];
const KINDS: readonly unknown[] = ['gpu', 'igpu', 'cpu'] satisfies Machine['devices'][number]['kind'][];

/** @param given `ROLE=MODEL`. @throws UsageError; Error where a file cannot be read. */
export async function plannedModel(given: string): Promise<PlannedModel> {
  const cut = given.indexOf('=');
  const role = given.slice(0, Math.max(0, cut));
  const name = given.slice(cut + 1);
  if (!isRole(role) || name === '') throw new UsageError(`--models takes ROLE=MODEL, not '${given}'`);
  const known = Object.hasOwn(SHAPES, name) && SHAPES[name];
  if (known) return { role, model: { shape: known } };
  if (name.endsWith('.json')) return { role, model: { shape: shapeOf(await json(name), name) } };
  return { role, model: { path: resolveModel(name) } };
}

const isRole = (role: string): role is ModelRole => ROLES.includes(role);

/** @param given name of a machine, or a JSON file. @throws UsageError; Error where the file is not one. */
export async function machineOf(given: string): Promise<Machine> {
  const known = Object.hasOwn(MACHINES, given) && MACHINES[given];
  if (known) return known;
  if (!given.endsWith('.json')) {
    throw new UsageError(`--devices takes a JSON file, or one of ${Object.keys(MACHINES).join(', ')}, not '${given}'`);
  }
  const found = await json(given);
  const devices: unknown = found.devices;
  if (!Array.isArray(devices)) throw new Error(`${given} names no list 'devices'`);
  checkKnown(found, MACHINE_KEYS, given);
  devices.forEach((device: Record<string, unknown>, index) => {
    const where = `${given}, device ${index}`;
    if (typeof device?.name !== 'string' || device.name === '') throw new Error(`${where}: 'name' is missing`);
    checkKnown(device, DEVICE_KEYS, where);
    if (!KINDS.includes(device.kind)) throw new Error(`${where}: 'kind' is not gpu, igpu or cpu`);
    for (const key of ['totalBytes', 'freeBytes']) checkNumber(device, key, where, SIZE);
    if ((device.freeBytes as number) > (device.totalBytes as number))
      throw new Error(`${where}: 'freeBytes' is more than 'totalBytes'`);
    for (const key of ['bandwidth', 'flops']) if (device[key] !== undefined) checkNumber(device, key, where, RATE);
  });
  const names: string[] = devices.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined)
    throw new Error(`${given} names a device twice: give each '${twice}' a name of its own, such as '${twice}b'`);
  if (devices.filter(({ kind }) => kind === 'cpu').length !== 1)
    throw new Error(`${given} must name one device of kind cpu: its memory is the system's`);
  if (found.link !== undefined) checkNumber(found, 'link', given, RATE);
  // What it is told of has a name, so that nobody takes it for this machine.
  return { name: path.basename(given), ...found } as unknown as Machine;
}

const MACHINE_KEYS = ['name', 'devices', 'link'];
const DEVICE_KEYS = ['name', 'description', 'kind', 'totalBytes', 'freeBytes', 'bandwidth', 'flops', 'assumed'];
const SHAPE_KEYS = [
  ...['name', 'layers', 'embedding', 'heads', 'kvHeads', 'headLength', 'feedForward', 'experts', 'vocabulary', 'tied'],
  ...['contextTokens', 'bits'],
];
const EXPERT_KEYS = ['count', 'used', 'feedForward'];

function shapeOf(found: Record<string, unknown>, file: string): ModelShape {
  if (typeof found.name !== 'string') throw new Error(`${file}: 'name' is missing`);
  checkKnown(found, SHAPE_KEYS, file);
  checkCount(found, 'layers', file, 1, MOST_LAYERS);
  for (const key of ['embedding', 'heads', 'kvHeads', 'vocabulary', 'contextTokens']) checkCount(found, key, file, 1);
  checkCount(found, 'feedForward', file, 0);
  if (found.headLength !== undefined) checkCount(found, 'headLength', file, 1);
  if (found.bits !== undefined) checkNumber(found, 'bits', file, BITS);
  if (found.tied !== undefined && typeof found.tied !== 'boolean')
    throw new Error(`${file}: 'tied' is not true or false`);
  const experts = Object(found.experts) as Record<string, unknown>;
  if (found.experts !== undefined) {
    checkKnown(experts, EXPERT_KEYS, `${file}, experts`);
    for (const key of EXPERT_KEYS) checkCount(experts, key, `${file}, experts`, 1);
  }
  const shape = found as unknown as ModelShape;
  const { heads, kvHeads, embedding, headLength } = shape;
  if (heads % kvHeads !== 0) throw new Error(`${file}: 'heads' is no multiple of 'kvHeads'`);
  if (headLength === undefined && embedding % heads !== 0)
    throw new Error(`${file}: 'embedding' is no multiple of 'heads': give 'headLength'`);
  if (shape.experts && shape.experts.used > shape.experts.count)
    throw new Error(`${file}, experts: 'used' is more than 'count'`);
  return shape;
}

/** A word that nobody reads is a slip, and what was meant would be taken for something usual. */
function checkKnown(of: Record<string, unknown>, known: readonly string[], where: string): void {
  const unknown = Object.keys(of).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new Error(`${where}: '${unknown}' is not known; known are ${known.join(', ')}`);
}

interface Range {
  least: number;
  most: number;
  /** What it is a number of. */
  unit: string;
  /** 0 is one too. */
  none?: boolean;
}
/** Less is a number of gigabytes, or of another unit that is not meant. */
const SIZE: Range = { least: 2 ** 20, most: 2 ** 50, unit: 'bytes (8 GB are 8589934592)', none: true };
const RATE: Range = { least: 1e6, most: 1e18, unit: 'bytes or operations a second (50 GB/s are 50e9)' };
const BITS: Range = { least: 1, most: 64, unit: 'bits a weight' };

function checkNumber(of: Record<string, unknown>, key: string, where: string, range: Range): void {
  const value = of[key];
  const { least, most, unit, none = false } = range;
  if (typeof value === 'number' && ((value >= least && value <= most) || (none && value === 0))) return;
  const given = value === undefined ? 'is missing: it' : `is ${JSON.stringify(value)}, but`;
  throw new Error(`${where}: '${key}' ${given} must be ${none ? '0 or ' : ''}a number of ${unit} of at least ${least}`);
}

function checkCount(of: Record<string, unknown>, key: string, where: string, least: number, most = MOST): void {
  const value = of[key];
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
  throw new Error(`${where}: '${key}' is not a whole number from ${least} to ${most}`);
}

async function json(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch((error) => {
    throw unreadable(file, error);
  });
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new Error(`${file} is no JSON object`);
}
