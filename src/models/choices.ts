/** What the model picker offers, in order. Pure: the picker only draws it. */
import { basename } from 'node:path';
import type { ModelRole } from '../engine/protocol/index.ts';
import { BUNDLED_MODEL, SMALLEST_MODEL } from './bundled.ts';
import { CATALOGUE, type CatalogueEntry, fileNameOf } from './catalogue.ts';
import type { DownloadedModel } from './library.ts';
import { factsOf, suits } from './offers.ts';
import { ROLE_WORDS, ROLES } from './roles.ts';
import type { Selection } from './selection.ts';
import { formatBytes } from './units.ts';

export type Choice =
  /** What is used where nothing is chosen. */
  | { kind: 'default' | 'smallest' }
  | { kind: 'browse' }
  /** A GGUF file on disk; `removable` where Quire downloaded it; `unfit` where it cannot be chosen. */
  | { kind: 'file'; path: string; removable: boolean; unfit?: true }
  | { kind: 'download'; entry: CatalogueEntry };

export interface ChoiceRow<C = Choice> {
  label: string;
  description?: string;
  detail?: string;
  choice: C;
}

export interface ChoiceGroup {
  title: string;
  rows: ChoiceRow[];
}

export interface ChoiceFacts {
  role: ModelRole;
  current: Selection;
  downloaded: readonly DownloadedModel[];
  /** Paths chosen before. */
  recent: readonly string[];
  /** Files that are not fit for the role, and why. */
  unfit: ReadonlyMap<string, string>;
}

/** @returns what a model can be chosen for, and what is chosen now. */
export function roleChoices(current: (role: ModelRole) => Selection): ChoiceRow<ModelRole>[] {
  return ROLES.map((role) => {
    const { icon, title, what } = ROLE_WORDS[role];
    return { label: `${icon} ${title}`, description: nameOf(current(role)), detail: what, choice: role };
  });
}

/**
 * @returns groups from what is at hand to what needs a network; what is not fit for the role is apart, with the reason.
 * Empty groups are left out.
 */
export function modelChoices({ role, current, downloaded, recent, unfit }: ChoiceFacts): ChoiceGroup[] {
  const here = new Set(downloaded.map(({ path }) => path));
  const names = new Set(downloaded.map(({ fileName }) => fileName));
  const files = [
    ...downloaded.map((model) => downloadedRow(model, current)),
    ...recent.filter((path) => !here.has(path)).map((path) => fileRow(path, current)),
  ];
  const groups: ChoiceGroup[] = [
    {
      title: 'On this machine',
      rows: [
        defaultRow(role, current, unfit),
        ...(role === 'completion' ? [smallestRow(current)] : []),
        ...files.filter(({ choice }) => !unfit.has(choice.path)),
        {
          label: '$(folder-opened) A GGUF file of yours…',
          detail: `For ${ROLE_WORDS[role].title.toLowerCase()}: ${ROLE_WORDS[role].needs}.`,
          choice: { kind: 'browse' },
        },
      ],
    },
    {
      title: 'To download',
      rows: CATALOGUE.filter((entry) => suits(entry, role) && !names.has(fileNameOf(entry.uri))).map(downloadRow),
    },
    {
      title: `Not for ${ROLE_WORDS[role].title.toLowerCase()}`,
      rows: files.flatMap((row) => {
        const why = unfit.get(row.choice.path);
        return why === undefined ? [] : [{ ...row, detail: why, choice: { ...row.choice, unfit: true as const } }];
      }),
    },
  ];
  return groups.filter(({ rows }) => rows.length > 0);
}

function defaultRow(role: ModelRole, current: Selection, unfit: ReadonlyMap<string, string>): ChoiceRow {
  const choice = { kind: 'default' } as const;
  const chosen = !['file', 'smallest', 'invalid'].includes(current.kind);
  switch (role) {
    case 'completion':
      return { label: mark(BUNDLED_MODEL.title, chosen), detail: BUNDLED_MODEL.why, choice };
    case 'chat': {
      const why = current.kind === 'asCompletion' ? unfit.get(current.spec.path) : undefined;
      const detail = why === undefined ? 'One model in memory for both.' : `The one of now cannot chat: ${why}.`;
      return { label: mark('The same as for completion', chosen), detail, choice };
    }
    case 'embedding':
      return { label: mark('None', chosen), detail: 'Nothing is searched by what it means.', choice };
  }
}

function smallestRow(current: Selection): ChoiceRow {
  const inUse = current.kind === 'smallest';
  return { label: mark(SMALLEST_MODEL.title, inUse), detail: SMALLEST_MODEL.why, choice: { kind: 'smallest' } };
}

function nameOf(selection: Selection): string {
  switch (selection.kind) {
    case 'bundled':
      return BUNDLED_MODEL.title;
    case 'smallest':
      return SMALLEST_MODEL.title;
    case 'file':
      return basename(selection.spec.path);
    case 'asCompletion':
      return 'the same as for completion';
    case 'none':
      return 'none';
    case 'invalid':
      return 'the setting names no file';
  }
}

type FileRow = ChoiceRow<Extract<Choice, { kind: 'file' }>>;

function downloadedRow({ path, fileName, sizeBytes, entry }: DownloadedModel, current: Selection): FileRow {
  const row: FileRow = {
    label: mark(entry?.title ?? fileName, isCurrent(path, current)),
    description: formatBytes(sizeBytes),
    choice: { kind: 'file', path, removable: true },
  };
  return entry === undefined ? row : { ...row, detail: entry.why };
}

function fileRow(path: string, current: Selection): FileRow {
  return {
    label: mark(basename(path), isCurrent(path, current)),
    description: path,
    choice: { kind: 'file', path, removable: false },
  };
}

function downloadRow(entry: CatalogueEntry): ChoiceRow {
  return {
    label: `$(cloud-download) ${entry.title}`,
    description: factsOf(entry),
    detail: entry.why,
    choice: { kind: 'download', entry },
  };
}

const isCurrent = (path: string, current: Selection): boolean => current.kind === 'file' && current.spec.path === path;

function mark(label: string, inUse: boolean): string {
  return inUse ? `$(check) ${label}` : label;
}
