export interface EditorServerOptions {
  /** User settings, over the quiet ones. */
  settings?: Record<string, unknown>;
  /** Extensions to install. */
  vsix?: string[];
  /** True leaves workspace trust on: folders open untrusted. */
  trust?: boolean;
  /** The editor's own test entry (`extensionTestsPath`); it hides toasts. */
  smokeDriver?: boolean;
  /** 0 takes a free one. */
  port?: number;
  /** Over the environment of this process. */
  environment?: Record<string, string>;
  /** CommonJS file that the server and the extension host load first. */
  preload?: string;
  /** File to which the server's output is appended. */
  logFile?: string;
}
export interface EditorServer {
  pid: number;
  port: number;
  /** Everything of this editor: settings, extensions, home, logs. Removed by `stop`. */
  folder: string;
  /** Private folder of the engines that this editor starts (`QUIRE_RUNTIME_DIR`). */
  runtime: string;
  /** Address that opens a folder; `payload` is the workbench's own start-up list. */
  url(folder: string, payload?: [string, string][]): string;
  /** `vscode-remote:` URI of a file. */
  remote(file: string): string;
  /** Resolves when the server has ended. */
  exited: Promise<unknown>;
  /** Ends the server, the engines, and removes the folder. */
  stop(): Promise<void>;
}
export const quietSettings: Record<string, unknown>;
export function startEditorServer(options?: EditorServerOptions): Promise<EditorServer>;
export function enginePids(runtime: string): number[];
