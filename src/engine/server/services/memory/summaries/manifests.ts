/** What the manifest of a package says of it: name, description, what is run and where it begins. Nothing else is read. */
import type { MemoryAnchor } from '../../../../protocol/index.ts';
import type { NamedCode } from '../anchors/names.ts';
import { sentencesOf } from './prose.ts';
import { type LeftOut, Sentences } from './sentences.ts';
import { listed } from './wording.ts';

const MOST_SCRIPTS = 14;
const MOST_ENTRIES = 4;

export const MANIFEST = /(?:^|\/)(?:package\.json|pyproject\.toml|Cargo\.toml|go\.mod)$/;

interface Manifest {
  name?: string;
  description?: string;
  scripts: string[];
  entries: string[];
}

/** @param path of the manifest. @param anchor of the file. Without sentences where it cannot be read, or says nothing. */
export function manifestSentences(
  path: string,
  text: string,
  anchor: MemoryAnchor,
  code: NamedCode,
  leftOut: LeftOut,
): Sentences {
  const sentences = new Sentences(code, leftOut);
  const file = path.slice(path.lastIndexOf('/') + 1);
  const { name, description, scripts, entries } = read(file, text) ?? { scripts: [], entries: [] };
  if (name === undefined) return sentences;
  const kind = file === 'go.mod' ? 'module' : file === 'Cargo.toml' ? 'crate' : 'package';
  const said = description === undefined ? [] : sentencesOf(description).slice(0, 2);
  if (
    !said.some((sentence, index) => sentences.add(index === 0 ? `The ${kind} ${name}: ${sentence}` : sentence, anchor))
  )
    sentences.add(`${path} is the manifest of the ${kind} ${name}.`, anchor);
  if (entries.length > 0) sentences.add(`The ${kind} ${name} begins in ${listed(entries, MOST_ENTRIES)}.`, anchor);
  const named = scripts.filter((script) => /^[\w.:@/-]+$/.test(script));
  if (named.length > 0) sentences.add(`The scripts of ${name} are ${listed(named, MOST_SCRIPTS)}.`, anchor);
  return sentences;
}

function read(file: string, text: string): Manifest | undefined {
  if (file === 'package.json') return packageJson(text);
  if (file === 'go.mod') {
    const name = /^module\s+(\S+)/m.exec(text)?.[1];
    return { ...(name === undefined ? {} : { name }), scripts: [], entries: [] };
  }
  const isPython = file === 'pyproject.toml';
  const main = section(text, isPython ? 'project' : 'package') ?? (isPython ? section(text, 'tool.poetry') : undefined);
  const scripts = isPython ? (section(text, 'project.scripts') ?? section(text, 'tool.poetry.scripts') ?? '') : '';
  return {
    ...field(main, 'name'),
    ...field(main, 'description'),
    scripts: [...scripts.matchAll(/^\s*"?([\w.-]+)"?\s*=/gm)].map(([, name]) => name!),
    entries: [],
  };
}

function packageJson(text: string): Manifest | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const { name, description, scripts, bin, main, module } = json as Record<string, unknown>;
  const values = (some: unknown) => (typeof some === 'object' && some !== null ? Object.values(some) : [some]);
  const entries = [main, module, ...values(bin)].filter((entry) => typeof entry === 'string');
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof description === 'string' && { description }),
    scripts: typeof scripts === 'object' && scripts !== null ? Object.keys(scripts) : [],
    entries: [...new Set(entries.map((entry) => entry.replace(/^\.\//, '')))],
  };
}

/** Lines of a table of TOML. */
function section(text: string, name: string): string | undefined {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.trim() === `[${name}]`);
  if (start < 0) return undefined;
  const length = lines.slice(start + 1).findIndex((line) => /^\s*\[/.test(line));
  return lines.slice(start + 1, length < 0 ? undefined : start + 1 + length).join('\n');
}

function field<K extends string>(lines: string | undefined, key: K): { [key in K]?: string } {
  const value = new RegExp(`^\\s*${key}\\s*=\\s*(?:"((?:[^"\\\\\\n]|\\\\.)*)"|'([^'\\n]*)')`, 'm').exec(lines ?? '');
  const text = value?.[1]?.replace(/\\(.)/g, '$1') ?? value?.[2];
  return (text === undefined ? {} : { [key]: text }) as { [key in K]?: string };
}
