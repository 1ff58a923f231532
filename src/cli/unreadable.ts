/** Why a file that was named cannot be read, or written, in words with its name. */
export function unreadable(file: string, error: unknown, wanted: 'read' | 'written' = 'read'): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return new Error(
        wanted === 'read' ? `there is no file ${file}` : `${file} cannot be written: there is no such folder`,
      );
    case 'EISDIR':
      return new Error(`${file} is a folder: name a file`);
    case 'EACCES':
    case 'EPERM':
      return new Error(`${file} may not be ${wanted} by you: change its permissions, or name another file`);
    default:
      return new Error(`${file} cannot be ${wanted}: ${message}`);
  }
}
