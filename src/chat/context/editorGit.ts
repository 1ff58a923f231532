/** Uncommitted changes by the editor's own git extension. Of private files not even the diff is asked for. */
import * as vscode from 'vscode';
import { diffOfNew, type FileDiff } from './diff.ts';
import { type EditorGate, nameOf } from './editorGate.ts';

/** What is used of the API of `vscode.git`, version 1. */
export interface GitRepository {
  rootUri: vscode.Uri;
  inputBox: { value: string };
  state: {
    /** Without a commit there is nothing to compare with. */
    HEAD?: { commit?: string };
    indexChanges: GitChange[];
    workingTreeChanges: GitChange[];
    untrackedChanges?: GitChange[];
    mergeChanges: GitChange[];
  };
  diffWithHEAD(path: string): Promise<string>;
  diffIndexWithHEAD(path: string): Promise<string>;
}

interface GitChange {
  uri: vscode.Uri;
  originalUri: vscode.Uri;
  renameUri?: vscode.Uri;
  status: number;
}

interface GitApi {
  repositories: GitRepository[];
}

/** `Status` of the API: files that git does not follow yet. */
const UNTRACKED = 7;
const NO_GIT = 'The git extension of the editor is not there, or turned off: its changes cannot be attached.';
/** Files whose changes are asked for at most: each is a call of git. */
const MOST_FILES = 200;

export interface Changes {
  files: FileDiff[];
  /** Left out because they are secret or ignored. */
  secret: string[];
  /** Left out because there are too many, they could not be read, or are no text. */
  left: string[];
  /** Everything is staged that is in it. */
  staged: boolean;
}

/** @throws Error in words. */
export async function gitRepositories(): Promise<GitRepository[]> {
  const extension = vscode.extensions.getExtension<{ getAPI(version: 1): GitApi }>('vscode.git');
  if (extension === undefined) throw new Error(NO_GIT);
  try {
    const { repositories } = (await extension.activate()).getAPI(1);
    return repositories;
  } catch {
    throw new Error(NO_GIT);
  }
}

/** The changed files of all repositories that may be read. @throws Error in words. */
export async function changedFiles(gate: EditorGate): Promise<string[]> {
  const changes = (await gitRepositories()).flatMap((repository) => changesIn(repository, 'all'));
  const secret = await Promise.all(changes.map((change) => isSecret(change, gate)));
  return changes.filter((_, index) => !secret[index]).map(({ uri }) => nameOf(uri));
}

/**
 * @param which `staged`: what is staged, where something is; else all.
 * @param only a file by its name in the workspace; undefined: all of them.
 */
export async function changesOf(
  repository: GitRepository,
  which: 'staged' | 'all',
  gate: EditorGate,
  signal: AbortSignal,
  only?: string,
): Promise<Changes> {
  const staged = which === 'staged' && repository.state.indexChanges.length > 0;
  const all = changesIn(repository, staged ? 'staged' : 'all').filter(
    ({ uri }) => only === undefined || nameOf(uri) === only,
  );
  const found: Changes = { files: [], secret: [], left: [], staged };
  for (const change of all) {
    signal.throwIfAborted();
    const name = nameOf(change.uri);
    if (await isSecret(change, gate)) found.secret.push(name);
    else if (found.files.length >= MOST_FILES) found.left.push(name);
    else {
      const text = await diffOf(repository, change, staged, gate);
      if (text === undefined) found.left.push(name);
      else if (text !== '') found.files.push({ name, text });
    }
  }
  return found;
}

function changesIn({ state }: GitRepository, which: 'staged' | 'all'): GitChange[] {
  const { indexChanges, workingTreeChanges, untrackedChanges = [], mergeChanges } = state;
  const changes =
    which === 'staged' ? indexChanges : [...mergeChanges, ...indexChanges, ...workingTreeChanges, ...untrackedChanges];
  return [...new Map(changes.map((change) => [change.uri.toString(), change])).values()];
}

/** Under its new name as under its old one: a secret that was renamed is still one. */
async function isSecret(change: GitChange, gate: EditorGate): Promise<boolean> {
  const names = [change.uri, change.originalUri, ...(change.renameUri ? [change.renameUri] : [])];
  return (await Promise.all(names.map((uri) => gate.isPrivate(uri)))).includes(true);
}

async function diffOf(
  repository: GitRepository,
  { uri, status }: GitChange,
  staged: boolean,
  gate: EditorGate,
): Promise<string | undefined> {
  if (status === UNTRACKED || repository.state.HEAD?.commit === undefined) {
    const { document } = await gate.open(uri);
    return document && diffOfNew(nameOf(uri), document.getText().replaceAll('\r\n', '\n'));
  }
  try {
    return await (staged ? repository.diffIndexWithHEAD(uri.fsPath) : repository.diffWithHEAD(uri.fsPath));
  } catch {
    return undefined;
  }
}
