/** Which model is in use: from the settings to a model to open. Pure, but for the path rules of the platform. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { ModelSpec } from '../engine/protocol/index.ts';
import { BUNDLED_MODEL_PATH } from './bundled.ts';

export interface ModelSettings {
  /** `quire.model.path`; empty is the bundled model. */
  path: string;
  /** `quire.model.contextTokens`; 0 lets the engine choose. */
  contextTokens: number;
}

export interface SelectionContext {
  /** Root of the extension, for the bundled model. */
  extensionRoot: string;
  /** First folder of the workspace; undefined where none is open. */
  workspaceFolder: string | undefined;
  /** Workspace trust. VS Code itself ignores a path that an untrusted workspace sets. */
  trusted: boolean;
  /** Home of the user; the tests put their own. */
  home?: string;
}

export type Selection =
  | { kind: 'bundled' | 'file'; spec: ModelSpec }
  /** In words, for the user: what is wrong with the setting and what to write. */
  | { kind: 'invalid'; message: string };

// biome-ignore lint/suspicious/noTemplateCurlyInString: VS Code's own variable, as the user writes it.
const WORKSPACE_FOLDER = '${workspaceFolder}';

/** @returns the model that the settings ask for. Whether the file exists is the engine's to say. */
export function selectModel(settings: ModelSettings, context: SelectionContext): Selection {
  const wanted = settings.path.trim();
  const { contextTokens } = settings;
  if (wanted === '') {
    return { kind: 'bundled', spec: { path: join(context.extensionRoot, BUNDLED_MODEL_PATH), contextTokens } };
  }
  let path = wanted;
  if (path === '~' || /^~[/\\]/.test(path)) path = join(context.home ?? homedir(), path.slice(1));
  if (path.startsWith(WORKSPACE_FOLDER)) {
    if (!context.trusted) {
      return invalid(`${WORKSPACE_FOLDER} works in trusted workspaces only. Trust this one, or write a full path.`);
    }
    if (context.workspaceFolder === undefined) {
      return invalid(`no folder is open for ${WORKSPACE_FOLDER} to mean. Open one, or write a full path.`);
    }
    path = join(context.workspaceFolder, path.slice(WORKSPACE_FOLDER.length));
  }
  if (!isAbsolute(path)) {
    return invalid(`"${wanted}" is not a full path. Write the full path of a GGUF file, or leave it empty.`);
  }
  return { kind: 'file', spec: { path, contextTokens } };
}

function invalid(reason: string): Selection {
  return { kind: 'invalid', message: `quire.model.path: ${reason}` };
}

/** The part of `vscode.Memento` that is needed. */
export interface KeyValueStore {
  get<T>(key: string, defaultValue: T): T;
  update(key: string, value: unknown): PromiseLike<void>;
}

const RECENT_KEY = 'models.recent';
const RECENT_LIMIT = 5;

/** Paths of GGUF files that were chosen before, the last one first. */
export class RecentModels {
  readonly #store: KeyValueStore;

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  list(): string[] {
    return this.#store.get<string[]>(RECENT_KEY, []);
  }

  async add(path: string): Promise<void> {
    await this.#store.update(RECENT_KEY, [path, ...this.#without(path)].slice(0, RECENT_LIMIT));
  }

  async remove(path: string): Promise<void> {
    await this.#store.update(RECENT_KEY, this.#without(path));
  }

  #without(path: string): string[] {
    return this.list().filter((entry) => entry !== path);
  }
}
