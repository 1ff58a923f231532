/** What the model picker offers, in order. Pure: the picker only draws it. */
import { basename } from 'node:path';
import { BUNDLED_MODEL } from './bundled.ts';
import { CATALOGUE, type CatalogueEntry, fileNameOf } from './catalogue.ts';
import type { DownloadedModel } from './library.ts';
import { formatBytes } from './units.ts';

export type Choice =
  | { kind: 'bundled' }
  | { kind: 'browse' }
  /** A GGUF file on disk; `removable` where Quire downloaded it. */
  | { kind: 'file'; path: string; removable: boolean }
  | { kind: 'download'; entry: CatalogueEntry };

export interface ChoiceRow {
  label: string;
  description?: string;
  detail?: string;
  choice: Choice;
}

export interface ChoiceGroup {
  title: string;
  rows: ChoiceRow[];
}

export interface ChoiceFacts {
  /** Path of the model in use; undefined for the bundled one. */
  current: string | undefined;
  downloaded: readonly DownloadedModel[];
  /** Paths chosen before. */
  recent: readonly string[];
}

/** @returns groups from what is at hand to what needs a network. Empty groups are left out. */
export function modelChoices({ current, downloaded, recent }: ChoiceFacts): ChoiceGroup[] {
  const here = new Set(downloaded.map(({ path }) => path));
  const names = new Set(downloaded.map(({ fileName }) => fileName));
  const groups: ChoiceGroup[] = [
    {
      title: 'On this machine',
      rows: [
        {
          label: mark(BUNDLED_MODEL.title, current === undefined),
          detail: BUNDLED_MODEL.why,
          choice: { kind: 'bundled' },
        },
        ...downloaded.map((model) => downloadedRow(model, current)),
        ...recent.filter((path) => !here.has(path)).map((path) => fileRow(path, current)),
        { label: '$(folder-opened) A GGUF file of yours…', choice: { kind: 'browse' } },
      ],
    },
    {
      title: 'To download',
      rows: CATALOGUE.filter((entry) => !names.has(fileNameOf(entry.uri))).map(downloadRow),
    },
  ];
  return groups.filter(({ rows }) => rows.length > 0);
}

function downloadedRow({ path, fileName, sizeBytes, entry }: DownloadedModel, current: string | undefined): ChoiceRow {
  const row: ChoiceRow = {
    label: mark(entry?.title ?? fileName, path === current),
    description: formatBytes(sizeBytes),
    choice: { kind: 'file', path, removable: true },
  };
  return entry === undefined ? row : { ...row, detail: entry.why };
}

function fileRow(path: string, current: string | undefined): ChoiceRow {
  return {
    label: mark(basename(path), path === current),
    description: path,
    choice: { kind: 'file', path, removable: false },
  };
}

function downloadRow(entry: CatalogueEntry): ChoiceRow {
  return {
    label: `$(cloud-download) ${entry.title}`,
    description: `${formatBytes(entry.sizeBytes)}, needs ${formatBytes(entry.memoryBytes)} of memory, ${entry.licence}`,
    detail: entry.why,
    choice: { kind: 'download', entry },
  };
}

function mark(label: string, inUse: boolean): string {
  return inUse ? `$(check) ${label}` : label;
}
