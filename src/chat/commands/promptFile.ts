/** Prompt files: a message that is kept in the project, with variables, and becomes a slash command. */
import { posix } from 'node:path';
import { parseDocument } from 'yaml';

export interface PromptFile {
  /** What follows the slash. */
  name: string;
  description: string;
  /** Path in the workspace. */
  path: string;
  body: string;
  /** `${input:name}`, each once, in their order; `hint` says what is wanted. */
  inputs: { name: string; hint: string }[];
  /** `#file:path`: to be attached. They are the file's words, not the person's: only what a tool may read. */
  files: string[];
  /** It speaks of the selection, or of the active file, by a variable. */
  wants: { selection: boolean; file: boolean };
}

export type ReadPrompt = { prompt: PromptFile; refused?: never } | { refused: string; prompt?: never };

/** Characters of a prompt file: what is longer is none. */
export const MOST_PROMPT = 32 * 1024;
const INPUT = /\$\{input:([\w-]+)(?::([^}]*))?\}/g;
const FILE = /(?<=^|[\s(])#file:(?:"([^"\n]+)"|([^\s"()]+))/g;

/** The name of the command, by the path of its file; undefined: it is no prompt file. */
export function promptName(path: string): string | undefined {
  const [, name] =
    /^\.github\/prompts\/([^/]+)\.prompt\.md$/.exec(path) ??
    /^\.quire\/prompts\/([^/]+?)(?:\.prompt)?\.md$/.exec(path) ??
    [];
  return name?.trim().toLowerCase().replace(/\s+/g, '-');
}

/** @param path in the workspace, with '/'. Refusals name what is wrong and where. */
export function readPrompt(path: string, text: string): ReadPrompt {
  const refused = (why: string): ReadPrompt => ({ refused: `${path} is not used as a command: ${why}` });
  const name = promptName(path);
  if (name === undefined || !/^[a-z][\w-]*$/.test(name))
    return refused('its name has to begin with a letter, and to have letters, digits, - and _ only.');
  if (text.length > MOST_PROMPT) return refused('it is longer than 32 KB.');
  const whole = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  const front = /^---[ \t]*\n([\s\S]*?)^---[ \t]*(?:\n|$)/m.exec(whole);
  const begun = whole.startsWith('---');
  if (begun && (front === null || front.index !== 0)) return refused('the --- that ends its first part is missing.');
  let description = '';
  if (begun && front) {
    // Aliases are not resolved: a few lines of them can stand for gigabytes.
    const yaml = parseDocument(front[1]!, { prettyErrors: true });
    const [error] = yaml.errors;
    if (error) return refused(`its first part is no YAML: ${error.message.split('\n')[0]}`);
    const said = yaml.get?.('description');
    if (said !== undefined && said !== null && typeof said !== 'string')
      return refused('its description has to be a text.');
    description = said ?? '';
  }
  const body = (begun && front ? whole.slice(front[0].length) : whole).trim();
  if (body === '') return refused('nothing is in it that could be asked.');
  const inputs = new Map<string, string>();
  for (const [, input, hint] of body.matchAll(INPUT)) if (!inputs.get(input!)) inputs.set(input!, hint ?? '');
  return {
    prompt: {
      name,
      path,
      body,
      description: description.trim().replace(/\s+/g, ' ') || posix.basename(path),
      inputs: [...inputs].map(([input, hint]) => ({ name: input, hint })),
      files: [
        ...new Set([...body.matchAll(FILE)].map(([, quoted, bare]) => quoted ?? bare!.replace(/[.,;:!?]+$/, ''))),
      ],
      wants: { selection: /\$\{selection\}/.test(body), file: /\$\{file\}/.test(body) },
    },
  };
}

/** What variables stand for; absent: there is none. */
export interface PromptValues {
  inputs?: Record<string, string>;
  /** Its text; of private files there is none. */
  selection?: string;
  /** Path of the active file in the workspace. */
  file?: string;
}

/**
 * The values of inputs as they were written behind the command: `name=value` or `name="some words"`; where the prompt has one
 * input only, all of it. `rest` is what is left.
 */
export function inputsOf({ inputs }: PromptFile, written: string): { inputs: Record<string, string>; rest: string } {
  const found: Record<string, string> = {};
  const names = new Set(inputs.map(({ name }) => name));
  const rest = written
    .replace(/(?<=^|\s)([\w-]+)=(?:"([^"]*)"|(\S+))/g, (all, name: string, quoted?: string, bare?: string) => {
      if (!names.has(name)) return all;
      found[name] = quoted ?? bare ?? '';
      return '';
    })
    .trim();
  const [only] = inputs;
  if (inputs.length !== 1 || only === undefined || rest === '' || found[only.name] !== undefined)
    return { inputs: found, rest };
  return { inputs: { [only.name]: rest }, rest: '' };
}

/** Text for the model, and the inputs that have no value yet. What a value holds is not read as a variable again. */
export function expandPrompt(
  prompt: PromptFile,
  values: PromptValues,
  rest = '',
): { asked: string; missing: string[] } {
  const missing = new Set<string>();
  const asked = prompt.body.replace(
    /\$\{(?:input:([\w-]+)(?::[^}]*)?|(selection|file))\}/g,
    (_, input?: string, other?: string) => {
      if (other !== undefined) return values[other as 'selection' | 'file'] ?? '';
      const value = Object.hasOwn(values.inputs ?? {}, input!) ? values.inputs?.[input!] : undefined;
      if (value === undefined) missing.add(input!);
      return value ?? '';
    },
  );
  return { asked: rest === '' ? asked : `${asked}\n\n${rest}`, missing: [...missing] };
}
