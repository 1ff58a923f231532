/** Which documents are text that somebody writes, told by the scheme of their address. */

/** Schemes of documents that nobody writes code in. */
const OTHER_SCHEMES = new Set([
  'output',
  'log',
  'vscode-scm',
  'comment',
  'debug',
  'vscode-terminal',
  'git',
  'search-editor',
  'quire-saw',
  'quire-status',
]);

export const isWritable = (scheme: string): boolean => !OTHER_SCHEMES.has(scheme) && !scheme.startsWith('vscode-chat');
