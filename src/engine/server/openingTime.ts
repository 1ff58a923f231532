/** How long opening a model may keep an engine from answering before it counts as hung. */
import { stat } from 'node:fs/promises';

/** For what is the same for each model: the native library is loaded, a GPU prepared, a context made and measured. */
const AROUND_MS = 60_000;
/** A slow disk reads so many bytes in a millisecond. */
const SLOWEST = 100_000;

/** @param file of the model; of one that is split, its first part. @returns milliseconds. */
export async function openingTime(file: string): Promise<number> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  const parts = Number(/-of-(\d{5})\.gguf$/i.exec(file)?.[1] ?? 1);
  return AROUND_MS + (parts * size) / SLOWEST;
}
