/** What a file takes from other files of its project. */
import path from 'node:path';
import type { GrammarName } from './languages.ts';

export interface Imported {
  /** Of the file or folder in the workspace, with its ending where the import has one. */
  from: string;
  names: string[];
}

const STATEMENTS: Partial<Record<GrammarName, RegExp>> = {
  javascript: script(),
  typescript: script(),
  tsx: script(),
  python: /^from[ \t]+\.+[\w.]*[ \t]+import[ \t]+(?:\([^)]*\)|[^\n#]+)/gm,
  rust: /^(?:pub[ \t]+)?use[ \t]+(?:crate|super|self)::[^;]*;/gm,
};

function script(): RegExp {
  return /^import\s[^'"`;]*?\bfrom\s*['"]\.[^'"\n]*['"]/gm;
}

/** Imports by a relative path, or from the crate, in their order; packages and the language's own library are left out. */
export function importsOf(text: string, file: string, grammar: GrammarName): Imported[] {
  const statements = STATEMENTS[grammar];
  const found = statements === undefined ? [] : (text.match(statements) ?? []);
  const merged = new Map<string, string[]>();
  for (const statement of found) {
    const { from, names } = importedBy(statement, file, grammar) ?? { from: '', names: [] };
    if (from !== '') merged.set(from, [...(merged.get(from) ?? []), ...names]);
  }
  return [...merged].map(([from, names]) => ({ from, names: [...new Set(names)] }));
}

function importedBy(statement: string, file: string, grammar: GrammarName): Imported | undefined {
  const folder = path.posix.dirname(file);
  if (/^(?:javascript|typescript|tsx)$/.test(grammar)) {
    const to = /['"](\.{1,2}\/[^'"]+|\.{1,2})['"]/.exec(statement)?.[1];
    if (to === undefined) return undefined;
    const names = /\{([^}]*)\}/.exec(statement)?.[1]?.split(',') ?? [];
    const whole = /^import\s+(?:type\s+)?(?:\*\s+as\s+)?([\w$]+)/.exec(statement)?.[1];
    return inFolder(folder, to, [...(whole === undefined || whole === 'type' ? [] : [whole]), ...names.map(localName)]);
  }
  if (grammar === 'python') {
    const found = /^from\s+(\.+)([\w.]*)\s+import\s+([\s\S]+)$/.exec(statement);
    if (found === null) return undefined;
    const up = '../'.repeat(found[1]!.length - 1) || './';
    const names = found[3]!.replace(/[()]/g, '').split(',').map(localName);
    return inFolder(folder, up + found[2]!.replaceAll('.', '/'), names);
  }
  if (grammar === 'rust') {
    const found = /^(?:pub\s+)?use\s+(?:crate|super|self)::([\w:]*?)(?:::)?(?:\{([^}]*)\}|(\w+))\s*;?$/.exec(statement);
    if (found === null || found[1] === '') return undefined;
    const names = (found[2] ?? found[3] ?? '').split(',').map(localName);
    return { from: found[1]!, names: names.filter((name) => /^\w+$/.test(name)) };
  }
  return undefined;
}

function inFolder(folder: string, to: string, names: readonly string[]): Imported | undefined {
  const from = path.posix.join(folder, to).replace(/\/$/, '');
  return from.startsWith('..') ? undefined : { from, names: names.filter((name) => /^[\w$]+$/.test(name)) };
}

/** `b` of `type a as b`. */
const localName = (part: string): string => /([\w$]+)\s*$/.exec(part.replace(/\/\/.*$/gm, '').trim())?.[1] ?? '';
