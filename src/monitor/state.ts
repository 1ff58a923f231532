/** What the status item shows, as a pure function of what has happened. No `vscode`, no clock. */
import type { ModelInfo } from '../engine/protocol/index.ts';
import type { Action } from './notices.ts';

/** Health of the engine process, as the client reports it. */
export type EngineCondition =
  | { kind: 'stopped' | 'starting' | 'ready' }
  | { kind: 'restarting'; attempt: number; waitMs: number }
  | { kind: 'failed'; message: string };

/** Why no suggestion is made: everywhere, or in this language only. */
export type OffReason = { kind: 'everywhere' } | { kind: 'language'; language: string };

/** The part of a `GenerateResult` that is worth adding up. */
export interface PromptUsage {
  promptTokens: number;
  cachedTokens: number;
}

export type MonitorEvent =
  | { type: 'engine'; state: EngineCondition }
  /** A model was opened, or (undefined) is being opened. */
  | { type: 'model'; model: Pick<ModelInfo, 'name' | 'device'> | undefined }
  /** For the editor in front; undefined: suggestions are on. */
  | { type: 'enablement'; off: OffReason | undefined }
  | { type: 'requestStarted' }
  /** `usage` is absent where the request failed. */
  | { type: 'requestEnded'; usage?: PromptUsage | undefined }
  /** A request has been running long enough to be shown. */
  | { type: 'waitNoticed' }
  | { type: 'problem'; message: string; actions: readonly Action[] }
  | { type: 'problemSolved' };

export interface MonitorState {
  engine: EngineCondition;
  model: Pick<ModelInfo, 'name' | 'device'> | undefined;
  off: OffReason | undefined;
  running: number;
  waitNoticed: boolean;
  problem: { message: string; actions: readonly Action[] } | undefined;
  usage: PromptUsage;
}

export const initialState: MonitorState = {
  engine: { kind: 'starting' },
  model: undefined,
  off: undefined,
  running: 0,
  waitNoticed: false,
  problem: undefined,
  usage: { promptTokens: 0, cachedTokens: 0 },
};

/** @returns the state after `event`; the same object where nothing changed. */
export function reduce(state: MonitorState, event: MonitorEvent): MonitorState {
  switch (event.type) {
    // The client opens the model again after a restart, before it says that it is ready.
    case 'engine':
      return { ...state, engine: event.state };
    case 'model':
      return { ...state, model: event.model, ...(event.model === undefined ? {} : { problem: undefined }) };
    case 'enablement':
      return { ...state, off: event.off };
    case 'requestStarted':
      return { ...state, running: state.running + 1 };
    case 'requestEnded': {
      const running = Math.max(0, state.running - 1);
      const { promptTokens, cachedTokens } = event.usage ?? { promptTokens: 0, cachedTokens: 0 };
      return {
        ...state,
        running,
        waitNoticed: running > 0 && state.waitNoticed,
        usage: {
          promptTokens: state.usage.promptTokens + promptTokens,
          cachedTokens: state.usage.cachedTokens + cachedTokens,
        },
      };
    }
    case 'waitNoticed':
      return state.running > 0 && !state.waitNoticed ? { ...state, waitNoticed: true } : state;
    case 'problem':
      return { ...state, problem: { message: event.message, actions: event.actions } };
    case 'problemSolved':
      return state.problem === undefined ? state : { ...state, problem: undefined };
  }
}

export type StatusKind = 'starting' | 'ready' | 'thinking' | 'off' | 'error';

export interface StatusView {
  kind: StatusKind;
  /** With VS Code's `$(icon)` notation. */
  text: string;
  /** What a screen reader says, and what tests wait for. */
  label: string;
  /** Lines of the tooltip, plain text. */
  details: string[];
  /** Remedies, for the menu behind the item. */
  actions: readonly Action[];
}

/** @returns what to show. Off hides everything else; an error hides what merely goes on. */
export function view(state: MonitorState): StatusView {
  const details = detailsOf(state);
  if (state.off !== undefined) {
    const where = state.off.kind === 'everywhere' ? 'everywhere' : `in ${state.off.language} files`;
    return item('off', '$(circle-slash) Quire', 'Quire: off', [`Suggestions are off ${where}.`, ...details]);
  }
  const problem =
    state.engine.kind === 'failed'
      ? { message: state.engine.message, actions: ['restartEngine', 'showLog'] as const }
      : state.problem;
  if (problem !== undefined) {
    const label = `Quire: error: ${problem.message}`;
    return item('error', '$(warning) Quire', label, [problem.message, ...details], problem.actions);
  }
  if (state.engine.kind === 'restarting') {
    const line = `The engine stopped; it starts again (attempt ${state.engine.attempt}).`;
    return item('starting', '$(loading~spin) Quire', 'Quire: starting…', [line]);
  }
  if (state.engine.kind !== 'ready' || state.model === undefined) {
    return item('starting', '$(loading~spin) Quire', 'Quire: starting…', ['Starting…']);
  }
  if (state.running > 0 && state.waitNoticed) {
    return item('thinking', '$(loading~spin) Quire', 'Quire: thinking…', ['Thinking…', ...details]);
  }
  return item('ready', '$(sparkle) Quire', 'Quire: ready', ['Ready.', ...details]);
}

function item(
  kind: StatusKind,
  text: string,
  label: string,
  details: string[],
  actions: readonly Action[] = [],
): StatusView {
  return { kind, text, label, details, actions };
}

function detailsOf({ model, usage }: MonitorState): string[] {
  const lines: string[] = [];
  if (model !== undefined) lines.push(`Model: ${model.name} on ${model.device}`);
  if (usage.promptTokens > 0) {
    const share = Math.round((100 * usage.cachedTokens) / usage.promptTokens);
    lines.push(`${share} % of the prompt tokens came from the cache`);
  }
  return lines;
}
