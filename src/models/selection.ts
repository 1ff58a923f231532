/** Which model is in use for a role: from the settings to a model to open. Pure, but for the path rules of the platform. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { ModelRole, ModelSpec } from '../engine/protocol/index.ts';
import { BUNDLED_MODEL_PATH, SMALLEST_MODEL } from './bundled.ts';

/** The value of a setting, and what the setting is called. */
export interface NamedValue {
  setting: string;
  value: string;
}

export interface ModelSettings {
  /** Paths. Empty: the bundled model for completion, the same model for chat, none for embedding. */
  completion: NamedValue;
  chat: NamedValue;
  embedding: NamedValue;
  /** `quire.model.contextTokens`, of the models that write text; 0 lets the engine choose. */
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
  /** `asCompletion`: the same model as for completion. */
  | { kind: 'bundled' | 'smallest' | 'file' | 'asCompletion'; spec: ModelSpec }
  /** In words, for the user: what is wrong with the setting, or that there is none, and what to do. */
  | { kind: 'invalid' | 'none'; message: string };

// biome-ignore lint/suspicious/noTemplateCurlyInString: VS Code's own variable, as the user writes it.
const WORKSPACE_FOLDER = '${workspaceFolder}';

/** @returns the model that the settings ask for. Whether the file exists is the engine's to say. */
export function selectModel(role: ModelRole, settings: ModelSettings, context: SelectionContext): Selection {
  const { setting, value } = settings[role];
  const wanted = value.trim();
  if (wanted === '') return unset(role, settings, context);
  const contextTokens = role === 'embedding' ? 0 : settings.contextTokens;
  if (wanted === SMALLEST_MODEL.keyword) {
    const path = join(context.extensionRoot, SMALLEST_MODEL.path);
    return { kind: 'smallest', spec: { path, contextTokens, role } };
  }
  const path = absolute(wanted, context);
  if (typeof path !== 'string') return { kind: 'invalid', message: `${setting}: ${path.wrong}` };
  return { kind: 'file', spec: { path, contextTokens, role } };
}

function unset(role: ModelRole, settings: ModelSettings, context: SelectionContext): Selection {
  if (role === 'embedding') {
    return { kind: 'none', message: 'no embedding model is chosen. Choose one with "Quire: Choose Model…".' };
  }
  if (role === 'completion') {
    const path = join(context.extensionRoot, BUNDLED_MODEL_PATH);
    return { kind: 'bundled', spec: { path, contextTokens: settings.contextTokens, role } };
  }
  const completion = selectModel('completion', settings, context);
  return 'spec' in completion ? { kind: 'asCompletion', spec: { ...completion.spec, role } } : completion;
}

/** The full path that is meant, or what is wrong with it. */
function absolute(wanted: string, context: SelectionContext): string | { wrong: string } {
  let path = wanted;
  if (path === '~' || /^~[/\\]/.test(path)) path = join(context.home ?? homedir(), path.slice(1));
  if (path.startsWith(WORKSPACE_FOLDER)) {
    if (!context.trusted) {
      return { wrong: `${WORKSPACE_FOLDER} works in trusted workspaces only. Trust this one, or write a full path.` };
    }
    if (context.workspaceFolder === undefined) {
      return { wrong: `no folder is open for ${WORKSPACE_FOLDER} to mean. Open one, or write a full path.` };
    }
    path = join(context.workspaceFolder, path.slice(WORKSPACE_FOLDER.length));
  }
  if (isAbsolute(path)) return path;
  return { wrong: `"${wanted}" is not a full path. Write the full path of a GGUF file, or leave it empty.` };
}

/** What is set at each level of the settings. */
export interface Levels {
  workspace: string | undefined;
  user: string | undefined;
}

/**
 * The model for completion was once the only one, under `quire.model.path`: that counts still, at each level where the
 * new setting says nothing.
 */
export function completionSetting(completion: Levels, former: Levels): NamedValue {
  for (const level of ['workspace', 'user'] as const) {
    if (completion[level] !== undefined) return { setting: 'quire.model.completion', value: completion[level] };
    if (former[level] !== undefined) return { setting: 'quire.model.path', value: former[level] };
  }
  return { setting: 'quire.model.completion', value: '' };
}
