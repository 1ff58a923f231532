/** Quire's own tools, as the model is told of them, and which of them it is given: as far as a local model can. */
import type { ToolSpec } from './tool.ts';

const PATH = ['file', 'filepath', 'filename', 'targetfile', 'relativepath', 'uri'];

export const READ: ToolSpec = {
  name: 'read',
  description: 'Reads lines of a file of the project.',
  parameters: {
    properties: {
      path: { type: 'string', description: 'relative to the project' },
      from: { type: 'integer', description: 'first line, from 1' },
      to: { type: 'integer', description: 'last line' },
    },
    required: ['path'],
  },
  aliases: ['readfile', 'openfile', 'viewfile', 'view', 'open', 'cat', 'getfile'],
  parameterAliases: {
    path: PATH,
    from: ['start', 'startline', 'linestart', 'offset', 'begin', 'fromline'],
    to: ['end', 'endline', 'lineend', 'toline'],
  },
};

export const SEARCH: ToolSpec = {
  name: 'search',
  description: 'Finds lines of the project that hold a text.',
  parameters: { properties: { query: { type: 'string', description: 'the text' } }, required: ['query'] },
  aliases: ['searchfiles', 'searchcode', 'grep', 'find', 'codesearch', 'searchtext', 'grepsearch'],
  parameterAliases: { query: ['q', 'pattern', 'text', 'term', 'regex', 'searchterm', 'string'] },
};

export const EDIT: ToolSpec = {
  name: 'edit',
  description: 'Changes a file.',
  parameters: {
    properties: {
      path: { type: 'string', description: 'relative to the project' },
      blocks: { type: 'string', description: 'search/replace blocks' },
    },
    required: ['path', 'blocks'],
  },
  aliases: ['editfile', 'replace', 'strreplace', 'applydiff', 'replaceinfile', 'patch', 'applyedit', 'searchreplace'],
  parameterAliases: { path: PATH, blocks: ['diff', 'edits', 'edit', 'changes', 'content', 'patch', 'replacements'] },
  body: 'blocks',
};

export const RUN: ToolSpec = {
  name: 'run',
  description: 'Runs a command in the folder of the project.',
  parameters: { properties: { command: { type: 'string', description: 'for the shell' } }, required: ['command'] },
  aliases: ['runcommand', 'execute', 'executecommand', 'bash', 'shell', 'terminal', 'exec', 'runinterminal'],
  parameterAliases: { command: ['cmd', 'commandline', 'script', 'code', 'input'] },
  body: 'command',
};

export interface Abilities {
  tools: readonly ToolSpec[];
  /** How often the model may be asked for one message of the user. */
  turns: number;
}

/** Of models that are called 7B the smallest have 6.7, of those called 30B 30.5. */
const SEVEN = 6.5e9;
const THIRTY = 28e9;

/** @param parameters of the model, all of them, also those of experts that are not asked. */
export function abilitiesOf(parameters: number): Abilities {
  if (parameters < SEVEN) return { tools: [], turns: 1 };
  if (parameters < THIRTY) return { tools: [READ, SEARCH, EDIT], turns: 8 };
  return { tools: [READ, SEARCH, EDIT, RUN], turns: 20 };
}

const FORM: Record<string, string> = {
  read: '<<<call read>>>\npath: src/a.ts\nfrom: 1\nto: 40\n<<<end>>>',
  search: '<<<call search>>>\nquery: parseDate(\n<<<end>>>',
  edit: '<<<call edit>>>\npath: src/a.ts\n<<<<<<< SEARCH\nlines as they are in the file\n=======\nlines in their place\n>>>>>>> REPLACE\n<<<end>>>',
  run: '<<<call run>>>\nnpm test\n<<<end>>>',
};

/**
 * How tools are called, for the system message: it never changes in a conversation.
 * @param trained those that the template tells of in the model's own form; of them nothing is said here.
 */
export function describeTools(tools: readonly ToolSpec[], trained: readonly ToolSpec[] = []): string {
  const told = tools.filter((tool) => !trained.includes(tool));
  if (told.length === 0) return '';
  const forms = told.map(({ name, description }) => `${description}\n${FORM[name] ?? ''}`).join('\n\n');
  return `You can use tools. Write one call, exactly in its form, and stop; the result comes in the next message.\n\n${forms}\n\nRead a file before you change it. When you are done, answer without a call.`;
}

/** Those whose arguments are short: what has a body of code goes badly in JSON, whatever a model was trained for. */
export const inTrainedForm = (tools: readonly ToolSpec[]): ToolSpec[] => tools.filter(({ body }) => body === undefined);
