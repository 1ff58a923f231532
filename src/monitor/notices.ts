/** Which errors are told to the user, with which remedies, and how often. No `vscode`. */
import type { EngineErrorKind } from '../engine/protocol/index.ts';

/** A remedy that a notice or the status menu offers. */
export type Action = 'chooseModel' | 'useBundled' | 'restartEngine' | 'showLog' | 'openSettings';

/** Something to click. */
export interface Remedy {
  title: string;
  command: string;
}

export const ACTIONS: Record<Action, Remedy> = {
  chooseModel: { title: 'Choose Model…', command: 'quire.chooseModel' },
  useBundled: { title: 'Use Bundled Model', command: 'quire.useBundledModel' },
  restartEngine: { title: 'Restart Engine', command: 'quire.restartEngine' },
  showLog: { title: 'Show Log', command: 'quire.showLog' },
  openSettings: { title: 'Open Settings', command: 'quire.openSettings' },
};

/** Errors of the engine, and two that are found before it is asked. */
export type ProblemKind = EngineErrorKind | 'modelWithoutFim' | 'modelPathInvalid' | 'told';

/** An error as it is reported; `message` is in the user's words, `detail` goes to the log only. */
export interface Problem {
  kind: ProblemKind;
  message: string;
  detail?: string | undefined;
}

export interface Notice {
  /** `popup` asks for attention; `log` is written down only, because the next key may well succeed. */
  place: 'popup' | 'log';
  message: string;
  actions: readonly Action[];
}

interface Policy {
  place: Notice['place'];
  actions: readonly Action[];
  /** Used where the report itself has no message. */
  fallback: string;
}

const POLICIES: Record<ProblemKind, Policy> = {
  unauthorized: {
    place: 'popup',
    actions: ['restartEngine', 'showLog'],
    fallback: 'The engine did not recognise this window.',
  },
  protocolMismatch: {
    place: 'popup',
    actions: ['restartEngine', 'showLog'],
    fallback: 'Another version of Quire is running its engine. Close its windows, or restart the engine.',
  },
  nativeUnavailable: {
    place: 'popup',
    actions: ['openSettings', 'showLog'],
    fallback: 'The native library for running models could not be loaded on this machine.',
  },
  abiMismatch: {
    place: 'popup',
    actions: ['showLog'],
    fallback: 'The native library is not the version that Quire was built for. Reinstall the extension.',
  },
  modelMissing: {
    place: 'popup',
    actions: ['chooseModel', 'useBundled'],
    fallback: 'The model file does not exist.',
  },
  modelCorrupt: {
    place: 'popup',
    actions: ['chooseModel', 'useBundled', 'showLog'],
    fallback: 'The model file is damaged or is not a GGUF file.',
  },
  modelNotGenerative: {
    place: 'popup',
    actions: ['chooseModel', 'useBundled'],
    fallback: 'The model makes embeddings, not text.',
  },
  modelUnfit: {
    place: 'popup',
    actions: ['chooseModel', 'useBundled'],
    fallback: 'The model cannot do what it was chosen for.',
  },
  modelWithoutFim: {
    place: 'popup',
    actions: ['chooseModel', 'useBundled'],
    fallback: 'The model cannot fill in code at the cursor.',
  },
  modelPathInvalid: {
    place: 'popup',
    actions: ['openSettings', 'chooseModel'],
    fallback: 'The setting for the model is not a usable path.',
  },
  modelUnknown: { place: 'log', actions: ['restartEngine'], fallback: 'The engine has let go of the model.' },
  outOfMemory: {
    place: 'popup',
    actions: ['chooseModel', 'openSettings', 'showLog'],
    fallback: 'The model does not fit into memory. Choose a smaller one, or lower quire.model.contextTokens.',
  },
  conversationUnknown: { place: 'log', actions: [], fallback: 'The engine has let go of the conversation.' },
  workspaceUnknown: { place: 'log', actions: ['restartEngine'], fallback: 'The engine has let go of the workspace.' },
  workspaceUnread: { place: 'log', actions: ['openSettings'], fallback: 'The files of this workspace are not read.' },
  documentStale: { place: 'log', actions: [], fallback: 'The engine has another version of the document.' },
  promptTooLong: { place: 'log', actions: [], fallback: 'The prompt is longer than the context of the model.' },
  promptInvalid: { place: 'log', actions: [], fallback: 'The engine could not read the prompt.' },
  grammarInvalid: { place: 'log', actions: [], fallback: 'The engine could not read the grammar.' },
  downloadFailed: { place: 'popup', actions: ['chooseModel', 'showLog'], fallback: 'The download failed.' },
  checksumMismatch: {
    place: 'popup',
    actions: ['chooseModel', 'showLog'],
    fallback: 'The downloaded file is not the expected one and was removed.',
  },
  memoryOff: { place: 'log', actions: [], fallback: 'There is no memory here, or it is switched off.' },
  memoryInvalid: { place: 'log', actions: [], fallback: 'The memory could not take that.' },
  memoryUnavailable: {
    place: 'popup',
    actions: ['restartEngine', 'showLog'],
    fallback: 'The memory cannot be used at the moment.',
  },
  engineStopped: { place: 'log', actions: ['restartEngine', 'showLog'], fallback: 'The engine stopped.' },
  told: { place: 'popup', actions: [], fallback: 'That could not be done.' },
  internal: { place: 'popup', actions: ['restartEngine', 'showLog'], fallback: 'Something unexpected happened.' },
};

export function isProblemKind(kind: string): kind is ProblemKind {
  return Object.hasOwn(POLICIES, kind);
}

/** @returns the message and the remedies for a problem. */
export function noticeFor(problem: Problem): Notice {
  const { place, actions, fallback } = POLICIES[problem.kind];
  return { place, actions, message: problem.message.trim() || fallback };
}

/** Where notices end up; the editor's message boxes and the output channel. */
export interface NoticeSink {
  popup(message: string, actions: readonly Action[]): void;
  log(message: string): void;
}

/** Tells each cause once: the same kind and message is not repeated until {@link NoticeBoard.clear}. */
export class NoticeBoard {
  readonly #sink: NoticeSink;
  readonly #told = new Set<string>();

  constructor(sink: NoticeSink) {
    this.#sink = sink;
  }

  /** @returns the notice, told now or before: the status item shows the same. */
  report(problem: Problem): Notice {
    const notice = noticeFor(problem);
    const cause = `${problem.kind}\n${notice.message}`;
    if (this.#told.has(cause)) return notice;
    this.#told.add(cause);
    this.#sink.log(problem.detail === undefined ? notice.message : `${notice.message} (${problem.detail})`);
    if (notice.place === 'popup') this.#sink.popup(notice.message, notice.actions);
    return notice;
  }

  /** All is well again, or the user changed something: what comes next is news. */
  clear(): void {
    this.#told.clear();
  }
}
