/** One engine per user: an exclusive lock that the system frees however its holder ends, on every platform. */

/**
 * Takes the lock for the life of the process.
 * @returns a release function, or undefined when another engine holds it.
 * @throws Error when the file cannot be opened at all.
 */
export function takeLock(file: string): (() => void) | undefined {
  // Only an engine, and who doubts one, needs SQLite: a window starts without it.
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (error instanceof Error && /locked|busy/i.test(error.message)) return undefined;
    throw error;
  }
  return () => database.close();
}

/** True while some process holds the lock: the engine that the endpoint file names lives. */
export function isHeld(file: string): boolean {
  try {
    const release = takeLock(file);
    release?.();
    return release === undefined;
  } catch {
    return false;
  }
}
