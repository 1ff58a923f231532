/** Which model files are not fit for a role, and why: the engine reads them. */
import type { EngineErrorKind, ModelDescription, ModelRole } from '../engine/protocol/index.ts';
import { whyUnfit } from './roles.ts';

/** The part of the engine client that describes models. */
export interface ModelReader {
  describeModel(path: string): Promise<ModelDescription>;
}

/** What is wrong with a file, rather than with the engine that should have read it. */
const OF_THE_FILE: ReadonlySet<unknown> = new Set<EngineErrorKind>([
  'modelMissing',
  'modelCorrupt',
  'modelNotGenerative',
  'modelUnfit',
]);

/** @returns why the file cannot be used for the role; undefined where it can, or where nobody knows. */
export async function whyFileUnfit(reader: ModelReader, path: string, role: ModelRole): Promise<string | undefined> {
  try {
    return whyUnfit((await reader.describeModel(path)).capabilities, role);
  } catch (error) {
    return error instanceof Error && 'kind' in error && OF_THE_FILE.has(error.kind) ? error.message : undefined;
  }
}

/** @returns those of the files that are not fit, with the reason. */
export async function unfitFiles(
  reader: ModelReader,
  paths: readonly string[],
  role: ModelRole,
): Promise<Map<string, string>> {
  const unfit = new Map<string, string>();
  for (const path of new Set(paths)) {
    const why = await whyFileUnfit(reader, path, role);
    if (why !== undefined) unfit.set(path, why);
  }
  return unfit;
}
