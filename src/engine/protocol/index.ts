/**
 * Every message between an editor (or the command line) and the engine process, a file for each service.
 * JSON-RPC 2.0 (vscode-jsonrpc) over a private socket. Times are milliseconds, sizes bytes, lengths tokens,
 * unless a name says otherwise.
 */
export * from './chat.ts';
export * from './completion.ts';
export * from './core.ts';
export * from './download.ts';
export * from './embedding.ts';
export * from './lifecycle.ts';
export * from './memory.ts';
export * from './memoryPrompt.ts';
export * from './plan.ts';
export * from './search.ts';
export type * from './status.ts';
export * from './workspace.ts';
