/** From a name and arguments, as a model put them, to a call of a tool that there is. */
import { isRecord, jsonOf } from './jsonValues.ts';
import type { CallOutcome, ParameterSchema, ToolSpec } from './tool.ts';

/** Names in the spellings of all habits are one: `read_file`, `ReadFile`, `functions.readFile`. */
export const plain = (name: string): string =>
  name
    .replace(/^(?:functions|default_api|tools?|api)[.:/]/i, '')
    .replace(/:\d+$/, '') // Kimi counts its calls
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');

export function toolNamed(name: string, tools: readonly ToolSpec[]): ToolSpec | undefined {
  const wanted = plain(name);
  return (
    tools.find((tool) => tool.name === name) ??
    tools.find((tool) => plain(tool.name) === wanted) ??
    tools.find((tool) => tool.aliases?.includes(wanted))
  );
}

/** @param given an object, or the only argument by itself. */
export function fitCall(name: string, given: unknown, tools: readonly ToolSpec[]): CallOutcome {
  const tool = toolNamed(name, tools);
  if (!tool) {
    const names = tools.map((other) => other.name).join(', ');
    return { problem: `There is no tool named ${JSON.stringify(name.slice(0, 80))}. The tools are: ${names}.` };
  }
  const properties = tool.parameters.properties ?? {};
  const required = tool.parameters.required ?? [];
  const args: Record<string, unknown> = {};
  const value = unwrapped(given);
  if (isRecord(value)) {
    for (const [key, argument] of Object.entries(value)) {
      const right = parameterNamed(key, tool);
      if (right !== undefined && !(right in args)) args[right] = coerced(argument, properties[right]);
    }
  } else if (value !== undefined && value !== null && value !== '' && required.length === 1) {
    args[required[0]!] = coerced(value, properties[required[0]!]);
  }
  const missing = required.filter((key) => args[key] === undefined || args[key] === null);
  if (missing.length > 0) {
    return { problem: `The call of ${tool.name} lacks ${missing.join(' and ')}. Call it again with all of it.` };
  }
  for (const [key, argument] of Object.entries(args)) {
    const wrong = wrongType(argument, properties[key]);
    if (wrong) return { problem: `In the call of ${tool.name}, ${key} must be ${wrong}. Call it again.` };
  }
  return { call: { name: tool.name, arguments: args } };
}

export function parameterNamed(key: string, { parameters, parameterAliases }: ToolSpec): string | undefined {
  const names = Object.keys(parameters.properties ?? {});
  if (names.length === 0) return key; // nothing is known of them
  if (names.includes(key)) return key;
  const wanted = plain(key);
  return (
    names.find((name) => plain(name) === wanted) ?? names.find((name) => parameterAliases?.[name]?.includes(wanted))
  );
}

/** Arguments that were written as a string of JSON, perhaps twice. */
function unwrapped(given: unknown): unknown {
  let value = given;
  for (let times = 0; times < 3 && typeof value === 'string' && /^\s*["{[]/.test(value); times++) {
    const inner = jsonOf(value);
    if (inner === undefined) break;
    value = inner;
  }
  if (Array.isArray(value) && value.length === 1 && isRecord(value[0])) return value[0];
  return value;
}

function coerced(value: unknown, schema: ParameterSchema | undefined): unknown {
  const type = schema?.type;
  if (typeof value === 'string') {
    const text = value.trim();
    if ((type === 'integer' || type === 'number') && /^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
    if (type === 'boolean' && /^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
    if ((type === 'object' || type === 'array') && /^[{[]/.test(text)) return jsonOf(text) ?? value;
  }
  if (type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return String(value);
  if (type === 'array' && typeof value === 'string') return [value];
  return value;
}

function wrongType(value: unknown, schema: ParameterSchema | undefined): string | undefined {
  switch (schema?.type) {
    case 'string':
      return typeof value === 'string' ? undefined : 'a text';
    case 'integer':
    case 'number':
      return typeof value === 'number' ? undefined : 'a number';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'object':
      return isRecord(value) ? undefined : 'an object';
    case 'array':
      return Array.isArray(value) ? undefined : 'a list';
    default:
      return undefined;
  }
}
