/** What the status item shows, as a pure function of what has happened. No `vscode`, no clock. */
import type { ModelInfo } from '../engine/protocol/index.ts';
import { ACTIONS, type Action, type Remedy } from './notices.ts';

/** Health of the engine process, as the client reports it. */
export type EngineCondition =
  | { kind: 'stopped' | 'starting' | 'ready' }
  | { kind: 'restarting'; attempt: number; waitMs: number }
  | { kind: 'failed'; message: string };

/** Why no suggestion is made: everywhere, or in this language only. */
export type OffReason = { kind: 'everywhere' } | { kind: 'language'; language: string };

/** Why no suggestion is shown at the cursor, as completion explains it. */
export interface Silent {
  /** For the status bar, and the codicon beside it. */
  word: string;
  icon: string;
  /** Goes on after a colon, without a full stop. */
  sentence: string;
  /** What helps, as a sentence; empty where nothing needs to. */
  hint: string;
  remedies: readonly Remedy[];
}

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
  /** At the cursor; undefined: something is shown there, or nothing is to be said. */
  | { type: 'silence'; silence: Silent | undefined }
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
  silence: Silent | undefined;
  running: number;
  waitNoticed: boolean;
  problem: { message: string; actions: readonly Action[] } | undefined;
  usage: PromptUsage;
}

export const initialState: MonitorState = {
  engine: { kind: 'starting' },
  model: undefined,
  off: undefined,
  silence: undefined,
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
    case 'silence':
      return { ...state, silence: event.silence };
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

export type StatusKind = 'starting' | 'ready' | 'silent' | 'thinking' | 'off' | 'error';

export interface StatusView {
  kind: StatusKind;
  /** With VS Code's `$(icon)` notation. */
  text: string;
  /** What a screen reader says, and what tests wait for. */
  label: string;
  /** Lines of the tooltip, plain text. */
  details: string[];
  /** What helps, for the tooltip and for the menu behind the item. */
  remedies: readonly Remedy[];
}

/** @returns what to show. Off hides everything else; an error hides what merely goes on. */
export function view(state: MonitorState): StatusView {
  const details = detailsOf(state);
  if (state.off !== undefined) {
    const where = state.off.kind === 'everywhere' ? 'everywhere' : `for ${state.off.language}`;
    const line = `Suggestions are off ${where}.`;
    return item('off', '$(circle-slash) Quire', `Quire: off ${where}`, [line, ...details], [turnOn(state.off)]);
  }
  const problem =
    state.engine.kind === 'failed'
      ? { message: state.engine.message, actions: ['restartEngine', 'showLog'] as const }
      : state.problem;
  if (problem !== undefined) {
    const label = `Quire: error: ${problem.message}`;
    const remedies = problem.actions.map((action) => ACTIONS[action]);
    return item('error', '$(warning) Quire', label, [problem.message, ...details], remedies);
  }
  if (state.engine.kind === 'restarting') {
    const line = `The engine stopped; it starts again (attempt ${state.engine.attempt}).`;
    return item('starting', '$(loading~spin) Quire', 'Quire: starting…', [line], [ACTIONS.showLog]);
  }
  if (state.engine.kind !== 'ready') {
    return item('starting', '$(loading~spin) Quire', 'Quire: starting…', ['The engine starts.']);
  }
  if (state.model === undefined) {
    return item('starting', '$(loading~spin) Quire', 'Quire: loading the model…', ['The model is loading.']);
  }
  if (state.running > 0 && state.waitNoticed) {
    return item('thinking', '$(loading~spin) Quire', 'Quire: thinking…', ['Thinking…', ...details]);
  }
  if (state.silence !== undefined) {
    const { word, icon, sentence, hint, remedies } = state.silence;
    const lines = [`Nothing is shown here: ${sentence}.`, ...(hint === '' ? [] : [hint]), ...details];
    return item('silent', `$(${icon}) Quire: ${word}`, `Quire: ready; nothing shown: ${sentence}`, lines, remedies);
  }
  return item('ready', '$(sparkle) Quire', 'Quire: ready', ['Ready.', ...details]);
}

const turnOn = (off: OffReason): Remedy =>
  off.kind === 'everywhere'
    ? { title: 'Turn On', command: 'quire.toggle' }
    : { title: `Turn On for ${off.language}`, command: 'quire.toggleLanguage' };

function item(
  kind: StatusKind,
  text: string,
  label: string,
  details: string[],
  remedies: readonly Remedy[] = [],
): StatusView {
  return { kind, text, label, details, remedies };
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
