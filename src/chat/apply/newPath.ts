/** Whether a path that a model names for a new file may be one: the answer is a stranger's. */
import { isSecret } from '../../files/private.ts';

const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * The path in a workspace folder, with '/', without `.` parts.
 * @throws Error in words where it would lie outside, in git's own folder, or holds secrets by its name.
 */
export function newPath(path: string): string {
  const name = path.trim().replaceAll('\\', '/');
  const parts = name.split('/');
  if (/^(?:[a-z]:|\/|~|[a-z][\w+.-]*:\/)/i.test(name) || parts.includes('..')) {
    throw new Error(`${path} lies outside of the workspace: a new file is made inside it only.`);
  }
  const kept = parts.filter((part) => part !== '' && part !== '.');
  const isBad = (part: string): boolean => DEVICE.test(part) || /[<>:"|?*\p{Cc}\p{Cf}]|[. ]$/u.test(part);
  if (kept.length === 0 || name.endsWith('/') || kept.some(isBad)) {
    throw new Error(`${JSON.stringify(path)} cannot be the name of a file.`);
  }
  if (kept.some((part) => part.toLowerCase() === '.git')) throw new Error("Nothing is written into git's own folder.");
  const result = kept.join('/');
  if (isSecret(result)) throw new Error(`${result} is a place for secrets by its name: make that file yourself.`);
  return result;
}

/** VS Code's ids of languages that fences call otherwise. */
const IDS: Record<string, string> = {
  bash: 'shellscript',
  sh: 'shellscript',
  shell: 'shellscript',
  zsh: 'shellscript',
  console: 'shellscript',
  'c++': 'cpp',
  cc: 'cpp',
  hpp: 'cpp',
  h: 'c',
  cs: 'csharp',
  'c#': 'csharp',
  golang: 'go',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'javascriptreact',
  md: 'markdown',
  ps1: 'powershell',
  py: 'python',
  python3: 'python',
  rb: 'ruby',
  rs: 'rust',
  ts: 'typescript',
  mts: 'typescript',
  tsx: 'typescriptreact',
  yml: 'yaml',
  docker: 'dockerfile',
  kt: 'kotlin',
  tex: 'latex',
  text: 'plaintext',
  txt: 'plaintext',
};

/** VS Code's id of the language of a fence; undefined where the fence names none. */
export function languageOfFence(language: string): string | undefined {
  const name = language.trim().toLowerCase();
  return name === '' ? undefined : (IDS[name] ?? name);
}
