/** What is shown of Quire's own state, as the extension registers it: status item, status page, log, notices. */
import * as vscode from 'vscode';
import type { EngineClient } from '../engine/client/client.ts';
import { Log } from './log.ts';
import { NoticePresenter } from './noticePresenter.ts';
import { NoticeBoard } from './notices.ts';
import { problemOf } from './problems.ts';
import type { MonitorEvent } from './state.ts';
import { StatusDocument } from './statusDocument.ts';
import { StatusItem } from './statusItem.ts';

export { isEnabled } from './enablementSettings.ts';

export interface MonitorFeature {
  log: Log;
  dispatch(event: MonitorEvent): void;
  /** Tells the user once. */
  report(error: unknown): void;
  /** Likewise, of what keeps everything from working: the status item shows it too. */
  problem(error: unknown): void;
  clearReports(): void;
}

export function registerMonitor(
  engine: EngineClient,
  subscriptions: vscode.Disposable[],
  version: string,
): MonitorFeature {
  const log = new Log();
  const notices = new NoticeBoard(new NoticePresenter(log));
  const status = new StatusItem(engine);
  subscriptions.push(
    log,
    status,
    new StatusDocument(engine, version),
    engine.onLog((event) => log.write(event)),
    vscode.commands.registerCommand('quire.showLog', () => log.show()),
  );
  return {
    log,
    dispatch: (event) => status.dispatch(event),
    report: (error) => void notices.report(problemOf(error)),
    problem(error) {
      const { message, actions } = notices.report(problemOf(error));
      status.dispatch({ type: 'problem', message, actions });
    },
    clearReports: () => notices.clear(),
  };
}
